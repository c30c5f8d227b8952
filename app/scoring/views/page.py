"""The page for browsers: files read once at the start, under headers that keep them to this service."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, request

FOLDER = Path(__file__).parent.parent / "page"
INDEX = "index.html"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # A photo comes from the file dialogue, which asks the person itself: the page needs no camera.
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Names carry no version, so every use asks whether the file still is the one of the release that answers: a 304.
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True)
class File:
    """One file of the page as it is sent."""

    content: bytes
    media_type: str
    etag: str


def _read(path: Path) -> File:
    content = path.read_bytes()
    return File(content, MEDIA_TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:32])


FILES = {
    path.relative_to(FOLDER).as_posix(): _read(path) for path in sorted(FOLDER.rglob("*")) if path.suffix in MEDIA_TYPES
}
"""Every file that a browser is given, by its path in the folder: no notes, no expectations of tests."""

blueprint = Blueprint("page", __name__, url_prefix="/page")


def index() -> Response:
    """The page itself. It varies by Accept, as the same address answers others with plain text."""
    response = _send(FILES[INDEX])
    response.vary.add("Accept")
    return response


@blueprint.get("/<path:name>")
def file(name: str) -> Response:
    """One file beside the page, which itself is only at the root: its references are relative to that."""
    if name not in FILES or name == INDEX:
        abort(404)
    return _send(FILES[name])


def _send(file: File) -> Response:
    response = Response(file.content, content_type=file.media_type, headers=HEADERS)
    response.set_etag(file.etag)
    response.make_conditional(request)
    return response
