"""An answer's JSON beside the one that an example expects: what was seen at each place, and whether it is right."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .example import AT_LEAST, AT_MOST, NEAR, ONE_OF, TOLERANCE, WITHIN
from .faults import short


@dataclass(frozen=True)
class Seen:
    """A value at a place that the example looks at. `fault` is empty where it is right."""

    path: str
    value: object
    fault: str = ""


def compare(expected: Any, found: Any, tolerance: float = TOLERANCE, path: str = "") -> Iterator[Seen]:  # noqa: ANN401  # JSON of any shape
    """Each place that is written in `expected`."""
    if isinstance(expected, dict) and any(key.startswith("$") for key in expected):
        yield _judged(expected, found, tolerance, path)
    elif isinstance(expected, dict):
        yield from _fields(expected, found, tolerance, path)
    elif isinstance(expected, list):
        yield from _elements(expected, found, tolerance, path)
    else:
        right = _same(expected, found, tolerance)
        yield Seen(path or "(whole)", found, "" if right else f"expected {short(expected)}")


def _fields(expected: dict[str, Any], found: Any, tolerance: float, path: str) -> Iterator[Seen]:  # noqa: ANN401  # JSON of any shape
    if not isinstance(found, dict):
        yield Seen(path or "(whole)", found, f"expected an object with {', '.join(expected)}")
        return
    for key, value in expected.items():
        here = f"{path}.{key}".lstrip(".")
        if key in found:
            yield from compare(value, found[key], tolerance, here)
        else:
            there = ", ".join(list(found)[:10]) or "nothing"
            yield Seen(here, None, f"is not there, there are: {there}")


def _elements(expected: list[Any], found: Any, tolerance: float, path: str) -> Iterator[Seen]:  # noqa: ANN401  # JSON of any shape
    if not isinstance(found, list) or len(found) < len(expected):
        yield Seen(path or "(whole)", found, f"expected a list of at least {len(expected)}")
        return
    for index, (value, other) in enumerate(zip(expected, found, strict=False)):
        yield from compare(value, other, tolerance, f"{path}.{index}".lstrip("."))


def _judged(rule: dict[str, Any], found: Any, tolerance: float, path: str) -> Seen:  # noqa: ANN401  # JSON of any shape
    place = path or "(whole)"
    if ONE_OF in rule:
        fits = any(not _wrong(each, found, tolerance) for each in rule[ONE_OF])
        return Seen(place, found, "" if fits else f"expected one of {', '.join(map(short, rule[ONE_OF]))}")
    if not _is_number(found):
        return Seen(place, found, "expected a number")
    if AT_LEAST in rule and found < rule[AT_LEAST]:
        return Seen(place, found, f"expected at least {rule[AT_LEAST]}")
    if AT_MOST in rule and found > rule[AT_MOST]:
        return Seen(place, found, f"expected at most {rule[AT_MOST]}")
    within = rule.get(WITHIN, tolerance)
    if NEAR in rule and abs(found - rule[NEAR]) > within:
        return Seen(place, found, f"expected {rule[NEAR]} within {within}")
    return Seen(place, found)


def _wrong(expected: Any, found: Any, tolerance: float) -> bool:  # noqa: ANN401  # JSON of any shape
    return any(seen.fault for seen in compare(expected, found, tolerance))


def _same(expected: Any, found: Any, tolerance: float) -> bool:  # noqa: ANN401  # JSON of any shape
    if _is_number(expected) and _is_number(found):
        return bool(abs(expected - found) <= tolerance)
    return type(expected) is type(found) and bool(expected == found)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
