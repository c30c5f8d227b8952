"""Base of the simulated providers; `service.py` speaks the engine's protocol for all of them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from .cloud import Cloud
from .difference import Changes
from .values import Properties


@dataclass(frozen=True)
class Verdict:
    """Effects of an update: changed paths, those that replace, and the order of a replacement."""

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
    """One provider on one cloud. Methods raise RefusedError where the real service refuses."""

    cloud: Cloud
    config: Properties = field(default_factory=dict)

    def configure(self, config: Properties) -> None:
        """Keep the configuration. Raises RefusedError as the real provider does, without what it needs to log in."""
        self.config = config

    def diff_config(self, old: Properties, new: Properties) -> Verdict | None:
        """Return None to leave it to the engine, which then takes the new configuration and replaces nothing."""
        del old, new
        return None

    @abstractmethod
    def check(self, target: Target, old: Properties, new: Properties, seed: bytes) -> Properties:
        """Return the inputs with defaults and names. Raises RefusedError where they are not acceptable."""

    @abstractmethod
    def diff(self, target: Target, state: Properties, old: Properties, new: Properties) -> Verdict:
        """Return the effects of going from the old inputs to the new ones."""

    @abstractmethod
    def preview(self, target: Target, state: Properties | None, inputs: Properties) -> Properties:
        """Return the outputs that are known before a creation (no `state`) or an update."""

    @abstractmethod
    def create(self, target: Target, inputs: Properties) -> tuple[str, Properties]:
        """Return the new id and the outputs. Raises RefusedError where nothing was created."""

    @abstractmethod
    def update(self, target: Target, resource_id: str, inputs: Properties) -> Properties:
        """Return the outputs after an update. Raises RefusedError where nothing was changed."""

    @abstractmethod
    def read(
        self, target: Target, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[Properties, Properties] | None:
        """Return inputs and outputs as the cloud has them now; None where the resource is gone."""

    def parse_import(self, target: Target, given: str) -> str:
        """Return the id of the resource that is imported as `given`. Raises RefusedError."""
        del target
        return given

    @abstractmethod
    def delete(self, target: Target, resource_id: str) -> None:
        """Delete it. Raises RefusedError where it stays."""

    @abstractmethod
    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Return the answer of a function or data source."""
