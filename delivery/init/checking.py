"""Answers held against the types of the stack file, one at a time."""

from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from slipway.config.base import Section
from slipway.config.problems import allowed


def find_fault(section: type[Section], key: str, value: object) -> str:
    """Return what is allowed where a section's key refuses the value, and nothing where it takes it."""
    field = section.model_fields[key]
    kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return allowed(dict(error.errors(include_url=False)[0]))
    return ""
