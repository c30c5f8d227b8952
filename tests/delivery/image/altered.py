"""A right service behind somebody who changes its answers: what a container that answers wrongly looks like."""

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from delivery.service.running import Running

Change = Callable[[str, int, bytes], tuple[int, bytes]]
"""From method and path, status and body to the status and body that callers see. A request of the management port is
told as "management GET /readyz"."""


class Altered:
    """A started service whose answers are changed on the way."""

    host = "127.0.0.1"

    def __init__(self, upstream: Running, change: Change) -> None:
        self._upstream = upstream
        self.ready_path = upstream.ready_path
        self._servers = [ThreadingHTTPServer((self.host, 0), _handler(upstream.host, upstream.port, change))]
        if upstream.management_port is not None:
            aside = _handler(upstream.host, upstream.management_port, change, "management ")
            self._servers.append(ThreadingHTTPServer((self.host, 0), aside))
        self.port, *management = [server.server_port for server in self._servers]
        self.management_port = management[0] if management else None
        self._threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in self._servers]
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.daemon_threads = True
            thread.start()

    def cause(self) -> str:
        return ""

    def log(self) -> str:
        return "the last line of its log\n"

    def exit_code(self) -> int | None:
        return self._upstream.exit_code()

    def terminate(self) -> None:
        self._upstream.terminate()

    def left_behind(self) -> str:
        return self._upstream.left_behind()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(host: str, port: int, change: Change, mark: str = "") -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            there = http.client.HTTPConnection(host, port, timeout=30)
            length = int(self.headers.get("Content-Length") or 0)
            # What is declared and never sent must reach the service as it is.
            body = self.rfile.read(length) if length < 1 << 20 else b""
            there.request(self.command, self.path, body, dict(self.headers))
            answer = there.getresponse()
            status, data = change(f"{mark}{self.command} {self.path}", answer.status, answer.read())
            there.close()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _pass_on  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Silence."""

    return Handler
