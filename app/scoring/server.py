"""gunicorn, configured: one worker process with an event loop, and a master that replaces it if it dies."""

import os
from typing import Any

from gunicorn.app.base import BaseApplication

from .http_request import MAX_HEAD_BYTES
from .settings import Settings

_SHARED_MEMORY = "/dev/shm"  # noqa: S108  # gunicorn's heartbeat file, where the root file system is read-only
_MAX_HEADERS = 64


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """`Server(settings).run()` serves until SIGTERM and exits 0."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Hand over the settings in gunicorn's names."""
        for name, value in configuration(self.settings).items():
            self.cfg.set(name, value)


def configuration(settings: Settings) -> dict[str, Any]:
    """Gunicorn's settings for ours. The first address is the public one."""
    return {
        "bind": [f"{settings.host}:{port}" for port in (settings.port, settings.management_port)],
        "proc_name": "scoring",
        # One process shares one queue and one model; replicas are Kubernetes' business.
        "workers": 1,
        "worker_class": "app.scoring.gunicorn_worker.ScoringWorker",
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
        # No client is trusted to name the scheme: the app never needs it.
        "forwarded_allow_ips": "",
        "limit_request_line": 4094,
        "limit_request_fields": _MAX_HEADERS,
        "limit_request_field_size": MAX_HEAD_BYTES // 2,
        "accesslog": None,
        "loglevel": settings.log_level,
        "logger_class": "app.scoring.logs.GunicornLogger",
    }
