"""Small stand-ins of GitHub and Azure DevOps on loopback: as much of them as comments need."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token-of-the-build"


@dataclass
class Service:
    """What the stand-in holds and was asked. `answers` are given first, each once: (status, headers, body)."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    threads: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    foreign: set[int] = field(default_factory=set)
    """Ids of comments that somebody else wrote: changing them is refused."""
    page: int = 100


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _handle(self) -> None:
        service, parts = self.service, urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
        service.asked.append(f"{self.command} {parts.path}")
        if service.answers:
            status, headers, content = service.answers.pop(0)
            self._answer(status, content, headers)
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"message": "Bad credentials"})
        elif "/_apis/" in parts.path:
            self._azure(parts.path, body)
        else:
            self._github(parts.path, parse_qs(parts.query), body)

    do_GET = do_POST = do_PATCH = _handle  # noqa: N815 - the library's names

    def _github(self, path: str, query: dict[str, list[str]], body: Any) -> None:
        service = self.service
        if self.command == "GET":
            page = int(query["page"][0])
            found = service.comments[(page - 1) * service.page : page * service.page]
            more = {"Link": f'<{service.url}/next>; rel="next"'} if page * service.page < len(service.comments) else {}
            self._answer(200, found, more)
        elif self.command == "POST":
            service.comments.append({"id": len(service.comments) + 1, **body})
            self._answer(201, service.comments[-1])
        else:
            number = int(path.rpartition("/")[2])
            if number in service.foreign:
                self._answer(403, {"message": "Resource not accessible"})
                return
            comment = next(one for one in service.comments if one["id"] == number)
            comment |= body
            self._answer(200, comment)

    def _azure(self, path: str, body: Any) -> None:
        service = self.service
        ids = [int(part) for part in path.partition("/threads")[2].split("/") if part.isdigit()]
        if self.command == "GET":
            self._answer(200, {"value": service.threads})
        elif self.command == "POST":
            comments = [{"id": 1, **comment} for comment in body["comments"]]
            service.threads.append({"id": len(service.threads) + 1, **body, "comments": comments})
            self._answer(200, service.threads[-1])
        else:
            thread = next(one for one in service.threads if one["id"] == ids[0])
            if ids[0] in service.foreign and len(ids) == 2:
                self._answer(403, {"message": "not yours"})
                return
            (thread["comments"][0] if len(ids) == 2 else thread).update(body)
            self._answer(200, thread)


@contextmanager
def serving() -> Iterator[Service]:
    """A stand-in that answers while the block runs."""
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
