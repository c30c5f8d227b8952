"""A registry on loopback that keeps everything in memory, and fails or lies where a test wants it to."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit


@dataclass
class Refusal:
    """An answer in place of the right one, `times` times, to requests of `method` whose path holds `part`."""

    status: int
    method: str = ""
    part: str = ""
    times: int = 1000
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"errors": [{"code": "DENIED", "message": "as the test wants it"}]}'

    def hits(self, method: str, path: str) -> bool:
        """Whether it answers this request; counts down if so."""
        if self.times <= 0 or self.method not in ("", method) or self.part not in path:
            return False
        self.times -= 1
        return True


@dataclass
class Behaviour:
    """What the registry holds, what it was asked, and what is wrong with it."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    """By digest and by tag."""
    requests: list[str] = field(default_factory=list)
    """Each as method and path."""
    refusals: list[Refusal] = field(default_factory=list)
    basic: str = ""
    """`name:password` that every request must carry."""
    realm: str = ""
    """The token realm that everybody is sent to; `own` for one of this server."""
    identity: str = ""
    """The identity token that the realm takes."""
    token: str = "a-token"
    """What the realm gives, and what is let in."""
    granted: list[dict[str, list[str]]] = field(default_factory=list)
    referrers: bool = False
    """Whether it has the referrers API."""
    lie: Callable[[bytes], bytes] | None = None
    """What becomes of a manifest on its way back."""
    claim: str = ""
    """What it calls every manifest."""
    forgets: str = ""
    """`blobs` or `manifests`: takes them and does not keep them."""

    def tags(self) -> list[str]:
        """The names that people could pull by."""
        return sorted(name for name in self.manifests if not name.startswith("sha256"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behaviour: ClassVar[Behaviour]

    def _handle(self) -> None:
        b, path = self.behaviour, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path.path == "/token":
            self._token(body)
            return
        b.requests.append(f"{self.command} {path.path}")
        refusal = next((one for one in b.refusals if one.hits(self.command, path.path)), None)
        if refusal:
            self._say(refusal.status, refusal.body, refusal.headers)
        elif not self._let_in():
            self._say(401, b'{"errors": [{"code": "UNAUTHORIZED"}]}', {"WWW-Authenticate": self._challenge()})
        elif "/blobs/uploads/" in path.path:
            self._upload(parse_qs(path.query), body)
        elif "/blobs/" in path.path:
            self._found(b.blobs.get(path.path.rpartition("/")[2]))
        elif "/referrers/" in path.path:
            self._referrers(path.path.rpartition("/")[2])
        elif self.command == "PUT":
            self._keep(path.path.rpartition("/")[2], body)
        else:
            self._manifest(path.path.rpartition("/")[2])

    def _upload(self, query: dict[str, list[str]], body: bytes) -> None:
        if self.command == "POST":
            self._say(202, headers={"Location": f"/v2{self.path.partition('/v2')[2]}one?state=x"})
            return
        digest = query["digest"][0]
        if f"sha256:{hashlib.sha256(body).hexdigest()}" != digest:
            self._say(400, b'{"errors": [{"code": "DIGEST_INVALID"}]}')
            return
        if self.behaviour.forgets != "blobs":
            self.behaviour.blobs[digest] = body
        self._say(201)

    def _keep(self, reference: str, body: bytes) -> None:
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        document = json.loads(body)
        parts = [document.get("config"), *document.get("layers", ())]
        if missing := [part for part in parts if part and part["digest"] not in self.behaviour.blobs]:
            self._say(
                404, json.dumps({"errors": [{"code": "MANIFEST_BLOB_UNKNOWN", "message": str(missing)}]}).encode()
            )
            return
        if self.behaviour.forgets != "manifests":
            self.behaviour.manifests |= {reference: body, digest: body}
        subject = document.get("subject")
        self._say(201, headers={"OCI-Subject": subject["digest"]} if subject and self.behaviour.referrers else {})

    def _manifest(self, reference: str) -> None:
        data = self.behaviour.manifests.get(reference)
        if data is not None and self.behaviour.lie:
            data = self.behaviour.lie(data)
        digest = self.behaviour.claim or (data and f"sha256:{hashlib.sha256(data).hexdigest()}") or ""
        kind = json.loads(data)["mediaType"] if data else ""
        self._found(data, {"Docker-Content-Digest": digest, "Content-Type": kind})

    def _referrers(self, digest: str) -> None:
        if not self.behaviour.referrers:
            self._say(404)
            return
        named = [
            {"mediaType": one["mediaType"], "digest": name, "size": len(data), "artifactType": one["artifactType"]}
            for name, data in self.behaviour.manifests.items()
            if name.startswith("sha256:") and (one := json.loads(data)).get("subject", {}).get("digest") == digest
        ]
        self._found(json.dumps({"manifests": named}).encode())

    def _token(self, body: bytes) -> None:
        b = self.behaviour
        asked = parse_qs(body.decode() or urlsplit(self.path).query)
        b.granted.append(asked)
        basic = base64.b64encode(b.basic.encode()).decode() if b.basic else None
        by_name = self.command == "GET" and (not b.basic or self.headers.get("Authorization") == f"Basic {basic}")
        by_token = self.command == "POST" and asked.get("refresh_token") == [b.identity]
        if by_token if b.identity else by_name:
            self._say(200, json.dumps({"access_token": b.token}).encode())
        else:
            self._say(401, b"{}")

    def _let_in(self) -> bool:
        given = self.headers.get("Authorization", "")
        if self.behaviour.realm:
            return given == f"Bearer {self.behaviour.token}"
        basic = base64.b64encode(self.behaviour.basic.encode()).decode()
        return not self.behaviour.basic or given == f"Basic {basic}"

    def _challenge(self) -> str:
        if not self.behaviour.realm:
            return 'Basic realm="stand-in"'
        own = f"http://{self.headers['Host']}/token"
        realm = own if self.behaviour.realm == "own" else self.behaviour.realm
        return f'Bearer realm="{realm}",service="stand-in",scope="repository:team/scoring:pull,push"'

    def _found(self, data: bytes | None, headers: dict[str, str] | None = None) -> None:
        if data is None:
            self._say(404, b'{"errors": [{"code": "UNKNOWN"}]}')
        else:
            self._say(200, data, headers)

    def _say(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = _handle  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Silence: the tests look at `Behaviour.requests`."""


@contextmanager
def registry(behaviour: Behaviour) -> Iterator[str]:
    """The host and port of a registry that behaves so."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
