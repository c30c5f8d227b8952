"""One declared resource as plain data: what a program asked an engine for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias

SECRET = "[secret]"  # noqa: S105 - the mark, not a secret
"""Mark that stands in every form for a value that must not be read."""

UNKNOWN = "${unknown}"
"""A value that only Azure can tell, of an origin that is not known either."""

Value: TypeAlias = "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | Secret | None"
"""JSON, and secrets."""


_REPLACED_BY_CONTENT = ("ConfigMap", "Secret")


@dataclass(frozen=True)
class Secret:
    """A value marked secret. Its text is the mark; tests may look inside."""

    value: "Value"

    def __str__(self) -> str:
        return SECRET


@dataclass(frozen=True, kw_only=True)
class Record:
    """A resource: `inputs` in the provider's camelCase; `options` only those that differ from the default.

    `parent` and the resources that options name are written "<type>::<name>"; None is the stack itself.
    """

    type: str
    name: str
    parent: str | None
    inputs: dict[str, Value]
    options: dict[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the name of this resource inside its stack."""
        return f"{self.type}::{self.name}"

    @property
    def assigned_name(self) -> str:
        """A stand-in for the name that the Kubernetes provider gives to an object without one.

        As in reality, new content of a ConfigMap or Secret makes a new name, and nothing else does.
        """
        content = self.inputs if self.type.rsplit(":", 1)[-1] in _REPLACED_BY_CONTENT else {}
        seed = json.dumps([self.key, content], sort_keys=True, default=str)
        return f"{self.name}-{sha256(seed.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Recorded:
    """Everything that one run of a program declared, sorted by type and name, and what it exported."""

    resources: tuple[Record, ...]
    outputs: Mapping[str, Value]

    def all(self, type_: str) -> list[Record]:
        """Every resource of one type, such as "azure-native:network:Subnet"."""
        return [record for record in self.resources if record.type == type_]

    def one(self, type_: str, name: str | None = None) -> Record:
        """The only resource of a type, or of a type and a name. LookupError tells how many there are."""
        found = [record for record in self.all(type_) if name in (None, record.name)]
        if len(found) != 1:
            raise LookupError(
                f"{len(found)} of {type_} named {name or 'anything'}: {[record.name for record in found]}"
            )
        return found[0]


def strings(value: Value) -> Iterator[str]:
    """Every string inside `value`, keys and secrets included."""
    match value:
        case str():
            yield value
        case Secret():
            yield from strings(value.value)
        case Mapping():
            for key, item in value.items():
                yield key
                yield from strings(item)
        case Sequence():
            for item in value:
                yield from strings(item)
        case _:
            return


def shown(value: Value) -> Value:
    """`value` with every secret replaced by its mark."""
    match value:
        case Secret():
            return SECRET
        case str():
            return value
        case Mapping():
            return {key: shown(item) for key, item in value.items()}
        case Sequence():
            return [shown(item) for item in value]
        case _:
            return value
