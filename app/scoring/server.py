"""gunicorn, configured: one worker process with an event loop, and a master that replaces it if it dies."""

import os
from typing import Any

import flask
from gunicorn.app.base import BaseApplication

from .settings import Settings

_SHARED_MEMORY = "/dev/shm"  # noqa: S108  # gunicorn's heartbeat file, where the root file system is read-only


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """`Server(settings).run()` serves until SIGTERM and exits 0."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Hand over the settings in gunicorn's names."""
        for name, value in configuration(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> flask.Flask:
        """Make the app, in the worker; the model is being loaded while Flask is."""
        from .scorers import Template  # noqa: PLC0415  # the master process needs none of these

        template = Template(self._settings.model_dir, self._settings.picture_limits)

        from .application import create_app  # noqa: PLC0415  # as above

        return create_app(self._settings, template)


def configuration(settings: Settings) -> dict[str, Any]:
    """Gunicorn's settings for ours."""
    return {
        "bind": f"{settings.host}:{settings.port}",
        "proc_name": "scoring",
        # One process shares one queue and one model; replicas are Kubernetes' business.
        "workers": 1,
        "worker_class": "app.scoring.worker.ScoringWorker",
        "worker_connections": settings.max_connections,
        "keepalive": settings.keepalive_seconds,
        # The master kills a worker whose loop has not turned for this long.
        "timeout": 30,
        # The worker keeps its own time; the master's must be longer.
        "graceful_timeout": int(settings.drain_seconds) + settings.grace_seconds + 3,
        "worker_tmp_dir": _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None,
        # It would be a file in the home folder, which a read-only root does not have.
        "control_socket_disable": True,
        "http_parser": "python",
        # Nobody's word is taken for the scheme: the app never needs it.
        "forwarded_allow_ips": "",
        "limit_request_line": 4094,
        "limit_request_fields": 64,
        "limit_request_field_size": 8190,
        "accesslog": None,
        "loglevel": settings.log_level,
        "logger_class": "app.scoring.logs.GunicornLogger",
    }
