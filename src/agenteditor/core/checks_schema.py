"""Checks of values against the dialect's JSON Schema.

A validator's own texts are not for people, so each pair of (validator, place) is given a finding
of ours. What the schema cannot say as a sentence of its own (``tools``, ``name``, ``description``) is
left to the checks that know those fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agenteditor.core import rewrite
from agenteditor.core.checks_finding import (
    Check,
    Diagnostic,
    Fix,
    Subject,
    finding,
    fix,
    kind_of,
    misread,
    near,
    shown,
)
from agenteditor.core.checks_rules import Severity
from agenteditor.core.dialect import Dialect, FieldSpec
from agenteditor.core.frontmatter import Field
from agenteditor.core.schema import ValidationError, errors

# Checked by functions that can say more, where the file is Claude Code's.
_ELSEWHERE = frozenset({"name", "description", "tools", "disallowedTools"})
_PERMISSIONS = ("permissionMode", "approvalMode", "sandbox_mode")
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map of names and values",
    "null": "nothing",
}
_YES = {"yes": True, "on": True, "y": True, "1": True, "no": False, "off": False, "n": False, "0": False}


def values(subject: Subject) -> Iterator[Diagnostic]:
    """Values of the wrong type, outside a closed list, or of the wrong structure."""
    fields = {
        field.key: field
        for field in subject.fields
        if not (field.key in _ELSEWHERE and subject.syntax.dialect.is_claude)
        and misread(subject, field) is None
    }
    # A field without a value counts as absent.
    instance = {key: field.value for key, field in fields.items() if field.value is not None}
    seen: set[tuple[str, str]] = set()
    for error in errors(subject.syntax.dialect, instance):
        path = [str(part) for part in error.absolute_path]
        field, spec = fields.get(path[0] if path else ""), subject.spec(path[0] if path else "")
        if field is None or spec is None:
            continue
        if _also_of_wrong_type(field, spec, error):
            continue
        found = _of_field(subject, field, spec, error) if len(path) == 1 else None
        if found is None and error.validator == "minLength" and len(path) == 1:
            continue  # nothing is written: said by the check of what is required
        found = found or _inside(subject, field, path[1:], error)
        if (found.code, found.message) not in seen:
            seen.add((found.code, found.message))
            yield found


def _also_of_wrong_type(field: Field, spec: FieldSpec, error: ValidationError) -> bool:
    """Whether another error about the same value says more: its type is wrong, too."""
    of_value = error.validator == "enum" and error.instance is field.value
    return of_value and spec.kind not in ("boolean", "integer") and not isinstance(field.value, str)


def _of_field(subject: Subject, field: Field, spec: FieldSpec, error: ValidationError) -> Diagnostic | None:
    """A finding about the whole value of a field; None if the fault lies inside it."""
    value = field.value
    if spec.kind == "boolean":
        return _boolean(subject, field)
    if not subject.syntax.dialect.is_claude and error.validator not in ("type", "enum"):
        return _misfit(subject, field, spec, error)
    if spec.kind == "integer" and subject.syntax.dialect.is_claude:
        return _number(field)
    if error.validator == "type":
        return finding(
            "value/type",
            field.value_span,
            f"{shown(field.key)} should be {_wanted(error)} but is {kind_of(value)}{_so(subject, spec)}.",
            field.key,
            _as_text(subject, field, spec),
            severity=_severity(subject),
        )
    colour = spec.kind == "colour" and subject.syntax.dialect.is_claude
    if error.validator == "enum" and isinstance(value, str) and not colour:
        return _unknown(subject, field, spec, value)
    if error.validator == "enum" and isinstance(value, str):
        return _colour(subject, field, value)
    return None


def _so(subject: Subject, spec: FieldSpec) -> str:
    """What follows from a value the program does not take."""
    if subject.strict or spec.required:
        return f", so {subject.program} refuses the file"
    return f", so {subject.program} drops it ({_without(spec)})"


def _severity(subject: Subject) -> Severity | None:
    return "error" if subject.strict else None


def _misfit(subject: Subject, field: Field, spec: FieldSpec, error: ValidationError) -> Diagnostic | None:
    """A value outside the limits of the program; an empty one is said to be missing elsewhere."""
    value: object = field.value
    limit = error.validator_value
    if error.validator == "minLength" and spec.required and not str(value).strip():
        return None
    why = {
        "minLength": f"is shorter than {limit} characters",
        "maxLength": f"is longer than {limit:,} characters" if isinstance(limit, int) else "is too long",
        "minimum": f"is below {limit}",
        "maximum": f"is above {limit}",
        "exclusiveMinimum": f"is not above {limit}",
        "pattern": "has characters or a form that are not allowed",
    }.get(str(error.validator), "does not fit")
    advice = "Change it." if not spec.more else spec.more
    return finding(
        "value/limits",
        field.value_span,
        f"{spec.label} {shown(value)} {why}{_so(subject, spec)}. {advice}",
        field.key,
        severity="error" if subject.strict or spec.required else None,
    )


def _without(spec: FieldSpec) -> str:
    return f"without it: {spec.default}" if spec.default else "as if it were not there"


def _boolean(subject: Subject, field: Field) -> Diagnostic:
    meant = _YES.get(str(field.value).strip().casefold())
    if meant is None and str(field.value).strip().casefold() in ("true", "false"):
        meant = str(field.value).strip().casefold() == "true"
    fixes: tuple[Fix, ...] = ()
    if meant is not None:
        label = f"Write {'true' if meant else 'false'}"
        fixes = fix(subject, label, rewrite.set_value, field.key, meant)
    return finding(
        "value/boolean",
        field.value_span,
        f"{shown(field.key)} is {shown(field.value)}, which is neither true nor false here, so it does not "
        "count. Write true, or leave the field out.",
        field.key,
        fixes,
        severity=_severity(subject),
    )


def _number(field: Field) -> Diagnostic:
    return finding(
        "value/number",
        field.value_span,
        f"{shown(field.key)} is {shown(field.value)} and not a whole number from 1, so there is no limit. "
        "Write a number such as 20.",
        field.key,
    )


def _unknown(subject: Subject, field: Field, spec: FieldSpec, value: str) -> Diagnostic:
    slip = near(value, spec.choices)
    suggestion = slip or subject.names.near_values.get(field.key, {}).get(value.strip().casefold())
    return finding(
        "value/unknown",
        field.value_span,
        f"{shown(value)} is no {spec.label.lower()} {subject.program} knows{_so(subject, spec)}. "
        f"Known are {', '.join(spec.choices)}.",
        field.key,
        # No mode of permission is given without a person's consent.
        _changed(subject, field, suggestion, safe=slip is not None and field.key not in _PERMISSIONS),
        severity=_severity(subject),
    )


def _colour(subject: Subject, field: Field, value: str) -> Diagnostic:
    slip = near(value, subject.names.colours)
    suggestion = slip or near_colour(subject.names.colours, subject.names.near_values["color"], value)
    return finding(
        "color/unknown",
        field.value_span,
        f"{shown(value)} is not one of the colours {', '.join(subject.names.colours)}, so it is dropped "
        "without a word. Choose one of them.",
        field.key,
        _changed(subject, field, suggestion, safe=slip is not None),
    )


def _changed(subject: Subject, field: Field, suggestion: str | None, *, safe: bool) -> tuple[Fix, ...]:
    if suggestion is None:
        return ()
    return fix(subject, f"Change to {shown(suggestion)}", rewrite.set_field, field.key, suggestion, safe=safe)


def near_colour(colours: Mapping[str, str], table: Mapping[str, str], value: str) -> str | None:
    """The known colour nearest to a name or to a number such as ``#f0a`` or ``#ff00aa``; None if neither."""
    word = value.strip().casefold()
    if not word.startswith("#"):
        return table.get(word) or near(word, colours)
    digits = "".join(digit * 2 for digit in word[1:]) if len(word) == 4 else word[1:7]
    try:
        wanted = bytes.fromhex(digits)
    except ValueError:
        return None
    if len(wanted) != 3:
        return None

    def distance(name: str) -> int:
        have = bytes.fromhex(colours[name][1:])
        return sum((a - b) ** 2 for a, b in zip(wanted, have, strict=True))

    return min(colours, key=distance)


