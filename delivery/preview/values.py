"""Values that are more, or less, than what they look like: secrets, unknowns and references to other resources."""

import re
from collections.abc import Callable
from typing import Final, Self

from .model import Json


class Secret(str):
    """A hidden value. Prints as `[secret]`; equal only to what hid the same value, as far as that can be told."""

    __slots__ = ("in_clear", "mark")
    mark: bytes
    in_clear: bool

    def __new__(cls, mark: bytes = b"", *, in_clear: bool = False) -> Self:
        """`mark` tells hidden values apart without holding them; empty where the source had hidden the value.

        `in_clear`: nothing marked the value as a secret; its name or its look gave it away.
        """
        secret = super().__new__(cls, "[secret]")
        secret.mark, secret.in_clear = mark, in_clear
        return secret

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Secret):
            return self.mark == other.mark
        return str.__eq__(self, other) if isinstance(other, str) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


HIDDEN: Final = Secret()
"""Value that the source itself had hidden."""

UNKNOWN: Final = "${unknown}"
"""A value that is settled only while the change is applied, and whose origin is not known."""

ENGINE_UNKNOWNS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""Values that the engine writes in place of one that is not known yet. Source: pulumi_policy/proxy.py."""

_REFERENCE = re.compile(r"\$\{([A-Za-z0-9][^.${}]*)\.([^${}]+)\}")


def is_secret(value: Json) -> bool:
    """Return True where the value itself is hidden."""
    return isinstance(value, Secret)


def is_unknown(value: Json) -> bool:
    """Return True where any part of the text is settled only while the change is applied."""
    return isinstance(value, str) and "${" in value and (UNKNOWN in value or _REFERENCE.search(value) is not None)


def references(value: Json) -> list[tuple[str, str]]:
    """The (logical name, property) pairs that a text takes from other resources."""
    return _REFERENCE.findall(value) if isinstance(value, str) and "${" in value else []


def listed(value: Json) -> list[Json]:
    """Return the value as a list; empty for anything else, such as an unknown."""
    return value if isinstance(value, list) else []


def holds_unknown(value: Json) -> bool:
    """Return True where anything inside the value is unknown."""
    return _any(value, is_unknown)


def holds_secret(value: Json) -> bool:
    """Return True where anything inside the value is hidden."""
    return _any(value, is_secret)


def _any(value: Json, test: Callable[[Json], bool]) -> bool:
    if isinstance(value, dict):
        return any(_any(item, test) for item in value.values())
    if isinstance(value, list):
        return any(_any(item, test) for item in value)
    return test(value)
