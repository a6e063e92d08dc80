"""Values against a dialect's JSON Schema. The only module that imports jsonschema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from agenteditor.core.dialect import Dialect

__all__ = ["ValidationError", "errors", "faults"]


@lru_cache(maxsize=16)
def _validator(dialect: Dialect) -> Draft202012Validator:
    """The validator of a dialect. Compiling it costs as much as fifty checks."""
    return Draft202012Validator(dict(dialect.schema))


def errors(dialect: Dialect, instance: Mapping[str, object]) -> Iterator[ValidationError]:
    """What the values of some fields, by key, have against the dialect's schema, in the same order always."""
    # jsonschema goes through sets, whose order is another in each run of the program.
    return iter(sorted(_validator(dialect).iter_errors(dict(instance)), key=_order))


def faults(dialect: Dialect, instance: Mapping[str, object]) -> tuple[str, ...]:
    """The same, a sentence each."""
    return tuple(
        f"{error.json_path.removeprefix('$.')}: {error.message[:200]}." for error in errors(dialect, instance)
    )


def _order(error: ValidationError) -> tuple[str, str, str]:
    return error.json_path, str(error.validator), error.message
