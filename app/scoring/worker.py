"""The gunicorn worker: gevent's, made to start ready, to survive bad clients, and to stop without losing a request."""

import gc
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NoReturn

import gevent
from gevent import socket
from gevent.pool import Pool
from gevent.select import select
from gevent.server import StreamServer
from gunicorn.arbiter import Arbiter
from gunicorn.http.body import LengthReader
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

from . import heads
from . import service as services
from .body import HANG_UP, RECEIVE
from .problem import Problem
from .scorers import LaneError

_TICK = 0.1
_GARBAGE = 20_000
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 64 << 20


class ScoringWorker(GeventWorker):  # type: ignore[misc]  # gunicorn ships no types
    """One process, one event loop; whatever takes processor time is in the lane's native threads."""

    def init_process(self) -> None:
        self._idle: dict[gevent.Greenlet, Any] = {}
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the app, and give it two things that WSGI lacks: what has come of a body so far, and to hang up."""
        super().load_wsgi()
        application = self.app.wsgi()
        self.service = services.of(application)

        def with_more(environ: dict[str, Any], start_response: Any) -> Any:  # noqa: ANN401  # WSGI's own types
            response = start_response.__self__
            environ[HANG_UP] = response.force_close
            if isinstance(response.req.body.reader, LengthReader):
                environ[RECEIVE] = partial(_receive, response.req.body.reader)
            return application(environ, start_response)

        self.wsgi = with_more

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
        self._beat_while(lambda: True, self.service.settings.drain_seconds)
        for server in servers:
            server.stop_accepting()
            server.close()
        self._beat_while(lambda: len(connections) > len(self._silent()), self.service.settings.grace_seconds)
        left = len(connections) - len(self._silent())
        if left:
            self.log.warning("%d requests were cut off after %d s", left, self.service.settings.grace_seconds)

    def _silent(self) -> list[gevent.Greenlet]:
        """Connections between two requests, with nothing of the next one sent."""
        idle = dict(self._idle)
        readable, _, _ = select(list(idle.values()), [], [], 0)
        return [greenlet for greenlet, client in idle.items() if client not in readable]

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
        """Serve one connection; no single read or write of it may take for ever."""
        client.settimeout(self.cfg.keepalive)
        gevent.getcurrent().client = client
        AsyncWorker.handle(self, listener, client, addr)

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Around reading the head of a request: the connection is idle until it has arrived."""
        greenlet = gevent.getcurrent()
        self._idle[greenlet] = greenlet.client
        try:
            with gevent.Timeout(self.cfg.keepalive, False):  # noqa: FBT003  # gevent's way to say: no exception
                yield
        finally:
            del self._idle[greenlet]

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:  # noqa: ANN401  # as above
        """Answer one request; where it is the last on its connection, see that the answer arrives."""
        answer = _Answer(sock)
        try:
            kept_alive = super().handle_request(listener_name, req, answer, addr)
        except StopIteration:
            answer.leave()
            self._linger(sock)
            raise
        answer.leave()
        return kept_alive

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ANN401, ARG002  # as above
        """A request that could not even be read, or that broke the server: a problem document, and the end."""
        problem = heads.problem_of(exc)
        if problem is None:
            self.log.error("a connection failed unexpectedly", exc_info=exc)
            problem = Problem(500, "an unexpected error")
        else:
            self.log.info("refused a request with %d: %s", problem.status, problem.detail)
        try:
            client.sendall(heads.answer(problem))
        except OSError:
            return
        self._linger(client)

    def _linger(self, sock: Any) -> None:  # noqa: ANN401  # gevent's socket
        """Let the sender finish: closing on unread bytes would reset the connection and lose the answer."""
        with gevent.Timeout(_LINGER_SECONDS, False):  # noqa: FBT003  # as above
            try:
                sock.shutdown(socket.SHUT_WR)
                left = _LINGER_BYTES
                while left > 0 and (piece := sock.recv(1 << 20)):
                    left -= len(piece)
            except OSError:
                return


def _receive(reader: LengthReader, size: int) -> bytes:
    """The next bytes of a body straight from the socket: gunicorn's own way copies each of them four times."""
    unreader = reader.unreader
    piece: bytes = unreader.take_buffered()
    if not piece:
        piece = unreader.sock.recv(size)
    elif len(piece) > size:
        unreader.unread(piece[size:])
        piece = piece[:size]
    reader.length -= len(piece)
    return piece


class _Answer:
    """A socket on which head and body of one answer leave together: half the system calls, and half the wake-ups."""

    def __init__(self, sock: Any) -> None:  # noqa: ANN401  # gevent's socket
        self._socket = sock
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the socket has
        return getattr(self._socket, name)

    def sendall(self, data: bytes) -> None:
        self._parts.append(data)

    def leave(self) -> None:
        if self._parts:
            self._socket.sendall(b"".join(self._parts))


def _leave(code: int) -> NoReturn:
    """End this process now: native threads of libraries would make the interpreter's own way out abort."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)
