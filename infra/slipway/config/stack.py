"""The whole of a stack file."""

from dataclasses import dataclass

from slipway.contract.application import Application
from slipway.naming import Naming

from .address import Address
from .app import App
from .canary import CanaryRelease
from .cluster import Cluster
from .entry import Entry
from .environment import Environment
from .image import Image
from .model import Model
from .monitoring import Monitoring
from .network import Network
from .pipelines import Pipelines
from .registry import Registry
from .release import Release
from .workload import Workload


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """One environment. `stack` is its name; the others are the sections of its file, None where it has none."""

    stack: str
    environment: Environment
    network: Network
    model: Model | None
    registry: Registry
    cluster: Cluster
    address: Address
    entry: Entry
    monitoring: Monitoring
    workload: Workload
    app: App | None
    application: Application
    """The app that `app` chooses, with its contract."""
    pipelines: Pipelines | None
    release: Release | None
    canary: CanaryRelease | None
    image: Image | None

    @property
    def naming(self) -> Naming:
        """The names of the environment."""
        environment = self.environment
        return Naming(
            workload=environment.workload,
            environment=self.stack,
            location=environment.location,
            suffix=environment.suffix,
            owner=environment.owner,
            cost_centre=environment.cost_centre,
            extra_tags=tuple(sorted(environment.tags.items())),
        )

    @property
    def group_name(self) -> str:
        """The name of the environment's resource group."""
        return self.naming.name("rg", limit=90)

    @property
    def endpoint_url(self) -> str:
        """The address that callers use."""
        return f"{self.entry.scheme}://{self.address.host(self.naming)}/"

    @property
    def canary_share(self) -> int | None:
        """Percent of the requests that the canary's place gets, None where none is kept."""
        place = self.entry.canary
        if place is None:
            return None
        return self.canary.share if self.canary and self.canary.share else place.share

    @property
    def canary_facts(self) -> CanaryRelease | None:
        """The release in the canary's place, with the share that it really has."""
        return self.canary.model_copy(update={"share": self.canary_share}) if self.canary else None

    @property
    def protects_shared(self) -> bool:
        """Protection of what later environments depend on: always in the one that owns the pipelines."""
        owns_chain = self.pipelines is not None and self.environment.promotes_from is None
        return self.environment.protect or owns_chain
