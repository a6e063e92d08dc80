"""Values against a dialect's JSON Schema. The only module that imports jsonschema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from agenteditor.core.dialect import Dialect

__all__ = ["ValidationError", "errors", "faults"]

_KEPT, _LONGEST_KEPT = 4_096, 200  # answers about short texts, which stand in many files alike


@lru_cache(maxsize=16)
def _whole(dialect: Dialect) -> Draft202012Validator:
    """The validator of a dialect. Compiling it costs as much as fifty checks."""
    return Draft202012Validator(dict(dialect.schema))


@lru_cache(maxsize=16)
def _by_field(dialect: Dialect) -> Draft202012Validator:
    """What a dialect asks of the value of each field, and nothing of which there are."""
    return Draft202012Validator({"properties": dialect.schema["properties"]})


@lru_cache(maxsize=_KEPT)
def _fits(dialect: Dialect, key: str, text: str) -> bool:
    return bool(_by_field(dialect).is_valid({key: text}))


def errors(dialect: Dialect, instance: Mapping[str, object]) -> Iterator[ValidationError]:
    """What the schema has against the values of some fields, by key, in the same order always.

    That a field is missing or not known is none of it.
    """
    odd = {
        key: value
        for key, value in instance.items()
        if not (isinstance(value, str) and len(value) <= _LONGEST_KEPT and _fits(dialect, key, value))
    }
    return iter(_sorted(_by_field(dialect), odd) if odd else ())


def faults(dialect: Dialect, instance: Mapping[str, object]) -> tuple[str, ...]:
    """All the schema has against an instance, a sentence each."""
    return tuple(
        f"{error.json_path.removeprefix('$.')}: {error.message[:200]}."
        for error in _sorted(_whole(dialect), instance)
    )


def _sorted(validator: Draft202012Validator, instance: Mapping[str, object]) -> list[ValidationError]:
    # jsonschema goes through sets, whose order is another in each run of the program.
    return sorted(validator.iter_errors(dict(instance)), key=_order)


def _order(error: ValidationError) -> tuple[str, str, str]:
    return error.json_path, str(error.validator), error.message
