"""Values that may be missing by the SDK's types, and that Azure always gives."""

from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    """`value`, for `Output.apply`. ValueError if it is missing after all: better than a name with "None" in it."""
    if value is None:
        raise ValueError("Azure left out what it always gives; is the resource half made? Try `pulumi refresh`")
    return value
