"""What a simulated provider answers; `service.py` speaks the engine's protocol for all of them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from .cloud import Cloud
from .difference import Changes
from .values import Properties


@dataclass(frozen=True)
class Verdict:
    """What an update would do: the changed paths, those that replace, and whether the old goes before the new comes."""

    changes: Changes = field(default_factory=dict)
    replaces: set[str] = field(default_factory=set)
    delete_first: bool = False


@dataclass(frozen=True)
class Target:
    """A resource as the program declares it."""

    token: str
    name: str
    urn: str


@dataclass
class Provider(ABC):
    cloud: Cloud
    config: Properties = field(default_factory=dict)

    def configure(self, config: Properties) -> None:
        """RefusedError: as the real provider, without what it needs to log in."""
        self.config = config

    def diff_config(self, old: Properties, new: Properties) -> Verdict | None:
        """None leaves it to the engine, which then uses the new configuration and replaces nothing."""
        del old, new
        return None

    @abstractmethod
    def check(self, target: Target, old: Properties, new: Properties, seed: bytes) -> Properties:
        """The inputs with defaults and names. RefusedError: not acceptable."""

    @abstractmethod
    def diff(self, target: Target, state: Properties, old: Properties, new: Properties) -> Verdict: ...

    @abstractmethod
    def preview(self, target: Target, state: Properties | None, inputs: Properties) -> Properties:
        """The outputs as far as they are known before a creation (no `state`) or an update."""

    @abstractmethod
    def create(self, target: Target, inputs: Properties) -> tuple[str, Properties]:
        """The new id and the outputs. RefusedError: nothing was created."""

    @abstractmethod
    def update(self, target: Target, resource_id: str, inputs: Properties) -> Properties: ...

    @abstractmethod
    def read(
        self, target: Target, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[Properties, Properties] | None:
        """Inputs and outputs as the cloud has them now; None if the resource is gone."""

    @abstractmethod
    def delete(self, target: Target, resource_id: str) -> None:
        """RefusedError: still there."""

    @abstractmethod
    def invoke(self, token: str, arguments: Properties) -> Properties: ...
