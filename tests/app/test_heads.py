"""Plain heads are read the short way, and exactly as gunicorn reads them; all others are gunicorn's to judge."""

import socket
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.scoring.heads import Head, judged, plain
from app.scoring.server import configuration
from app.scoring.settings import Settings

SHARED = {
    "REMOTE_ADDR": "192.0.2.7",
    "REMOTE_PORT": "50000",
    "SERVER_NAME": "192.0.2.1",
    "SERVER_PORT": "8080",
    "SCRIPT_NAME": "",
    "wsgi.url_scheme": "http",
}
START = "POST /v1/classify?top=3 HTTP/1.1\r\nHost: a\r\n"


def _config() -> Config:
    config = Config()
    for name, value in configuration(Settings(model_dir=Path("no-model-is-needed"))).items():
        config.set(name, value)
    return config


CONFIG = _config()


class _Silent(socket.socket):
    """A client that has said all it will."""

    def recv(self, *_: Any) -> bytes:
        return b""

    def send(self, *_: Any) -> int:
        return 0


def _judged(data: bytes) -> tuple[Head, bytes]:
    with _Silent() as client:
        return judged(data, SHARED, client, CONFIG)


_CLIENTS = {
    "a probe": "GET /healthz\nHost: 10.0.0.4:8080\nUser-Agent: kube-probe/1.34\nAccept: */*\nConnection: close",
    "curl": "POST /v1/classify\nHost: a:80\nUser-Agent: curl/8.5.0\nAccept: */*\nContent-Length: 2\nContent-Type: x/y",
    "Python": "POST /score\nHost: scoring\nAccept-Encoding: identity\nContent-Length: 2",
    "a browser": 'GET /page/page.js?v=1\nHost: x\nConnection: keep-alive\nsec-ch-ua: "a";v="1"\nReferer: http://x/',
}


@pytest.mark.parametrize("lines", _CLIENTS.values(), ids=_CLIENTS.keys())
def test_what_clients_send_is_plain(lines: str) -> None:
    head = lines.replace("\n", " HTTP/1.1\n", 1).replace("\n", "\r\n").encode() + b"\r\n\r\n"

    found = plain(head + b"{}", SHARED)

    assert found is not None
    assert found[1] == len(head)


def test_a_plain_head_becomes_the_environment_of_its_request() -> None:
    data = START.encode() + b"X-Two:  a b \r\nContent-Length: 5\r\nContent-Type: x/y\r\nConnection: Close\r\n\r\nabcde"

    found = plain(data, {"REMOTE_ADDR": "192.0.2.7"})

    assert found is not None
    assert found[0] == Head(
        {
            "REMOTE_ADDR": "192.0.2.7",
            "REQUEST_METHOD": "POST",
            "RAW_URI": "/v1/classify?top=3",
            "PATH_INFO": "/v1/classify",
            "QUERY_STRING": "top=3",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "a",
            "HTTP_X_TWO": "a b",
            "HTTP_CONNECTION": "Close",
            "CONTENT_LENGTH": "5",
            "CONTENT_TYPE": "x/y",
        },
        length=5,
        stays=False,
    )
    assert data[found[1] :] == b"abcde"


