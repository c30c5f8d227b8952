"""Between the messages that Pulumi's SDK sends to an engine and plain data.

The marks are the protocol's own: github.com/pulumi/pulumi, sdk/python/lib/pulumi/runtime/rpc.py.
"""

from collections.abc import Mapping
from typing import Any, cast

from google.protobuf import json_format, struct_pb2

from .record import UNKNOWN, Secret, Value

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark for a secret, itself none
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
_UNKNOWNS = {
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
    "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
    "e48ece36-62e2-4504-bad9-02848725956a",  # archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
}


def plain(message: struct_pb2.Struct) -> dict[str, Value]:
    """A message's properties as plain data: secrets as `Secret`, unknowns as their mark, whole numbers as integers."""
    return {key: _plain(value) for key, value in json_format.MessageToDict(message).items()}


def _plain(value: Any) -> Value:  # noqa: ANN401 - JSON of any shape
    match value:
        case str():
            return UNKNOWN if value in _UNKNOWNS else value
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_plain(item) for item in value]
        case dict():
            return _object(value)
        case _:
            return cast("Value", value)


def _object(value: dict[str, Any]) -> Value:
    mark = value.get(_SIGNATURE)
    if mark == _SECRET:
        return Secret(_plain(value["value"]))
    if mark == _RESOURCE:
        return f"${{{value['urn'].rsplit('::', 1)[1]}}}"
    return {key: _plain(item) for key, item in value.items()}


def message(properties: Mapping[str, object]) -> struct_pb2.Struct:
    """Plain data as a message."""
    struct = struct_pb2.Struct()
    json_format.ParseDict(dict(properties), struct)
    return struct


def overlaid(below: struct_pb2.Struct, above: struct_pb2.Struct) -> struct_pb2.Struct:
    """Both messages in one, object by object; protobuf's own merge would replace whole objects."""
    merged = struct_pb2.Struct()
    merged.CopyFrom(below)
    for key, value in above.fields.items():
        inner = merged.fields[key]
        if value.HasField("struct_value") and inner.HasField("struct_value"):
            inner.struct_value.CopyFrom(overlaid(inner.struct_value, value.struct_value))
        else:
            inner.CopyFrom(value)
    return merged
