"""The settings of an app: what an environment may choose, and what the platform says by itself."""

from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from slipway.config.base import Section

from .words import NumberFact, SettingName, Text, Variable

Value = bool | int | float | str
"""A setting's value."""


def _scalar(value: object) -> Value:
    if not isinstance(value, Value):
        raise ValueError("one value: text, a number, true or false")  # noqa: TRY004 - pydantic passes a ValueError on
    return value


Scalar = Annotated[
    Value, PlainValidator(_scalar), WithJsonSchema({"type": "text, number or boolean"}, mode="validation")
]
"""The same, with one message for all that it cannot be."""


class Setting(Section):
    """One setting: a variable that an environment may choose in `slipway:app.settings`."""

    variable: Variable
    """The environment variable that carries it."""

    type: Literal["string", "integer", "number", "boolean"]
    """Its type."""

    description: Text
    """Its effect, for the reference page and for the message about one that was left out."""

    default: Scalar | None = None
    """The app's own value where nothing is chosen; the platform sets no variable then."""

    default_from: NumberFact | None = None
    """The fact that the app's own default follows, in place of a fixed one."""

    required: bool = False
    """True where each environment must choose."""

    choices: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    """The only values, of a string."""

    pattern: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    """A regular expression that the whole of a string matches."""

    least: float | None = None
    """The smallest number."""

    more_than: float | None = None
    """A bound that the number must exceed."""

    most: float | None = None
    """The largest number."""

    at_most: NumberFact | None = None
    """A fact that the number may not exceed."""


class Product(Section):
    """A part of a replica's memory: the product of numbers, in bytes."""

    of: Annotated[tuple[SettingName, ...], Field(min_length=1, max_length=5)]
    """Settings, or the fact cores."""

    times: Annotated[int, Field(ge=1, le=1 << 40)] = 1
    """Bytes for each."""

    description: Text
    """Their use in words, for messages."""


class Requests(Section):
    """Bounds of a request, and the time that a replica needs to end."""

    longest: tuple[SettingName, ...] = ()
    """Settings in seconds whose sum is the longest that one request may take. Empty: not known."""

    largest_body: SettingName | None = None
    """A setting in bytes that bounds the body of a request; the gateway holds callers to it. Absent: not known."""

    stop_seconds: Annotated[int, Field(ge=0, le=60)] = 2
    """Time that the app takes to end, beyond the time to drain and the time for requests in flight."""
