"""Outputs of a resource: in a preview mostly unknown, in the cloud complete as the SDK's types demand."""

from typing import Any

from .shape import ResourceType, Shape
from .values import UNKNOWN, Properties

_FILLERS: dict[str, Any] = {"bool": False, "int": 0, "float": 0.0, "list": [], "map": {}, "Any": {}}


def previewed(type_: ResourceType, inputs: Properties) -> Properties:
    """Return the inputs, and the unknown for every other member, as azure-native's `PreviewOutputs` does."""
    return _previewed(type_.outputs, inputs)


def _previewed(members: dict[str, Shape], values: Properties) -> Properties:
    return {
        name: _preview(shape, values[name]) if name in values else UNKNOWN
        for name, shape in members.items()
        if name != "id"
    }


def _preview(shape: Shape, value: Any) -> Any:
    match shape.kind, value:
        case "object", dict() if shape.type:
            return _previewed(shape.type.members, value)
        case "list", list() if shape.item:
            return [_preview(shape.item, item) for item in value]
        case "map", dict() if shape.item:
            return {key: _preview(shape.item, item) for key, item in value.items()}
        case ("map", list()) | ("list" | "map" | "object", str()):
            return UNKNOWN  # another shape than the input's, or not known yet
    return value


def settled(type_: ResourceType, inputs: Properties) -> Properties:
    """Return the inputs, and a made-up value for every other member that the SDK's output types demand."""
    return _settled(type_.outputs, inputs)


def _settled(members: dict[str, Shape], values: Properties) -> Properties:
    return {
        name: _settle(shape, values[name]) if name in values else _filler(name, shape)
        for name, shape in members.items()
        if name in values or shape.required
    }


def _settle(shape: Shape, value: Any) -> Any:
    match shape.kind, value:
        case "object", dict() if shape.type:
            return _settled(shape.type.members, value)
        case "list", list() if shape.item:
            return [_settle(shape.item, item) for item in value]
        case "map", dict() if shape.item:
            return {key: _settle(shape.item, item) for key, item in value.items()}
        case "map", list() if shape.item:  # identities go in as a list of ids and come out as a map
            return {key: _settle(shape.item, {}) for key in value}
    return value


def _filler(name: str, shape: Shape) -> Any:
    if name == "provisioningState":
        return "Succeeded"
    if shape.kind == "object" and shape.type:
        return _settled(shape.type.members, {})
    return _FILLERS.get(shape.kind, f"simulated-{name}")


def as_inputs(inputs: Properties, before: Properties, now: Properties) -> Properties:
    """Return the inputs as the cloud has them: only changes since the last look are carried over."""
    changed = {name for name in {*before, *now} if before.get(name) != now.get(name)}
    carried = dict(inputs)
    for name in changed & {*inputs}:
        carried[name] = _carried(inputs[name], before.get(name), now.get(name))
    return {name: value for name, value in carried.items() if value is not None}


def _carried(value: Any, before: Any, now: Any) -> Any:
    if isinstance(value, dict) and isinstance(before, dict) and isinstance(now, dict):
        return as_inputs(value, before, now)
    if isinstance(value, list) and isinstance(now, dict):
        return sorted(now)
    if isinstance(value, list) and isinstance(before, list) and isinstance(now, list):
        return _items(value, before, now)
    return now


def _items(value: list[Any], before: list[Any], now: list[Any]) -> list[Any]:
    """Carry items over as azure-native's `applyDiff` does: in place, then additions; surplus items go."""
    gone = range(len(now), len(before))
    kept = [
        _carried(item, before[place], now[place]) if place < min(len(before), len(now)) else item
        for place, item in enumerate(value)
        if place not in gone
    ]
    return kept + now[len(before) :]
