"""gunicorn's gevent worker, made fair between clients, and to stop without losing a request."""

import gc
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

import gevent
from gevent import socket
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.arbiter import Arbiter
from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    NoMoreData,
    ParseException,
)
from gunicorn.workers.ggevent import GeventWorker

from .application import create_app, create_management_app
from .connections import ConnectionTable, Phase, Turns
from .errors import MEDIA_TYPE, document, title
from .http_request import ScoringParser
from .problem import Problem
from .service import Service
from .worker_process import WorkerError

_TICK = 0.1
_MANAGEMENT_CONNECTIONS = 100
_MAX_ACCEPT = 8
_PAUSE_SECONDS = 0.001
"""Between an answer and the next request on its connection: any network takes longer."""
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 64 << 20
_STATUSES = {
    InvalidResponseHeader: 500,
    InvalidResponseHeaderName: 500,
    LimitRequestLine: 414,
    LimitRequestHeaders: 431,
    ExpectationFailed: 417,
    ParseException: 400,
}
"""The status for each kind of gunicorn's errors, the narrowest kind first."""


class ScoringWorker(GeventWorker):  # type: ignore[misc]  # gunicorn ships no types
    """One process, one event loop. The pool's processes do all that takes processor time."""

    wsgi: Any

    def load_wsgi(self) -> None:
        """Make the service and its two apps, for all connections to share."""
        self.service = Service(self.app.settings)
        self._public, self._management = create_app(self.service), create_management_app(self.service)
        self.wsgi = self._answer
        self._connections = ConnectionTable(self.worker_connections)
        self._turns = Turns()

    def run(self) -> None:
        """Serve until SIGTERM, then drain. Exits with gunicorn's boot error when the model cannot be loaded."""
        public, *management = self.sockets
        servers = [self._start(public, self.worker_connections + 1)]
        servers += [self._start(listener, _MANAGEMENT_CONNECTIONS) for listener in management]
        gevent.spawn(self._turns.run)
        gevent.spawn(self._load)
        while self.alive:
            self._beat()
        self._drain(servers[0])
        self.service.close()
        _leave(0)

    def handle(self, listener: Any, client: socket.socket, addr: Any) -> None:  # noqa: ANN401  # gunicorn's own types
        """Serve one connection: each request within its deadlines, and every other connection in between."""
        # Bounds each single wait, and the whole of each answer.
        client.settimeout(self.cfg.keepalive)
        request, graceful, answered = None, False, 0.0
        public = listener is self.sockets[0]
        try:
            if public and not self._connections.admit(client):
                return
            for request in self._requests(client, addr):
                if public:
                    # A client that sends without pause stands behind all that have waited for an answer.
                    self._turns.wait(last=time.monotonic() - answered < _PAUSE_SECONDS)
                request.body.when_complete(partial(self._connections.enter, client, Phase.WORK))
                self.handle_request(listener.getsockname(), request, client, addr)
                answered = time.monotonic()
        except (NoMoreData, OSError) as error:
            self.log.debug("a client has gone: %s", error)
        except StopIteration:
            graceful = True
        except Exception as error:  # noqa: BLE001  # gunicorn's errors of heads, and faults of this program
            graceful = True
            self._turns.wait(last=True)
            self.handle_error(request, client, addr, error)
        finally:
            if graceful:
                self._linger(client)
            self._connections.leave(client)
            client.close()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Any:  # noqa: ANN401  # WSGI's types
        """Answer one request by the port it came to; from then on its client is waited for, to take the answer."""
        is_public = environ["SERVER_PORT"] == str(self.service.settings.port)
        response = (self._public if is_public else self._management)(environ, start_response)
        self._connections.enter(environ["gunicorn.socket"], Phase.ANSWER)
        return response

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:  # noqa: ANN401, ARG002  # gunicorn's signature
        """Answer a request that cannot be read, or that broke this program, by a problem document."""
        status = next((status for kind, status in _STATUSES.items() if isinstance(exc, kind)), 500)
        problem = Problem(status, str(exc)[:200] or title(status))
        request_id = os.urandom(8).hex()
        fields = {"fields": {"request_id": request_id}}
        if status == 500:
            self.log.error("a connection failed unexpectedly", exc_info=exc, extra=fields)
            problem = Problem(500, "an unexpected error; the log has it under this request id")
        else:
            self.log.info("refused a request with %d: %s", status, problem.detail, extra=fields)
        # The path is not known: no request was read.
        body = document(problem, instance="", request_id=request_id)
        head = (
            f"HTTP/1.1 {status} {title(status)}\r\nContent-Type: {MEDIA_TYPE}\r\n"
            f"Content-Length: {len(body)}\r\nX-Request-Id: {request_id}\r\nConnection: close\r\n\r\n"
        )
        with suppress(OSError):
            client.sendall(head.encode("ascii") + body)

    def _requests(self, client: socket.socket, addr: Any) -> Any:  # noqa: ANN401  # gunicorn's own types
        """Each request of a connection, until no whole head comes in time or the service stops."""
        parser = ScoringParser(self.cfg, client, addr)
        while True:
            self._connections.enter(client, Phase.HEAD)
            request = None
            # A connection that ends between two requests, or brings no whole head in time, is closed without a word.
            with gevent.Timeout(self.cfg.keepalive, False), suppress(StopIteration):  # noqa: FBT003  # gevent's own way
                request = next(parser)
            if request is None:
                return
            self._connections.enter(client, Phase.BODY)
            yield request

    def _linger(self, client: socket.socket) -> None:
        """Let the client finish: closing on unread bytes would reset the connection and lose the answer."""
        with gevent.Timeout(_LINGER_SECONDS, False), suppress(OSError):  # noqa: FBT003  # gevent's own way
            client.shutdown(socket.SHUT_WR)
            left = _LINGER_BYTES
            while left > 0 and (piece := client.recv(1 << 16)):
                left -= len(piece)
                self._turns.wait(last=True)

    def _start(self, listener: Any, limit: int) -> StreamServer:  # noqa: ANN401  # gunicorn's own types
        listener.setblocking(0)
        server = StreamServer(listener, handle=partial(self.handle, listener), spawn=Pool(limit))
        # A crowd of new connections would otherwise be answered a hundred at a time, before any probe.
        server.max_accept = _MAX_ACCEPT
        server.start()
        return server

    def _load(self) -> None:
        started = time.perf_counter()
        try:
            self.service.load()
        except WorkerError as error:
            self.log.critical("the model cannot be served: %s", error)
            _leave(Arbiter.WORKER_BOOT_ERROR)
        # The garbage collector need not look at what stays.
        gc.freeze()
        self.log.info("ready: model %s, %.0f ms", self.service.model, (time.perf_counter() - started) * 1000)

    def _drain(self, public: StreamServer) -> None:
        """Not ready, still accepting; then no longer accepting, until the last request is answered."""
        settings = self.service.settings
        self.service.draining = True
        self._beat_while(lambda: True, settings.drain_seconds)
        public.close()
        self._beat_while(lambda: self._connections.busy > 0, settings.grace_seconds)
        if left := self._connections.busy:
            self.log.warning("%d requests were cut off after %d s", left, settings.grace_seconds)

    def _beat_while(self, condition: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and condition():
            self._beat()

    def _beat(self) -> None:
        self.notify()
        gevent.sleep(_TICK)

    def handle_quit(self, sig: int, frame: Any) -> None:  # noqa: ANN401, ARG002  # gunicorn's signature
        """Stop at SIGINT and SIGQUIT at once: a person at the terminal does not wait."""
        _leave(0)


def _leave(code: int) -> NoReturn:
    """End this process now: native threads of libraries would make the interpreter's own way out abort."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)
