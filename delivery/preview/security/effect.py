"""One thing that a change loosens or tightens, in words."""

from dataclasses import dataclass

from delivery.preview import paths
from delivery.preview.model import Json, State


@dataclass(frozen=True, slots=True)
class Effect:
    """`text` is a clause about the resource without its name: `shared keys are on`."""

    text: str
    loosens: bool = True


def at(state: State | None, path: str) -> Json:
    """A property of one side, None where it is not there."""
    return paths.find(state.inputs, paths.parse(path)) if state else None


def listed(value: Json) -> list[Json]:
    """The value as a list; empty for anything else, such as an unknown."""
    return value if isinstance(value, list) else []
