"""Model of one change, from an engine's preview or from two rendered states laid beside each other."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = Any
"""Any value that JSON can hold."""


class Operation(StrEnum):
    """What happens to a resource. `OTHER` is an operation of a newer engine, whose word the change keeps."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    SAME = "same"
    READ = "read"
    IMPORT = "import"
    REFRESH = "refresh"
    FORGET = "forget"
    OTHER = "other"


class Kind(StrEnum):
    """How a property differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


class Part(StrEnum):
    """Where the property is: what the provider gets, or what the engine is told about the resource."""

    INPUT = "input"
    OPTION = "option"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property. A secret shows no value on either side; `unknown` is settled only while the change is applied."""

    path: str
    kind: Kind
    old: Json = None
    new: Json = None
    replaces: bool = False
    secret: bool = False
    unknown: bool = False
    part: Part = Part.INPUT
    ignored: bool = False
    """True where the program tells the engine to leave the property as it is."""
    refused: str = ""
    """The reason for which Azure is known to refuse the change; empty where it is not."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a change loosens or tightens. `text` is a clause about the resource: `shared keys are on`."""

    text: str
    loosens: bool = True
    explains: tuple[str, ...] = ()
    """Patterns of the properties that it is about; `*` stands for all of the resource."""


@dataclass(frozen=True, slots=True)
class State:
    """A resource as one side has it. `options` holds only what is not the default; `needs` are keys of others."""

    key: str
    """Key that sets it apart from all others of its stack: the types of its parents and its own, `::`, its name."""
    type: str
    name: str
    parent: str | None = None
    inputs: dict[str, Json] = field(default_factory=dict)
    options: dict[str, Json] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def component(self) -> bool:
        """Return True where it only holds others together and is nothing by itself."""
        return bool(self.options.get("component"))

    @property
    def protected(self) -> bool:
        """Return True where the engine must refuse its deletion."""
        return bool(self.options.get("protect"))


@dataclass(frozen=True, slots=True)
class Change:
    """Change of one resource. At least one of `old` and `new` is there."""

    operation: Operation
    old: State | None
    new: State | None
    differences: tuple[Difference, ...] = ()
    because: tuple[str, ...] = ()
    """Keys of the resources whose own replacement or deletion is the reason of this one."""
    word: str = ""
    """The engine's own word, where `operation` is OTHER."""

    @property
    def state(self) -> State:
        """The newer side there is."""
        state = self.new or self.old
        assert state is not None
        return state

    @property
    def key(self) -> str:
        """The key after the change, or before it for what is deleted."""
        return self.state.key

    @property
    def renamed_from(self) -> str:
        """The key it had under an alias, or nothing."""
        return self.old.key if self.old and self.new and self.old.key != self.new.key else ""

    @property
    def replacing(self) -> tuple[Difference, ...]:
        """The properties that cannot change in place."""
        return tuple(difference for difference in self.differences if difference.replaces)


@dataclass(frozen=True, slots=True)
class OutputChange:
    """A stack output that differs."""

    name: str
    kind: Kind
    old: Json = None
    new: Json = None
    secret: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that one source tells of one stack."""

    project: str
    stack: str
    source: str
    """In words, such as "the engine's preview" or "main (0a1b2c3) against this work tree"."""
    changes: tuple[Change, ...]
    outputs: tuple[OutputChange, ...] | None = ()
    """None where the source does not tell what becomes of the outputs."""
    notes: tuple[str, ...] = ()
    """Facts that a reader must know about the source, such as an engine's errors or a base that cannot be rendered."""
    unlisted: int = 0
    """Resources that the source counts as unchanged without naming them."""
    later: tuple[str, ...] = ()
    """Environments that take releases or models over from this one."""
