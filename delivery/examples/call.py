"""The HTTP request of an example, ready to be sent."""

import base64
import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from .example import BASE64, JSON_TEXT, Request


@dataclass(frozen=True)
class Call:
    """A request as it goes over the line; `target` is path and query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


def make_call(request: Request, files: Mapping[str, bytes]) -> Call:
    """The call of a request whose files are among `files`."""
    body, kind = _body(request, files)
    target = f"{request.path}?{urlencode(request.query)}" if request.query else request.path
    named = {name.lower() for name in request.headers}
    headers = {**request.headers, **({"Content-Type": kind} if kind and "content-type" not in named else {})}
    return Call(request.verb, target, headers, body)


def _body(request: Request, files: Mapping[str, bytes]) -> tuple[bytes | None, str]:
    if request.file is not None:
        return files[request.file], mimetypes.guess_type(request.file)[0] or "application/octet-stream"
    if request.has_document:
        return json.dumps(_filled(request.document, files)).encode(), "application/json"
    if request.text is not None:
        return request.text.encode(), "text/plain; charset=utf-8"
    return None, ""


def _filled(value: Any, files: Mapping[str, bytes]) -> Any:  # noqa: ANN401  # JSON of any shape
    """The document with files and texts in place of the operators."""
    if isinstance(value, list):
        return [_filled(each, files) for each in value]
    if isinstance(value, dict):
        if BASE64 in value:
            return base64.b64encode(files[value[BASE64]]).decode()
        if JSON_TEXT in value:
            return json.dumps(_filled(value[JSON_TEXT], files))
        return {key: _filled(each, files) for key, each in value.items()}
    return value
