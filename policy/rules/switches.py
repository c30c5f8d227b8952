"""Test that most rules need: a switch is as it must be."""

from collections.abc import Iterator

from policy.model import Fault, Resource
from policy.values import at, is_unknown


def must_be(resource: Resource, path: str, *, on: bool, silence: str = "") -> Iterator[Fault]:
    """A fault unless the switch is as it must be, or not known yet.

    `silence` is what the service takes where nothing is said ("on" or "off"); empty where that depends on the day.
    """
    value = at(resource.inputs, path)
    if value is on or is_unknown(value):
        return
    if value is None:
        yield Fault(path, f"not set, which means {silence}" if silence else "not set")
    else:
        yield Fault(path, "on" if value is True else "off" if value is False else str(value))
