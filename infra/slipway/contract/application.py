"""An app as one environment runs it: its contract, and what the environment has chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from .app import Contract
from .settings import Product, Value
from .words import Fact

Facts = Mapping[str, str | int | float | None]
"""Values of the platform's own, by the names of Fact. None: its variable is not set."""


@dataclass(frozen=True, kw_only=True)
class Application:
    """`path` is where the contract stands in the checkout; `chosen` are the settings that differ from the app's own."""

    contract: Contract
    path: str
    chosen: Mapping[str, Value]

    def value(self, name: str, facts: Facts) -> Value | None:
        """The value that the app runs with: chosen, or its own default; None where the contract names none."""
        setting = self.contract.settings[name]
        if name in self.chosen:
            return self.chosen[name]
        return facts[setting.default_from] if setting.default_from else setting.default

    def number(self, name: str, facts: Facts) -> float:
        """The value of a setting, or of the fact cores, that the contract counts with."""
        found = facts[name] if name == Fact.CORES else self.value(name, facts)
        if not isinstance(found, int | float):
            raise TypeError(f"{self.path}: {name} is no number")
        return found

    def size(self, part: Product, facts: Facts) -> int:
        """Bytes of a part of a replica's memory."""
        return int(prod((self.number(name, facts) for name in part.of), start=part.times))

    def longest_seconds(self, facts: Facts) -> float | None:
        """The longest that one request may take; None where the contract does not tell."""
        parts = self.contract.requests.longest
        return sum(self.number(name, facts) for name in parts) if parts else None

    def largest_body(self, facts: Facts) -> int | None:
        """Bytes of the largest body; None where the contract does not tell."""
        name = self.contract.requests.largest_body
        return int(self.number(name, facts)) if name else None

    def variables(self, facts: Facts) -> dict[str, str]:
        """Every variable by name: what the environment has chosen, and what the platform says by itself."""
        settings = self.contract.settings
        found = {settings[name].variable: _text(value) for name, value in self.chosen.items()}
        for variable, fact in self.contract.environment.items():
            if (value := facts[fact]) is not None:
                found[variable] = _text(value)
        return dict(sorted(found.items()))


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
