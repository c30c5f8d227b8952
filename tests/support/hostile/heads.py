"""Heads that are not HTTP, or are HTTP that no client needs: protocols, methods, targets, headers."""

from random import Random

from . import corpus
from .attempt import End, Sent, Target, request

MIB = 1 << 20
_LIVE = "/v2/health/live"
_PICTURE = corpus.coloured("green", "JPEG")


def other_protocol(source: Random, _target: Target) -> Sent:
    messages = (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + source.randbytes(500),
        b"PROXY TCP4 1.2.3.4 5.6.7.8 80 80\r\n" + request("GET", "/"),
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"EHLO mail\r\n",
        b"GET /\r\n",
        b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET / http/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1.1\r\nHost: x\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1 x\r\nHost: x\r\n\r\n",
        b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"G\xc3\xa9T / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"\0" * 300,
        source.randbytes(source.randrange(1, 3000)),
        b"/" * 20_000,
    )
    return Sent((source.choice(messages), End.HALF_CLOSE), path="")


def upgrade(source: Random, _target: Target) -> Sent:
    """Offers to change the protocol, which need not be taken."""
    protocol = source.choice(("websocket", "h2c", "TLS/1.0"))
    head = request("GET", _LIVE, Upgrade=protocol, Connection="Upgrade", HTTP2_Settings="AAMAAABk")
    return Sent((head,), path=_LIVE)


def spoilt_head(source: Random, _target: Target) -> Sent:
    lines = (
        b"No colon here\r\n",
        b": no name\r\n",
        b"Bad Name: x\r\n",
        b"Name : x\r\n",
        b"X: a\0b\r\n",
        b"X: a\rb\r\n",
        b"X\xe9: y\r\n",
        b"(x): y\r\n",
    )
    return Sent(
        (b"GET /v2/health/live HTTP/1.1\r\nHost: x\r\n" + source.choice(lines) + b"\r\n", End.HALF_CLOSE), path=""
    )


def odd_head(source: Random, _target: Target) -> Sent:
    """Values that are allowed to be nonsense."""
    name, value = source.choice(
        (
            ("Accept", "*/*;q=NaN"),
            ("Accept", ",".join(["text/html;q=0.1"] * 300)),
            ("Accept-Language", "\xff\xfe"),
            ("Content-Type", "\xe4/\xf6"),
            ("Traceparent", "00-" + "g" * 32 + "-0-zz"),
            ("Traceparent", "x" * 4000),
            ("X-Request-Id", "${jndi:ldap://x}\x7f" + "y" * 3000),
            ("X-Request-Id", '"}\\n{"level":"error'),
            ("Cookie", "=;=;" * 1000),
            ("If-None-Match", '"' * 500),
            ("If-Modified-Since", "Thu, 99 Foo 99999"),
            ("Range", "bytes=" + ",".join(["0-"] * 500)),
            ("Forwarded", 'for="[::1'),
            ("Host", ""),
            ("Host", "a:b:c@/?#"),
            ("Connection", "close, keep-alive, x"),
            ("Keep-Alive", "timeout=-1"),
            ("Content-Length", "0"),
        )
    )
    return Sent((request("GET", source.choice(("/", "/v2/health/live", "/version")), b"", **{name: value}),))


def content_encoding(source: Random, _target: Target) -> Sent:
    return Sent(
        (request("POST", "/v1/classify", _PICTURE, Content_Encoding=source.choice(("gzip", "br", "zip", "x" * 900))),)
    )


def head_flood(source: Random, _target: Target) -> Sent:
    """More head than anyone needs."""
    start = b"GET /v2/health/live HTTP/1.1\r\nHost: x\r\n"
    floods = (
        b"".join(b"X-%d: y\r\n" % number for number in range(2000)),
        b"X: " + b"y" * 100_000 + b"\r\n",
        b"X: y\r\n" * 100_000,
        b"X" * 100_000 + b": y\r\n",
    )
    return Sent((start + source.choice(floods) + b"\r\n",), path="")


def long_target(source: Random, _target: Target) -> Sent:
    size = source.choice((5000, 70_000, MIB))
    return Sent((b"GET /" + b"a" * size + b" HTTP/1.1\r\nHost: x\r\n\r\n",), path="")


def unknown_path(source: Random, _target: Target) -> Sent:
    """Paths of other programs, and those that the management port alone has."""
    paths = (
        *("/healthz", "/readyz", "/metrics"),
        *("/nosuch", "/v1", "/v1/classify/x", "/.env", "/admin", "/wp-login.php", "/" + "a" * 3000),
        *("/version%00", "/v2/health/live%00", "/v2/nosuch"),
    )
    method, path = source.choice(("GET", "HEAD", "DELETE")), source.choice(paths)
    return Sent((request(method, path),), path, bodiless=method == "HEAD")


def page_traversal(source: Random, _target: Target) -> Sent:
    steps = source.choice(("..", "%2e%2e", "..%2f..", "..%5c..", "....//", "%c0%ae%c0%ae", "%252e%252e"))
    rest = source.choice(("/manifest.py", "/../../etc/passwd", "%2fmanifest.py", "/manifest.py%00.js"))
    return Sent((request("GET", f"/page/{steps}{rest}"),))


def odd_target(source: Random, _target: Target) -> Sent:
    targets = (
        "*",
        "//",
        "///version",
        "http://x/version",
        "http://[::1",
        "x:443",
        "?",
        "/%ff%fe%fd",
        "/%",
        "/%zz",
        "/#frag",
        "\\version",
        "/\xe4",
    )
    return Sent(
        (request(source.choice(("GET", "OPTIONS", "CONNECT")), source.choice(targets)), End.HALF_CLOSE), path=""
    )


def wrong_method(source: Random, target: Target) -> Sent:
    path = source.choice(("/score", "/v1/classify", target.infer))
    return Sent((request(source.choice(("GET", "DELETE", "PUT", "PATCH", "TRACE", "BREW", "A" * 15)), path),), path)


def wrong_method_with_body(source: Random, _target: Target) -> Sent:
    path = source.choice(("/", "/v2", "/v2/health/ready", "/version", "/openapi.json"))
    return Sent((request(source.choice(("POST", "PUT", "PATCH")), path, source.randbytes(5000)),), path)


def head_method(source: Random, _target: Target) -> Sent:
    paths = ("/", "/v2/health/live", "/version", "/openapi.json")
    return Sent((request("HEAD", source.choice(paths)),), bodiless=True)


def top(source: Random, _target: Target) -> Sent:
    values = ("0", "-1", "1e9", "x", "", "99999999", "1000001", "5.0", "%00", "%D9%A3", "1" * 3000, "None", " 3", "+3")
    return Sent((request("POST", f"/v1/classify?top={source.choice(values).replace(' ', '%20')}", _PICTURE),))
