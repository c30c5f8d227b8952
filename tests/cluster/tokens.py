"""A stand-in for Entra ID: keys that it signs with, and a place where proxies find them."""

import base64
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

TENANT = "22222222-2222-2222-2222-222222222222"
_ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
_KEY_ID = "first"
_LIFE_SECONDS = 600


class Provider:
    """Signs tokens of a tenant, and publishes its key over HTTP while it is entered."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        content = json.dumps({"keys": [self._public()]}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                pass

        # Proxies ask from inside the cluster, so the loopback address is not enough.
        self._server = ThreadingHTTPServer(("", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Port under which every address of this machine publishes the key."""
        return self._server.server_port

    def token(self, **claims: object) -> str:
        """A signed token; `claims` replace those of a right one."""
        now = int(time.time())
        content = {"iss": _ISSUER, "sub": "test", "iat": now, "nbf": now, "exp": now + _LIFE_SECONDS, **claims}
        signed = ".".join(_encoded(part) for part in ({"alg": "RS256", "typ": "JWT", "kid": _KEY_ID}, content))
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        return f"{signed}.{_text(signature)}"

    def _public(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        known = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _KEY_ID}
        parts = {"n": numbers.n, "e": numbers.e}
        return known | {name: _text(one.to_bytes((one.bit_length() + 7) // 8, "big")) for name, one in parts.items()}


def _encoded(part: dict[str, Any]) -> str:
    return _text(json.dumps(part).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
