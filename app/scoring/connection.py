"""One connection: its requests, one after the other, each answered before the next is read."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from logging import Logger
from typing import Any

import gevent
from gevent import socket
from gunicorn.config import Config
from gunicorn.http.errors import NoMoreData

from . import heads, refusals
from .answers import Answer
from .body import HANG_UP, RECEIVE
from .heads import Head
from .problem import Problem
from .stream import BodyStream

Address = tuple[str, int]

_FIRST_READ = 64 * 1024
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 64 << 20


@dataclass
class Site:
    """What all connections share."""

    application: Callable[..., Any]
    config: Config
    log: Logger
    keepalive: float
    """Seconds in which a connection must bring the whole head of its next request, or take a piece of its answer."""
    environ: dict[str, Any]
    """What is the same in the environment of every request."""
    waiting: set["Connection"] = field(default_factory=set)
    """Connections between two requests, or with a part of the next one's head."""
    closing: bool = False
    """Once the service stops: an answer is then the last on its connection."""


class Connection:
    """Serves one client until either has enough."""

    def __init__(self, site: Site, client: socket.socket, sender: Address, receiver: Address) -> None:
        self._site = site
        self._environ = site.environ | {
            "REMOTE_ADDR": sender[0],
            "REMOTE_PORT": str(sender[1]),
            "SERVER_NAME": receiver[0],
            "SERVER_PORT": str(receiver[1]),
        }
        self._ahead = b""
        self.client = client

    def serve(self) -> None:
        """Answer all requests, and close."""
        self.client.settimeout(self._site.keepalive)
        try:
            while (head := self._head()) is not None:
                if not self._answer(head):
                    self._linger()
                    return
        except (NoMoreData, StopIteration, OSError) as error:
            self._site.log.debug("a sender has gone: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001  # gunicorn's errors of heads, and whatever is our own fault
            self._refuse(error)
        finally:
            self.client.close()

    def _head(self) -> Head | None:
        """The next head; None where none comes in time."""
        deadline = time.monotonic() + self._site.keepalive
        self._site.waiting.add(self)
        try:
            data = self._ahead or self.client.recv(_FIRST_READ)
            if not data:
                return None
            found = heads.plain(data, self._environ)
            if found is not None:
                self._ahead = data[found[1] :]
                return found[0]
            head = None
            with gevent.Timeout(max(0, deadline - time.monotonic()), False):  # noqa: FBT003  # gevent's own way
                head, self._ahead = heads.judged(data, self._environ, self.client, self._site.config)
            return head
        finally:
            self._site.waiting.discard(self)

    def _answer(self, head: Head) -> bool:
        """Answer one request; whether another may follow it."""
        environ = head.environ
        answer = Answer(environ, stays=head.stays and not self._site.closing)
        environ[HANG_UP] = answer.hang_up
        body = None
        if head.length is not None:
            body = BodyStream(self.client, self._ahead, head.length, self._site.keepalive)
            environ["wsgi.input"] = body
            environ[RECEIVE] = body.receive
        answer.take(self._site.application(environ, answer.start))
        behind = body.behind() if body else None
        if behind is None:
            answer.hang_up()
        else:
            self._ahead = behind
        self._send(answer.data())
        return answer.stays

    def _send(self, data: bytes) -> None:
        self.client.settimeout(self._site.keepalive)
        sent = self.client.send(data)
        if sent < len(data):
            self.client.sendall(memoryview(data)[sent:])

    def _refuse(self, error: Exception) -> None:
        """A request that could not even be read, or that broke the server: a problem document, and the end."""
        problem = refusals.problem_of(error)
        if problem is None:
            self._site.log.error("a connection failed unexpectedly", exc_info=error)
            problem = Problem(500, "an unexpected error")
        else:
            self._site.log.info("refused a request with %d: %s", problem.status, problem.detail)
        try:
            self._send(refusals.answer(problem))
        except OSError:
            return
        self._linger()

    def _linger(self) -> None:
        """Let the sender finish: closing on unread bytes would reset the connection and lose the answer."""
        with gevent.Timeout(_LINGER_SECONDS, False):  # noqa: FBT003  # as above
            try:
                self.client.shutdown(socket.SHUT_WR)
                left = _LINGER_BYTES
                while left > 0 and (piece := self.client.recv(1 << 20)):
                    left -= len(piece)
            except OSError:
                return
