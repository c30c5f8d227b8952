"""A service that does as it is told."""

import http.server
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Reply = Callable[[str, bytes], tuple[int, bytes]]
"""From a path and a body to a status and a body."""


class Told:
    """A service of this process: its answers, its exit code and its log are whatever the test says."""

    host = "127.0.0.1"

    management_port: int | None = None
    ready_path = "/v2/health/ready"
    killed = ""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.code: int | None = None
        self.terminated = threading.Event()
        self.leaves = ""
        self._server = http.server.ThreadingHTTPServer((self.host, 0), self._handler())
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def cause(self) -> str:
        return self.killed

    def log(self) -> str:
        return "first line\nlast line\n"

    def exit_code(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.terminated.set()

    def left_behind(self) -> str:
        return self.leaves

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, answer = service.reply(self.path, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET  # noqa: N815  # the name that http.server looks for

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler
