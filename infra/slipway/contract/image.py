"""The image, its ports and its probes."""

from typing import Annotated, Literal

from pydantic import Field

from slipway.config.base import Section

from .words import AbsolutePath, FileName, Port, RelativePath, Repository, UrlPath, Variable

Period = Annotated[int, Field(ge=1, le=300)]


class Image(Section):
    """The image that is built, and its user."""

    repository: Repository
    """The image's repository inside a registry."""

    dockerfile: RelativePath = "Dockerfile"
    """The Dockerfile, from the contract's folder."""

    context: RelativePath = "."
    """The folder that the build sees, from the contract's folder. `slipway image build` puts the model version into
    .slipway/image/model there, and packages into .slipway/image/wheels."""

    packages: RelativePath | None = None
    """A list of pinned packages with hashes, from the contract's folder. `slipway image build` fetches them, since the
    build has no network. Absent: the Dockerfile needs none."""

    tracing: RelativePath | None = None
    """A list of further packages, which `slipway image build --otlp` adds."""

    user: Annotated[int, Field(ge=1, le=65535)]
    """The numeric user, and group, that the image runs as. 0 is root, which no pod may be."""


class ModelPlace(Section):
    """The model's place in the image."""

    folder: AbsolutePath
    """The folder that holds the model version's files."""

    variable: Variable | None = None
    """The variable by which the app finds the folder; the Dockerfile sets it. Absent: the app needs none."""

    file: FileName
    """The file of a model version whose SHA-256 names the model."""

    files: Annotated[tuple[FileName, ...], Field(max_length=50)] = ()
    """The other files that a model version must have."""


class Ports(Section):
    """Ports of the container. Callers see the port of the Service, `slipway:workload.service.port`."""

    public: Port
    """The port that callers' requests reach."""

    management: Port | None = None
    """The port of probes and metrics, which no Service leads to. Absent: the public port."""


class Probe(Section):
    """A request of the kubelet's: any status from 200 to 399 is a yes."""

    path: UrlPath
    """The path that is asked for."""

    port: Literal["public", "management"] | None = None
    """The port that is asked. Absent: the management port where there is one, else the public port."""

    period_seconds: Period = 10
    """Time from one request to the next."""

    timeout_seconds: Period = 3
    """An answer that takes longer is a no."""


class StartupProbe(Probe):
    """Asked until the first yes. `slipway:workload.rollout.startSeconds` says for how long."""

    period_seconds: Period = 1
    """Time from one request to the next: who is ready need not wait to be found so."""


class RunningProbe(Probe):
    """Asked for as long as the replica runs."""

    failures: Annotated[int, Field(ge=1, le=60)] = 3
    """So many times no in a row count."""


class Probes(Section):
    """Requests by which the kubelet learns of a replica's state."""

    startup: StartupProbe
    """A replica that does not say yes in time is started again."""

    readiness: RunningProbe
    """A replica that says no gets no traffic, until it says yes again."""

    liveness: RunningProbe
    """A replica that says no is started again. It must not depend on the model: a restart would not bring it sooner."""
