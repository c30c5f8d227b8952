"""Conditions of role assignments, judged as Azure judges them.

The part of the language that Slipway writes: ActionMatches, SubOperationMatches, StringLike, StringEqualsIgnoreCase and
GuidEquals, joined by AND, OR, NOT. Source: learn.microsoft.com, "Azure role assignment condition format and syntax".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import translate

_TOKEN = re.compile(
    r"\s*(?:(?P<word>AND|OR|NOT|!|\(|\))|(?P<call>\w+)\{'(?P<argument>[^']*)'\}"
    r"|(?P<place>@\w+\[[^\]]+\])\s+(?P<operator>[\w:]+)\s+(?:'(?P<text>[^']*)'|\{(?P<list>[^}]*)\}))"
)


class ConditionError(ValueError):
    """A condition that this module cannot judge."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One thing that an identity asks for. `attributes` are named as in conditions, such as `@Resource[...:path]`."""

    action: str
    operation: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def allows(condition: str, request: Request) -> bool:
    """Return whether a condition lets a request pass. Raises ConditionError."""
    reader = _Reader(condition, request)
    found = reader.any()
    if not reader.ended:
        raise ConditionError(f"{condition}: found more after the end of the expression")
    return found


class _Reader:
    """Recursive descent; AND binds stronger than OR. Each branch is read to its end, decided or not."""

    def __init__(self, text: str, request: Request) -> None:
        self._request = request
        self._tokens = []
        position = 0
        while text[position:].strip():
            found = _TOKEN.match(text, position)
            if found is None:
                raise ConditionError(f"{text[position : position + 60]!r}: is no part of a condition that is read here")
            self._tokens.append(found)
            position = found.end()

    @property
    def ended(self) -> bool:
        return not self._tokens

    def any(self) -> bool:
        found = self._every()
        while self._takes("OR"):
            found = self._every() or found
        return found

    def _every(self) -> bool:
        found = self._one()
        while self._takes("AND"):
            found = self._one() and found
        return found

    def _one(self) -> bool:
        if self._takes("!", "NOT"):
            return not self._one()
        if self._takes("("):
            found = self.any()
            if not self._takes(")"):
                raise ConditionError("a bracket is not closed")
            return found
        if not self._tokens or self._tokens[0]["word"]:
            raise ConditionError("an operand is missing")
        token = self._tokens.pop(0)
        return self._calls(token) if token["call"] else self._compares(token)

    def _takes(self, *words: str) -> bool:
        if self._tokens and self._tokens[0]["word"] in words:
            self._tokens.pop(0)
            return True
        return False

    def _calls(self, token: re.Match[str]) -> bool:
        match token["call"]:
            case "ActionMatches":
                return self._request.action == token["argument"]
            case "SubOperationMatches":
                return self._request.operation == token["argument"]
            case other:
                raise ConditionError(f"{other}: is no function that is read here")

    def _compares(self, token: re.Match[str]) -> bool:
        actual = self._request.attributes.get(token["place"])
        listed = (token["list"] or "").split(",")
        wanted = [token["text"]] if token["text"] is not None else [item.strip().strip("'") for item in listed]
        if actual is None:
            return False
        match token["operator"].removeprefix("ForAnyOfAnyValues:"):
            case "StringLike":
                return any(re.match(translate(item), actual) for item in wanted)
            case "GuidEquals" | "StringEqualsIgnoreCase":
                return actual.casefold() in {item.casefold() for item in wanted}
            case other:
                raise ConditionError(f"{other}: is no operator that is read here")
