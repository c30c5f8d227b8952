"""Resources that a rule judges, and the faults and violations that it finds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """Whether a violation stops the change or only tells."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as its program declares it: Pulumi's type and logical name, camelCase inputs, options not default."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    """Key that sets it apart from all others, where type and name may not be enough."""

    @property
    def protected(self) -> bool:
        """Return True where the engine must refuse its deletion."""
        return bool(self.options.get("protect"))


@dataclass(frozen=True, slots=True)
class Fault:
    """Place where a resource breaks a rule, and what was found there, in words."""

    path: str
    found: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule about one resource at a time. `demand` is the rule as a sentence, `remedy` how to keep it."""

    name: str
    demand: str
    remedy: str
    types: tuple[str, ...]
    check: Callable[[Resource], Iterable[Fault]]
    level: Level = Level.MANDATORY
    in_engine: bool = True
    """False where the engine's policies see too little to judge: secrets arrive there in clear."""

    def concerns(self, resource: Resource) -> bool:
        """Return True where the rule is about this resource's type. A final `*` in a type stands for any ending."""
        return any(
            resource.type.startswith(wanted[:-1]) if wanted.endswith("*") else resource.type == wanted
            for wanted in self.types
        )


@dataclass(frozen=True, slots=True)
class StackRule:
    """A rule about how resources stand together."""

    name: str
    demand: str
    remedy: str
    check: Callable[[Sequence[Resource]], Iterable[tuple[Resource, Fault]]]
    level: Level = Level.MANDATORY


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a resource breaks."""

    rule: str
    level: Level
    type: str
    name: str
    path: str
    reason: str
    remedy: str
    key: str = ""
    excepted: str = ""
    """Owner, last day and reason of the exception; empty where there is none."""


def rule(
    name: str,
    *types: str,
    demand: str,
    remedy: str,
    level: Level = Level.MANDATORY,
    in_engine: bool = True,
) -> Callable[[Callable[[Resource], Iterator[Fault]]], Rule]:
    """Make a rule of the function that finds its faults."""

    def make(check: Callable[[Resource], Iterator[Fault]]) -> Rule:
        return Rule(name, demand, remedy, types, check, level, in_engine)

    return make


def stack_rule(
    name: str, *, demand: str, remedy: str, level: Level = Level.MANDATORY
) -> Callable[[Callable[[Sequence[Resource]], Iterator[tuple[Resource, Fault]]]], StackRule]:
    """Make a rule about a whole stack of the function that finds its faults."""

    def make(check: Callable[[Sequence[Resource]], Iterator[tuple[Resource, Fault]]]) -> StackRule:
        return StackRule(name, demand, remedy, check, level)

    return make
