"""Arguments of `az`, read as strictly as the real one: unknown commands, options and choices are refused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("reference.json")
_USAGE = 2


class AzureError(Exception):
    """`az` ends with an error: its words, and its exit code."""

    def __init__(self, words: str, code: int = 1) -> None:
        super().__init__(words)
        self.code = code


@dataclass
class Call:
    """A command and its options; an option that may have several values has a list."""

    command: str
    options: dict[str, Any] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """Return the value of an option that must be there."""
        return str(self.options[name])

    def get(self, name: str) -> str:
        """Return the value of an option, empty where it is not given."""
        return str(self.options.get(name, ""))


@cache
def commands() -> dict[str, Any]:
    """Return every command that the stand-in knows, with its options."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))["commands"]
    return found


def parse(arguments: Sequence[str]) -> Call:
    """Return the call. Raises AzureError as the real parser does."""
    count = next((number for number, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    name, rest = " ".join(arguments[:count]), list(arguments[count:])
    if name not in commands():
        raise AzureError(f"'{name}' is misspelled or not recognized by the system.", _USAGE)
    known = commands()[name]
    names = {also: option for option, facts in known.items() for also in (option, *facts.get("also", ()))}
    call = Call(name)
    while rest:
        _take(call, known, names, rest)
    missing = [option for option, facts in known.items() if facts.get("required") and option not in call.options]
    if missing:
        raise AzureError(f"the following arguments are required: {', '.join(missing)}", _USAGE)
    return call


def _take(call: Call, known: dict[str, Any], names: dict[str, str], rest: list[str]) -> None:
    """Move the next option with its values from `rest` into the call."""
    word, equals, inline = rest.pop(0).partition("=")
    if word not in names:
        raise AzureError(f"unrecognized arguments: {word}", _USAGE)
    option = names[word]
    facts = known[option]
    kind = facts.get("values", "one")
    values = [inline] if equals else []
    while not equals and kind != "none" and rest and not rest[0].startswith("--"):
        values.append(rest.pop(0))
        if kind == "one":
            break
    if kind == "one" and not values:
        raise AzureError(f"argument {word}: expected one argument", _USAGE)
    for value in values if facts.get("choices") else ():
        if value.lower() not in {choice.lower() for choice in facts["choices"]}:
            raise AzureError(f"argument {word}: invalid choice: {value!r}", _USAGE)
    call.options[option] = True if kind == "none" else values if kind == "many" else values[0]
