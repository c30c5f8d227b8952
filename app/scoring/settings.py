"""Settings of the service: read once from the environment, checked whole before anything starts."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from . import telemetry
from .limits import Limits

PREFIX = "SCORING_"
MIB = 1 << 20

Count = Annotated[int, Field(ge=1)]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


def available_cores() -> int:
    """Cores this process may use: the affinity mask, or the container's CPU limit where that is less."""
    mask = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(mask, _cgroup_cores(Path("/sys/fs/cgroup/cpu.max")) or mask))


def _cgroup_cores(path: Path) -> int | None:
    """CPU limit in whole cores, rounded up, of a cgroup v2 file such as `150000 100000`; None where there is none."""
    try:
        quota, period = path.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else -(-int(quota) // int(period))


class SettingsError(Exception):
    """Settings that cannot be used; the message names every variable, what was found and what is allowed."""


class Settings(BaseSettings):
    """The settings that may differ between two runs of one image. Every field is the variable SCORING_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    model_dir: Path = Path("model")
    """Folder of one model version: manifest.json, model.onnx, labels.txt."""
    host: str = "127.0.0.1"
    port: Port = 8080
    """The public port."""
    management_port: Port = 8081
    """The port of probes and metrics, which no public Service leads to."""
    commit: str = ""
    """Git commit of the code, shown by /version, logs and metrics."""
    build: str = ""
    """Identity of the build that packed the code, likewise."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    workers: Annotated[int, Field(ge=1, le=256)] = Field(default_factory=available_cores)
    """Processes that decode and infer; the default is the number of cores this service may use."""
    execution_provider: str = "CPUExecutionProvider"
    """onnxruntime's provider; another one than the CPU's needs an image with that build of onnxruntime."""
    queue_limit: Annotated[int, Field(ge=0, le=10_000)] = 64
    """Requests that may wait for a worker; one more is answered 503 with Retry-After."""
    queue_timeout_seconds: Seconds = 10
    """A request that has waited longer is answered 503: its client has most likely given up."""
    job_timeout_seconds: Seconds = 20
    """A worker that has worked longer on one request is killed and replaced; the request is answered 503."""

    max_body_bytes: Annotated[int, Field(ge=1024)] = 10 * MIB
    body_timeout_seconds: Seconds = 20
    """A body must have arrived whole within this time; else 408."""
    max_answer_bytes: Annotated[int, Field(ge=65536)] = 16 * MIB
    """A request whose answer would be larger is answered 413."""
    budget_bytes: Annotated[int, Field(ge=1024)] = 128 * MIB
    """Bytes of bodies and answers in hand at once, over all connections; beyond it 503."""
    max_pixels: Count = Limits.max_pixels
    max_decoded_pixels: Count = Limits.max_decoded_pixels
    min_side: Count = Limits.min_side
    max_aspect: Count = Limits.max_aspect
    max_pictures: Count = 16
    """Pictures in one request: the items of /score, the rows of an inference request."""

    max_connections: Annotated[int, Field(ge=1, le=100_000)] = 2000
    keepalive_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """A connection must bring the whole head of its next request, and take its whole answer, within this time."""
    drain_seconds: Annotated[float, Field(ge=0, le=600)] = 0
    """After SIGTERM: not ready, but still accepting for this long, for load balancers that learn late."""
    grace_seconds: Annotated[int, Field(ge=1, le=600)] = 25
    """After that: requests in flight may take this long to finish."""

    @model_validator(mode="after")
    def _check_ports(self) -> Self:
        if self.port == self.management_port:
            raise ValueError(f"PORT and MANAGEMENT_PORT must differ, found {self.port} for both")
        return self


def load() -> Settings:
    """Read the environment. Raises SettingsError with every fault at once."""
    faults = [fault for fault in [telemetry.find_fault()] if fault]
    known = [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
    unknown = [name for name in sorted(os.environ) if name.startswith(PREFIX) and name.upper() not in known]
    faults += [f"{name}: no such setting; there are {', '.join(known)}" for name in unknown]
    try:
        settings = Settings()
    except ValidationError as error:
        faults += [
            f"{PREFIX}{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}, found {fault['input']!r}"
            if fault["loc"]
            else f"{PREFIX}*: {fault['msg']}"
            for fault in error.errors(include_url=False)
        ]
    if faults:
        raise SettingsError("\n".join(faults))
    return settings
