"""A step of the bootstrap as data: the question that finds a thing, and the commands that make it."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SUBSCRIPTION = "${SUBSCRIPTION}"
USER = "${ME}"
"""Stand in words for facts of a login: the subscription's id, and the object id of the person who gets roles."""

_PLACEHOLDER = re.compile(r"\$\{(SUBSCRIPTION|ME)\}")

_LIVE = re.compile(r"[\"$`\\!]")
"""Characters that a shell looks at inside double quotes."""

Words = tuple[str, ...]
"""Arguments of `az`."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """`look` asks for a list, in which one of `wanted` is found where the step is done already."""

    name: str
    why: str
    look: Words
    wanted: Words
    make: tuple[Words, ...]
    needs: tuple[str, ...] = ()
    """Names of steps that must be done before."""
    settles: bool = False
    """Azure goes on by itself after `make`: it is waited for where another step needs it, and at the end."""
    then: tuple[Words, ...] = ()
    """Commands after the thing is there."""


def fill(words: Sequence[str], facts: Mapping[str, str]) -> list[str]:
    """Return words with their placeholders replaced."""
    return [_PLACEHOLDER.sub(lambda found: facts[found[0]], word) for word in words]


def quote(word: str) -> str:
    """Return a word as a shell reads it back, its placeholders as the variables SUBSCRIPTION and ME."""
    if not _PLACEHOLDER.search(word):
        return f'"{word}"' if "'" in word and not _LIVE.search(word) else shlex.quote(word)
    if not _LIVE.search(_PLACEHOLDER.sub("", word)):
        return f'"{word}"'
    spans = re.split(r"(\$\{(?:SUBSCRIPTION|ME)\})", word)
    return "".join(f'"{span}"' if _PLACEHOLDER.fullmatch(span) else shlex.quote(span) for span in spans if span)


def line(words: Sequence[str]) -> str:
    """Return a command of `az` as a person types it."""
    return " ".join(["az", *map(quote, words)])