@pytest.mark.parametrize(
    "head",
    [
        "",
        START,
        "\r\n" + START + "\r\n",
        START.replace("\r\n", "\n") + "\n",
        START + " folded: x\r\n\r\n",
        START + "X: a\r\n b\r\n\r\n",
        START + "X: a\nb: c\r\n\r\n",
        START + "X: a\rb\r\n\r\n",
        START + "X: a\0b\r\n\r\n",
        START + "X: a\x7fb\r\n\r\n",
        START + "X : y\r\n\r\n",
        START + "X_Y: z\r\n\r\n",
        START + "X\xe9: y\r\n\r\n",
        START + ": y\r\n\r\n",
        START + "no colon\r\n\r\n",
        START + "host: b\r\n\r\n",
        START + "X: 1\r\nx: 2\r\n\r\n",
        START + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
        START + "Content-Length: 5, 5\r\n\r\n",
        START + "Content-Length: +5\r\n\r\n",
        START + "Content-Length: \r\n\r\n",
        START + "Content-Length: \xb2\r\n\r\n",
        START + "Content-Length: " + "1" * 19 + "\r\n\r\n",
        START + "Transfer-Encoding: chunked\r\n\r\n",
        START + "transfer-encoding: identity\r\n\r\n",
        START + "Expect: 100-continue\r\n\r\n",
        START + "Upgrade: h2c\r\n\r\n",
        START + "Connection: close, keep-alive\r\n\r\n",
        START + "X: " + "y" * 4100 + "\r\n\r\n",
        START + "".join(f"X-{number}: y\r\n" for number in range(64)) + "\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nX: y\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\t HTTP/1.1\r\nHost: a\r\n\r\n",
        "get / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET //evil/x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://evil/x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_whatever_could_be_read_in_two_ways_is_not_plain(head: str) -> None:
    assert plain(head.encode("latin-1"), SHARED) is None


_NAMES = st.sampled_from(
    [
        *(
            "Host",
            "host",
            "Host ",
            "Content-Length",
            "Content-Type",
            "Connection",
            "Transfer-Encoding",
            "Expect",
            "Upgrade",
        ),
        *("Cookie", "Script-Name", "X-Forwarded-Proto", "X-Forwarded-For", "Via", "X-Y", "x-y", "X_Y", "", "\xe9"),
    ]
)
_VALUES = st.one_of(
    st.sampled_from(["", "0", "5", "05", "-1", "+1", "5, 5", "chunked", "100-continue", "close", "keep-alive", "h2c"]),
    st.text(st.characters(max_codepoint=255), max_size=12),
)
_SPACES = st.sampled_from(["", " ", "  ", "\t"])
_FIELDS = st.lists(st.tuples(_NAMES, _SPACES, _VALUES, _SPACES).map(lambda f: f"{f[0]}:{f[1]}{f[2]}{f[3]}"), max_size=6)
_TARGETS = st.one_of(
    st.sampled_from(
        ["/", "//", "/a?b=c", "/a?", "/?a?b", "/a;b", "/a:b", "*", "a:1", "http://a/b", "/%41%2f%zz", "/a//"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=127), max_size=12).map("/{}".format),
)
_LINES = st.tuples(
    st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "CONNECT", "BREW", "get", "A", "A" * 20, "A" * 21, "M-SEARCH"]),
    _TARGETS,
    st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "http/1.1"]),
).map(" ".join)


@st.composite
def _requests(draw: st.DrawFn) -> bytes:
    fields = draw(_FIELDS)
    if draw(st.integers(0, 3)):
        fields = ["Host: a", *(field for field in fields if not field.lower().startswith("host"))]
    data = "\r\n".join([draw(_LINES), *fields, "", ""]).encode("latin-1") + draw(st.binary(max_size=4))
    for place in draw(st.lists(st.integers(0, len(data)), max_size=2)):
        data = data[:place] + draw(st.binary(max_size=2)) + data[place + draw(st.integers(0, 2)) :]
    return data


@settings(max_examples=500, deadline=None)
@given(_requests())
@example(START.encode() + b"Content-Length: 3\r\n\r\nabc")
def test_of_a_plain_head_gunicorn_makes_the_same(data: bytes) -> None:
    found = plain(data, SHARED)
    if found is None:
        return
    head, size = found

    same, behind = _judged(data)

    assert {key: same.environ[key] for key in head.environ} == head.environ
    extra = same.environ.keys() - head.environ.keys()
    assert not {key for key in extra if not key.startswith(("wsgi.", "gunicorn.", "SERVER_SOFTWARE"))}
    assert (head.length, head.stays, data[size:]) == (same.length, same.stays, behind)


@pytest.mark.parametrize(
    "fields",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: gzip, chunked, identity\r\n",
        "X: a\r\n b\r\n",
        "Host: b\r\n",
    ],
)
def test_what_is_ambiguous_is_refused(fields: str) -> None:
    with pytest.raises(ParseException):
        _judged(f"{START}{fields}\r\n".encode())


def test_a_chunked_body_has_no_length() -> None:
    head, behind = _judged(f"{START}Transfer-Encoding: chunked\r\n\r\n5\r\n".encode())

    assert (head.length, behind) == (None, b"5\r\n")


def test_a_sender_of_http_1_0_stays_only_where_it_says_so() -> None:
    assert not _judged(b"GET / HTTP/1.0\r\n\r\n")[0].stays
    assert _judged(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")[0].stays
