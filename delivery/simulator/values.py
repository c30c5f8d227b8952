"""Property values as the engine sends them: plain JSON, an unknown one as the engine's own marker."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's marker of a value that is not known yet (of the SDK's `runtime/rpc.py`)."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_CONFIDENTIAL = "1b47061264138c4ac30d75fd1eb44270"

Properties = dict[str, Any]


def received(struct: Struct) -> Properties:
    """Return a message's properties in clear; nulls count as absent, as in the real providers."""
    properties: Properties = _plain(MessageToDict(struct))
    return properties


def sent(properties: Properties) -> Struct:
    """Return properties as a message."""
    struct = Struct()
    struct.update(properties)
    return struct


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _CONFIDENTIAL:
            return _plain(value.get("value"))
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def strings(value: Any) -> Iterator[str]:
    """Yield every string in a value, at any depth."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(item)


def has_unknown(value: Any) -> bool:
    """True where a part of the value is unknown."""
    return any(UNKNOWN in text for text in strings(value))


def merged(base: Any, overlay: Any) -> Any:
    """Return `overlay` over `base`, objects member by member."""
    if isinstance(base, dict) and isinstance(overlay, dict):
        return base | {key: merged(base.get(key), value) for key, value in overlay.items()}
    return overlay


def at(value: Any, path: str) -> Any:
    """Return the member at a dotted path such as `networkProfile.outboundType` or `ports.0`, or None."""
    for step in path.split("."):
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def put(value: Any, path: str, new: Any) -> None:
    """Set the member at a dotted path; None removes it."""
    *way, last = path.split(".")
    for step in way:
        value = value[int(step)] if isinstance(value, list) else value.setdefault(step, {})
    if isinstance(value, list):
        value[int(last)] = new
    elif new is None:
        value.pop(last, None)
    else:
        value[last] = new
