"""The service: what all views share, and whether it takes traffic."""

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import flask

from . import telemetry
from .body import BodyReader
from .call import Timings, current
from .lane import Lane, Plan
from .limits import FORMATS
from .manifest import Manifest
from .metrics import Metrics
from .problem import Problem
from .scorers import Template
from .settings import Settings
from .telemetry import Telemetry


@dataclass(frozen=True)
class Reply:
    """What the lane made of a job."""

    head: dict[str, Any]
    body: bytes
    timings: Timings


class Service:
    """One app's parts. Views get it as an argument; the server finds it by `of`."""

    def __init__(self, app: flask.Flask, settings: Settings, template: Template | None) -> None:
        self.settings = settings
        self.metrics = Metrics(settings.commit, settings.build)
        self.bodies = BodyReader(app, settings)
        self.lane = Lane(
            Plan(
                model_dir=settings.model_dir,
                limits=settings.picture_limits,
                scorers=settings.scorers,
                queue_limit=settings.queue_limit,
                queue_timeout=settings.queue_timeout_seconds,
                job_timeout=settings.job_timeout_seconds,
            ),
            template,
        )
        self.telemetry = Telemetry({"service.version": settings.commit}) if telemetry.wanted() else None
        self.draining = False
        """Set at SIGTERM: still answering, but no longer ready."""
        self.runtime = {"python": platform.python_version(), "onnxruntime": version("onnxruntime")}
        """Versions of what executes the model."""
        self._manifest: Manifest | None = None
        self.metrics.watch(self.lane, lambda: self.ready)

    def load(self) -> None:
        """Start the lane with the model that the settings name. Raises LaneError, and then stays not ready."""
        self._manifest = self.lane.start()
        self.metrics.model_loaded(self._manifest)

    def close(self) -> None:
        """End the lane, and send what telemetry is left."""
        self.lane.stop()
        if self.telemetry is not None:
            self.telemetry.close()

    @property
    def ready(self) -> bool:
        """Whether a load balancer should send requests here."""
        return self._manifest is not None and self.lane.alive and not self.draining

    @property
    def manifest(self) -> Manifest:
        """The manifest of the model that answers. Raises Problem 503 while there is none."""
        if self._manifest is None:
            raise Problem(503, "the model is not loaded yet; try again", retry_after=1)
        return self._manifest

    def run(self, job: dict[str, Any], body: bytes) -> Reply:
        """Have the lane do a job for the current request, and record how it went. Raises Problem."""
        frame, waited = self.lane.run(job, body)
        stages = frame.head["stages"]
        timings = Timings(waited, stages["decode"], stages["inference"])
        current().timings = timings
        self.metrics.worked(timings, frame.head["best"])
        return Reply(frame.head, frame.body, timings)

    @property
    def code(self) -> dict[str, str]:
        """Which code answers."""
        return {"commit": self.settings.commit, "build": self.settings.build}

    @property
    def model(self) -> dict[str, str]:
        """Which model answers. Raises Problem 503 while there is none."""
        return {"name": self.manifest.name, "version": self.manifest.version, "sha256": self.manifest.sha256}

    @property
    def version(self) -> dict[str, Any]:
        """Everything that tells this deployment from another, and the limits a client should know."""
        manifest = self.manifest
        more = {"title": manifest.title, "classes": manifest.output.classes, "created": manifest.created.isoformat()}
        return {
            "code": self.code,
            "model": self.model | more,
            "limits": {
                "max_body_bytes": self.settings.max_body_bytes,
                "max_pixels": self.settings.max_pixels,
                "max_pictures": self.settings.max_pictures,
                "formats": list(FORMATS),
            },
            "runtime": self.runtime,
        }


def of(app: flask.Flask) -> Service:
    """The service of an app."""
    service: Service = app.extensions["scoring"]
    return service