def _as_text(subject: Subject, field: Field, spec: FieldSpec) -> tuple[Fix, ...]:
    """Quotes for a number or a word such as true, where any text will do."""
    if spec.kind not in ("text", "string") or not field.text:
        return ()
    return fix(subject, "Put it in quotes", rewrite.set_field, field.key, field.text)


def _inside(subject: Subject, field: Field, path: list[str], error: ValidationError) -> Diagnostic:
    """A finding about a part of a nested value. Its place is the field: parts have no spans of their own."""
    if error.validator == "enum" and list(error.absolute_schema_path)[-2:-1] == ["propertyNames"]:
        return _event(subject, field, str(error.instance))
    place = " → ".join([field.key, *(f"item {int(part) + 1}" if part.isdigit() else part for part in path)])
    return finding(
        "value/shape",
        field.value_span,
        f"{_fault(shown(place, 80), error)} {_unused(subject)} Write it as documented.",
        field.key,
        severity=_severity(subject),
    )


def _unused(subject: Subject) -> str:
    verb = "refuses the file" if subject.strict else "does not use such a part"
    return f"{subject.program} {verb}."


def _event(subject: Subject, field: Field, name: str) -> Diagnostic:
    known = [str(event) for event in _events(subject.syntax.dialect)]
    suggestion = near(name, known)
    message = f"{shown(name)} is no hook event Claude Code knows, so its hooks never run."
    if suggestion:
        message += f" Probably {suggestion} is meant."
    return finding("hooks/unknown-event", field.value_span, message, field.key)


def _events(dialect: Dialect) -> list[object]:
    schema: object = dialect.schema
    for part in ("properties", "hooks", "propertyNames", "enum"):
        assert isinstance(schema, Mapping), "the schema lists the hook events"
        schema = schema[part]
    assert isinstance(schema, list), "the schema lists the hook events"
    return schema


def _fault(place: str, error: ValidationError) -> str:
    instance: object = error.instance
    if error.validator == "required" and isinstance(instance, dict):
        missing = next((key for key in _listed(error) if key not in instance), "a part")
        return f"{place} lacks {shown(missing)}."
    if error.validator == "type":
        return f"{place} should be {_wanted(error)} but is {kind_of(instance)}."
    if error.validator == "enum":
        return f"{place} is {shown(instance)}; known are {', '.join(_listed(error))}."
    if error.validator in ("minProperties", "maxProperties"):
        return f"{place} should be one name with its settings."
    return f"{place} is {shown(instance)}, which does not fit."


def _listed(error: ValidationError) -> list[str]:
    """What the schema lists at the keyword that failed."""
    value: object = error.validator_value
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _wanted(error: ValidationError) -> str:
    return " or ".join(_KINDS[kind] for kind in _listed(error))


CHECKS: tuple[Check, ...] = (values,)
