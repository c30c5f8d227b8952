"""An HTTP proxy on loopback that breaks answers on purpose."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

_PASSED_ON = (
    "content-length",
    "content-type",
    "content-range",
    "etag",
    "last-modified",
    "x-ms-blob-type",
    "accept-ranges",
)


@dataclass
class Faults:
    """What the proxy does to answers of GET whose path ends in `path`, and what it saw.

    The first `times` of them end after `after` bytes: cut, or silent for ever with `stall`.
    """

    upstream: str
    path: str = "model.onnx"
    after: int = 0
    times: int = 0
    stall: bool = False
    ranges: list[str | None] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faults: ClassVar[Faults]

    def _pass_on(self) -> None:
        faults = self.faults
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        connection = http.client.HTTPConnection(urlsplit(faults.upstream).netloc, timeout=30)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() in _PASSED_ON:
                self.send_header(name, value)
        if answer.headers["content-length"] is None:
            self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.command != "GET" or not self.path.partition("?")[0].endswith(faults.path):
            self.wfile.write(data)
            return
        faults.ranges.append(self.headers.get("range"))
        if len(faults.ranges) > faults.times:
            self.wfile.write(data)
            return
        self.wfile.write(data[: faults.after])
        self.wfile.flush()
        if faults.stall:
            faults.released.wait(60)
        self.close_connection = True

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _pass_on  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Silence: the tests look at `Faults.ranges`."""


@contextmanager
def proxied(faults: Faults) -> Iterator[str]:
    """The URL of a proxy in front of `faults.upstream`."""
    handler = type("Handler", (_Handler,), {"faults": faults})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        faults.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
