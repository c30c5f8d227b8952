"""The gunicorn worker: gevent's, made to start ready, to survive bad clients, and to stop without losing a request."""

import gc
import logging
import os
import sys
import time
from functools import partial
from typing import Any, NoReturn

import gevent
from gevent.pool import Pool
from gevent.select import select
from gevent.server import StreamServer
from gunicorn.arbiter import Arbiter
from gunicorn.http.wsgi import base_environ
from gunicorn.workers.ggevent import GeventWorker

from . import service as services
from .connection import Connection, Site
from .scorers import LaneError

_TICK = 0.1
_GARBAGE = 20_000


class ScoringWorker(GeventWorker):  # type: ignore[misc]  # gunicorn ships no types
    """One process, one event loop; whatever takes processor time is in the lane's native threads."""

    def load_wsgi(self) -> None:
        """Load the app, for all connections to share."""
        super().load_wsgi()
        application = self.app.wsgi()
        self.service = services.of(application)
        environ = base_environ(self.cfg) | {"wsgi.multithread": True, "wsgi.url_scheme": "http", "SCRIPT_NAME": ""}
        self._site = Site(application, self.cfg, self.log.error_log, self.cfg.keepalive, environ)

    def run(self) -> None:
        """Serve until SIGTERM, then drain. Exits with gunicorn's boot error when the model cannot be loaded."""
        connections = Pool(self.worker_connections)
        servers = [StreamServer(s, handle=partial(self.handle, s), spawn=connections) for s in self.sockets]
        for listener in self.sockets:
            listener.setblocking(0)
        for server in servers:
            server.start()
        gevent.spawn(self._load)
        while self.alive:
            self._beat()
        self._drain(servers, connections)
        self.service.close()
        _leave(0)

    def _load(self) -> None:
        started = time.perf_counter()
        try:
            self.service.load()
        except LaneError as error:
            self.log.critical("the model cannot be served: %s", error)
            _leave(Arbiter.WORKER_BOOT_ERROR)
        # What is loaded stays: the collector need not look at it, nor look so often at what requests leave.
        gc.freeze()
        gc.set_threshold(_GARBAGE)
        self.log.info("ready: model %s, %.0f ms", self.service.model, (time.perf_counter() - started) * 1000)

    def _drain(self, servers: list[StreamServer], connections: Pool) -> None:
        """Not ready, still accepting; then no longer accepting, until the last request is answered."""
        self.service.draining = True
        self._site.closing = True
        self._beat_while(lambda: True, self.service.settings.drain_seconds)
        for server in servers:
            server.stop_accepting()
            server.close()
        self._beat_while(lambda: len(connections) > self._silent(), self.service.settings.grace_seconds)
        left = len(connections) - self._silent()
        if left:
            self.log.warning("%d requests were cut off after %d s", left, self.service.settings.grace_seconds)

    def _silent(self) -> int:
        """How many connections are between two requests, with nothing of the next one sent."""
        waiting = {connection.client for connection in self._site.waiting}
        readable, _, _ = select(list(waiting), [], [], 0)
        return len(waiting) - len(readable)

    def _beat_while(self, condition: Any, seconds: float) -> None:  # noqa: ANN401  # a function of nothing
        end = time.monotonic() + seconds
        while time.monotonic() < end and condition():
            self._beat()

    def _beat(self) -> None:
        self.notify()
        gevent.sleep(_TICK)

    def handle_quit(self, sig: int, frame: Any) -> None:  # noqa: ANN401, ARG002  # gunicorn's signature
        """SIGINT and SIGQUIT: a person at the terminal does not wait."""
        _leave(0)

    def handle(self, listener: Any, client: Any, addr: Any) -> None:  # noqa: ANN401  # gunicorn's own types
        """Serve one connection."""
        Connection(self._site, client, addr, listener.getsockname()).serve()


def _leave(code: int) -> NoReturn:
    """End this process now: native threads of libraries would make the interpreter's own way out abort."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)
