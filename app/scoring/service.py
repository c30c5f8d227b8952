"""The service: what all views share, and its readiness for traffic."""

import logging
import platform
from importlib.metadata import version
from typing import Any

from . import telemetry
from .body import Budget, read_body
from .call import current
from .limits import FORMATS
from .manifest import Manifest
from .metrics import Metrics
from .pool import WorkerPool
from .problem import Problem
from .settings import Settings
from .telemetry import Telemetry
from .wire import Frame

_LOG = logging.getLogger("scoring")


class Service:
    """The parts of one deployment. Views get it as an argument."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.budget = Budget(settings.budget_bytes)
        self.pool = WorkerPool(settings)
        self.metrics = Metrics(settings.commit, settings.build, self.pool, lambda: self.ready)
        self.telemetry = Telemetry({"service.version": settings.commit}) if telemetry.is_wanted() else None
        self.draining = False
        """Set at SIGTERM: still answering, but no longer ready."""
        self.runtime = {"python": platform.python_version(), "onnxruntime": version("onnxruntime")}
        """Versions of what executes the model."""
        self._manifest: Manifest | None = None

    def load(self) -> None:
        """Start the pool with the model that the settings name. Raises WorkerError, and then stays not ready."""
        self._manifest = self.pool.start()
        self.metrics.set_model(self._manifest)

    def close(self) -> None:
        """End the pool, and send what telemetry is left."""
        self.pool.stop()
        if self.telemetry is not None:
            self.telemetry.close()

    @property
    def ready(self) -> bool:
        """True while a load balancer should send requests here."""
        return self._manifest is not None and self.pool.alive and not self.draining

    @property
    def manifest(self) -> Manifest:
        """The manifest of the model that answers. Raises Problem 503 while there is none."""
        if self._manifest is None:
            raise Problem(503, "the model is not loaded yet; try again", retry_after=1)
        return self._manifest

    def run(self, job: dict[str, Any]) -> Frame:
        """Have a worker do a job on the current request's body, and record its figures. Raises Problem."""
        call = current()
        reply, waited = self.pool.run(job, read_body(self.settings, self.budget))
        self.budget.reserve(call, len(reply.body))
        call.stages = {"queue": waited} | reply.head["stages"]
        if "problem" in reply.head:
            raise self._problem(reply.head)
        self.metrics.count_job(call.stages, reply.head["best"])
        return reply

    def _problem(self, head: dict[str, Any]) -> Problem:
        status, detail = head["problem"]
        if "reason" in head:
            level = logging.ERROR if status >= 500 else logging.WARNING
            _LOG.log(level, "a job failed", extra={"fields": {"reason": head["reason"]}})
        if head.get("not_finite"):
            self.metrics.not_finite.inc()
            _LOG.warning("the model gave no finite numbers", extra={"fields": {"detail": detail}})
        return Problem(status, detail)

    @property
    def code(self) -> dict[str, str]:
        """The commit and build of the code that answers."""
        return {"commit": self.settings.commit, "build": self.settings.build}

    @property
    def model(self) -> dict[str, str]:
        """Name, version and sha256 of the model that answers. Raises Problem 503 while there is none."""
        return {"name": self.manifest.name, "version": self.manifest.version, "sha256": self.manifest.sha256}

    @property
    def version(self) -> dict[str, Any]:
        """Everything that tells this deployment from another, and the limits a client should know."""
        manifest = self.manifest
        more = {
            "title": manifest.title,
            "classes": manifest.output.classes,
            "multi_label": manifest.output.multi_label,
            "created": manifest.created.isoformat(),
        }
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
