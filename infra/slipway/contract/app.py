"""The whole of a contract."""

from typing import Annotated

from pydantic import Field

from slipway.config.base import Section

from .checks import Authors, Checks, CommandLine
from .image import Image, ModelPlace, Ports, Probes
from .metrics import Metrics
from .settings import Product, Requests, Setting
from .words import Fact, Name, RelativePath, SettingName, UrlPath, Variable


class Contract(Section):
    """An app as the platform sees it."""

    name: Name
    """The app's name: on the dashboard, and in the names of recorded series."""

    image: Image
    """The image that is built."""

    model: ModelPlace | None = None
    """The model's place in the image. Absent: the app has none."""

    ports: Ports
    """The ports that the container listens on."""

    health: UrlPath
    """The path on the public port that is 200 while a replica can serve: load balancer and callers ask for it."""

    probes: Probes
    """The requests by which the kubelet learns of a replica's state."""

    metrics: Metrics | None = None
    """The series that the app exports. Absent: alerts and dashboard show the app from outside alone."""

    environment: Annotated[dict[Variable, Fact], Field(max_length=50)] = Field(default_factory=dict)
    """Variables that the platform sets by itself, and the fact that each carries."""

    settings: Annotated[dict[SettingName, Setting], Field(max_length=200)] = Field(default_factory=dict)
    """Variables that an environment may choose, by the name that stack files use."""

    memory: Annotated[tuple[Product, ...], Field(max_length=10)] = ()
    """Memory that a replica takes at its worst beyond `slipway:workload.resources.modelMemory`. Empty: not counted."""

    requests: Requests = Field(default_factory=Requests)
    """Times that a replica needs to answer and to end."""

    version: UrlPath | None = None
    """The path on the public port that tells which code and model answer, in JSON: `code.commit`, `code.build`,
    `model.name`, `model.version` and `model.sha256`. Absent: answers do not tell a release from another."""

    start: CommandLine | None = None
    """Starts the app on a workstation, without a container: ${model} is the model's folder, ${port} and
    ${managementPort} are its ports, ${commit} and ${build} name the code. Absent: it runs in its image alone."""

    checks: Checks = Field(default_factory=Checks)
    """Commands that judge a model, an image and a release."""

    authors: Authors = Field(default_factory=Authors)
    """Commands for the authors of models."""

    examples: RelativePath | None = None
    """The folder of requests and expected answers for model versions without any, from the contract's folder. Absent:
    each model version brings its own."""

    @property
    def management_port(self) -> int:
        """The port of probes and metrics."""
        return self.ports.management or self.ports.public

    @property
    def has_management(self) -> bool:
        """True where it is another port than the public one."""
        return self.management_port != self.ports.public
