"""One repository of a registry: blobs and manifests, by digest.

The protocol: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
"""

import hashlib
import http
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO
from urllib.parse import urljoin, urlsplit

import requests

from . import credentials, login
from .place import Place
from .refusal import RegistryError, no_token, refused, unreachable

_TIMEOUT = (10, 300)  # seconds to connect; to wait for any byte of an answer, such as that a large blob was stored
_PAUSES = (0.5, 2.0, 8.0)
_MAX_PAUSE = 30.0
_AGAIN = frozenset({429, 500, 502, 503, 504})
_ACCEPT = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in ("oci.image.manifest.v1", "oci.image.index.v1", "docker.distribution.manifest.v2")
)


@dataclass(frozen=True)
class Stored:
    """A manifest as the registry gave it, with the digest that the registry says it has."""

    data: bytes
    media_type: str
    claimed: str

    @property
    def digest(self) -> str:
        """The digest that its bytes have."""
        return f"sha256:{hashlib.sha256(self.data).hexdigest()}"


class Registry:
    """Talks to one repository. Every method raises RegistryError where the registry refuses, fails or is not there."""

    def __init__(self, place: Place, pauses: Sequence[float] = _PAUSES) -> None:
        """`pauses` are the seconds to wait before each further attempt at what failed for no fault of ours."""
        self.place = place
        self._pauses = pauses
        self._authorization = login.Authorization()
        self._session = requests.Session()
        self._session.trust_env = not place.is_loopback  # no proxy leads to this very machine

    def blob_size(self, digest: str) -> int | None:
        """Bytes of a blob that the repository holds, None where it does not."""
        response = self._send("HEAD", f"{self.place.url}/blobs/{digest}", f"asking for blob {digest}", redirects=True)
        if response.status_code == http.HTTPStatus.NOT_FOUND:
            return None
        self._expect(response, f"asking for blob {digest}", http.HTTPStatus.OK)
        return int(response.headers.get("Content-Length", -1))

    def blob(self, digest: str, limit: int) -> bytes:
        """A small blob, proved. More than `limit` bytes are refused."""
        what = f"reading blob {digest}"
        response = self._send("GET", f"{self.place.url}/blobs/{digest}", what, redirects=True)
        self._expect(response, what, http.HTTPStatus.OK)
        data = response.content
        if len(data) > limit or f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
            raise RegistryError(f"{self.place}: {what}: the registry gave other bytes; nothing was published")
        return data

    def upload(self, digest: str, size: int, opened: Callable[[], IO[bytes]]) -> None:
        """Put a blob there. `opened` gives its bytes, again for each attempt."""
        what = f"uploading blob {digest} of {size:,} bytes"
        for pause in (*self._pauses, None):
            response = self._upload_once(digest, size, opened, what, last=pause is None)
            if response is not None and response.status_code == http.HTTPStatus.CREATED:
                return
            if response is not None and (pause is None or not _worth_it(response)):
                raise refused(self.place, what, response)
            time.sleep(_pause(response, pause or 0))

    def manifest(self, reference: str) -> Stored | None:
        """The manifest under a digest or a tag, None where there is none."""
        what = f"reading manifest {reference}"
        response = self._send("GET", f"{self.place.url}/manifests/{reference}", what, {"Accept": _ACCEPT})
        if response.status_code == http.HTTPStatus.NOT_FOUND:
            return None
        self._expect(response, what, http.HTTPStatus.OK)
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return Stored(response.content, kind, response.headers.get("Docker-Content-Digest", ""))

    def put_manifest(self, reference: str, data: bytes, media_type: str) -> Mapping[str, str]:
        """Put a manifest under a digest or a tag; the answer's headers."""
        what = f"writing manifest {reference}"
        url = f"{self.place.url}/manifests/{reference}"
        response = self._send("PUT", url, what, {"Content-Type": media_type}, data)
        self._expect(response, what, http.HTTPStatus.CREATED)
        return response.headers

    def referrers(self, digest: str) -> bytes | None:
        """The index of what refers to a manifest, None where the registry has no such list."""
        what = f"listing what refers to {digest}"
        response = self._send("GET", f"{self.place.url}/referrers/{digest}", what, {"Accept": _ACCEPT})
        return response.content if response.status_code == http.HTTPStatus.OK else None

    def _upload_once(
        self, digest: str, size: int, opened: Callable[[], IO[bytes]], what: str, *, last: bool
    ) -> requests.Response | None:
        """Ask for a place and send the bytes; None where the line broke and it is worth another attempt."""
        begun = self._send("POST", f"{self.place.url}/blobs/uploads/", what)
        self._expect(begun, what, http.HTTPStatus.ACCEPTED)
        place = urljoin(begun.url, begun.headers.get("Location", ""))
        url = f"{place}{'&' if urlsplit(place).query else '?'}digest={digest}"
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        with opened() as data:
            try:
                return self._once("PUT", url, headers, data)
            except requests.RequestException as error:
                if last:
                    raise unreachable(self.place, what, error) from None
                return None

    def _expect(self, response: requests.Response, what: str, status: int) -> None:
        if response.status_code != status:
            raise refused(self.place, what, response)

    def _send(
        self,
        method: str,
        url: str,
        what: str,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        *,
        redirects: bool = False,
    ) -> requests.Response:
        """One request, logged in if need be, again after a pause where the registry is only busy or restarting."""
        for pause in (*self._pauses, None):
            try:
                response = self._once(method, url, headers or {}, data, redirects=redirects)
            except requests.RequestException as error:
                if pause is None:
                    raise unreachable(self.place, what, error) from None
                time.sleep(pause)
                continue
            if pause is None or not _worth_it(response):
                return response
            time.sleep(_pause(response, pause))
        raise AssertionError("the last attempt returns or raises")

    def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: bytes | IO[bytes] | None,
        *,
        redirects: bool = False,
    ) -> requests.Response:
        """One attempt. A challenge is answered once; a body that is a file is then for the caller to send again."""
        response = self._request(method, url, headers, data, redirects=redirects)
        if response.status_code != http.HTTPStatus.UNAUTHORIZED:
            return response
        try:
            found = login.answer(
                self._session,
                response.headers.get("WWW-Authenticate", ""),
                self.place,
                credentials.find(self.place.host),
            )
        except login.Refused as reason:
            raise no_token(self.place, reason) from None
        if found is None or found == self._authorization:
            return response
        self._authorization = found
        if data is not None and not isinstance(data, bytes):
            data.seek(0)
        return self._request(method, url, headers, data, redirects=redirects)

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], data: bytes | IO[bytes] | None, *, redirects: bool
    ) -> requests.Response:
        # An upload may lead to another host, which has its own permission in the address and gets none of ours.
        ours = urlsplit(url).netloc == self.place.host
        who = self._authorization if ours else login.Authorization()
        return self._session.request(
            method, url, headers=dict(headers), data=data, auth=who, timeout=_TIMEOUT, allow_redirects=redirects
        )


def _worth_it(response: requests.Response) -> bool:
    return response.status_code in _AGAIN


def _pause(response: requests.Response | None, otherwise: float) -> float:
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(asked), _MAX_PAUSE) if asked.isdigit() else otherwise
