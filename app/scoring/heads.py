"""Heads of requests: from the bytes that came to a WSGI environment.

Nearly all heads are plain, and a regular expression both tells so and reads them, in a small part of the time that
gunicorn's parser takes. What it does not match is gunicorn's to read or to refuse, so that one judge says what is
right; of a plain head both make the same environment.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gevent import socket
from gunicorn.config import Config
from gunicorn.http.body import LengthReader
from gunicorn.http.message import Request
from gunicorn.http.unreader import SocketUnreader
from gunicorn.http.wsgi import create
from gunicorn.util import unquote_to_wsgi_str

_MOST_PLAIN = 4094
"""Bytes of a head that may be plain: within any limit on its parts."""
_PLAIN = re.compile(
    # No `#`, which has no place in a target; no two slashes at its start, which might begin a host.
    r"([A-Z]{3,20}) (/(?!/)[!\"$-~]*) HTTP/1\.1\r\n"
    # No underscore in a name, or two names could become one.
    r"((?:[A-Za-z0-9-]+:[\t -~\x80-\xff]*\r\n){1,64})\r\n"
)
_FIELD = re.compile(r"([A-Za-z0-9-]+):([\t -~\x80-\xff]*)")
_LENGTH = re.compile(r"[0-9]{1,18}")
_NOT_PLAIN = frozenset({"TRANSFER-ENCODING", "EXPECT", "UPGRADE"})
_STAYS = {"keep-alive": True, "close": False}


@dataclass(slots=True)
class Head:
    """What came before a body of `length` bytes, None where only its chunks will tell."""

    environ: dict[str, Any]
    length: int | None
    stays: bool
    """Whether the sender may send another request on this connection."""


def plain(data: bytes, environ: dict[str, Any]) -> tuple[Head, int] | None:
    """The head that `data` begins with and its size, where it is plain; `environ` is what all of a connection share."""
    found = _PLAIN.match(data[:_MOST_PLAIN].decode("latin-1"))
    if found is None:
        return None
    method, target, fields = found.groups()
    environ = environ.copy()
    for name, value in _FIELD.findall(fields):
        key = _key(name)
        if not key or key in environ:
            return None
        environ[key] = value.strip(" \t")
    length = environ.get("CONTENT_LENGTH", "0")
    stays = _STAYS.get(environ.get("HTTP_CONNECTION", "keep-alive").lower())
    if "HTTP_HOST" not in environ or stays is None or not _LENGTH.fullmatch(length):
        return None
    path, _, environ["QUERY_STRING"] = target.partition("?")
    environ["REQUEST_METHOD"] = method
    environ["RAW_URI"] = target
    environ["PATH_INFO"] = unquote_to_wsgi_str(path) if "%" in path else path
    environ["SERVER_PROTOCOL"] = "HTTP/1.1"
    return Head(environ, int(length), stays and method != "CONNECT"), found.end()


def judged(data: bytes, environ: dict[str, Any], client: socket.socket, config: Config) -> tuple[Head, bytes]:
    """Any head that `data` begins with, however much of it is still to come from `client`, and the bytes behind it.

    Answers `100 Continue` where that is expected. Raises gunicorn's errors, and StopIteration where nothing comes.
    """
    unreader = SocketUnreader(client)
    unreader.unread(data)
    sender = environ["REMOTE_ADDR"], environ["REMOTE_PORT"]
    request = Request(config, unreader, sender)
    _, made = create(request, client, sender, (environ["SERVER_NAME"], environ["SERVER_PORT"]), config)
    reader = request.body.reader
    length = reader.length if isinstance(reader, LengthReader) else None
    return Head(made | environ, length, not request.should_close()), unreader.take_buffered()


@lru_cache(maxsize=512)
def _key(name: str) -> str:
    """The name of a header in an environment; empty where a head with it is not plain."""
    name = name.upper()
    if name in _NOT_PLAIN:
        return ""
    key = name.replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
