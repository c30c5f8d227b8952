"""Bodies whose length is wrong, missing, too much, or told in another way."""

from random import Random

from . import corpus
from .attempt import End, Sent, Target, request

MIB = 1 << 20
_PICTURE = corpus.coloured("green", "JPEG")
_LABEL = "green"
_POST = b"POST /v1/classify HTTP/1.1\r\nHost: hostile\r\n"


def valid(_source: Random, _target: Target) -> Sent:
    return Sent((request("POST", "/v1/classify", _PICTURE),), label=_LABEL)


def chunked(source: Random, _target: Target) -> Sent:
    """A well-formed chunked body, small or beyond the limit."""
    body = source.choice((_PICTURE, _PICTURE, _PICTURE, bytes(11 * MIB)))
    coding = source.choice((b"chunked", b"Chunked", b"chunked"))
    data = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    return Sent((_POST + b"Transfer-Encoding: " + coding + b"\r\n\r\n", data))


def spoilt_chunks(source: Random, _target: Target) -> Sent:
    """Chunk sizes that lie, smuggle, or never end."""
    bodies = (
        b"zz\r\nabc\r\n0\r\n\r\n",
        b"-5\r\nabcde\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\nabc",
        b"5;" + b"x" * 60_000 + b"\r\nabcde\r\n0\r\n\r\n",
        b"5\nabcde\n0\n\n",
        b"3\r\nabcde\r\n0\r\n\r\n",
        b"0\r\n" + b"T: x\r\n" * 5000 + b"\r\n",
    )
    return Sent((_POST + b"Transfer-Encoding: chunked\r\n\r\n" + source.choice(bodies), End.HALF_CLOSE))


def two_lengths(source: Random, _target: Target) -> Sent:
    """Heads that two servers could read as two different requests."""
    heads = (
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5, 6\r\n",
        b"Content-Length: 5\r\n Content-Length: 6\r\n",
    )
    body = b"0\r\n\r\nGET /v2/health/live HTTP/1.1\r\nHost: smuggled\r\n\r\n"
    return Sent((_POST + source.choice(heads) + b"\r\n" + body, End.HALF_CLOSE))


def bad_length(source: Random, _target: Target) -> Sent:
    values = (
        b"-1",
        b"+5",
        b"five",
        b"0x5",
        b"5.0",
        b"1e3",
        b"",
        b" ",
        b"5 5",
        "\u0665".encode(),
        b"9" * 30 + b"x",
        b"1_0",
    )
    return Sent((_POST + b"Content-Length: " + source.choice(values) + b"\r\n\r\nabcde", End.HALF_CLOSE))


def no_length(_source: Random, _target: Target) -> Sent:
    return Sent((_POST + b"\r\n",))


def too_big_declared(source: Random, target: Target) -> Sent:
    """The length alone is too much; nothing of the body is sent."""
    length = source.choice((10 * MIB + 1, 50 * MIB, 1 << 40, 10**30))
    path = source.choice(("/v1/classify", "/score", target.infer))
    expect = source.choice(("", "Expect: 100-continue\r\n"))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{expect}Content-Length: {length}\r\n\r\n"
    )
    return Sent((head.encode(),), path)


def too_big_sent(_source: Random, _target: Target) -> Sent:
    """50 MB, all of it."""
    return Sent((_POST + b"Content-Length: %d\r\n\r\n" % (50 * MIB), bytes(50 * MIB)))


def shorter_than_declared(source: Random, _target: Target) -> Sent:
    head = _POST + b"Content-Length: %d\r\n\r\n" % (len(_PICTURE) + source.randrange(1, 100_000))
    return Sent((head + _PICTURE, End.HALF_CLOSE))


def longer_than_declared(source: Random, _target: Target) -> Sent:
    """The rest of the body stands where the next request should."""
    cut = source.randrange(1, len(_PICTURE))
    return Sent((_POST + b"Content-Length: %d\r\n\r\n" % cut + _PICTURE, End.HALF_CLOSE))


def expect_continue(_source: Random, _target: Target) -> Sent:
    return Sent((_POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(_PICTURE), _PICTURE), label=_LABEL)


def expect_nonsense(source: Random, _target: Target) -> Sent:
    expected = source.choice(("200-ok", "100-continue, teapot", "x" * 500))
    return Sent((request("POST", "/v1/classify", _PICTURE, Expect=expected),))


def http_1_0(source: Random, _target: Target) -> Sent:
    keep = source.choice((b"", b"Connection: keep-alive\r\n"))
    return Sent(
        (b"POST /v1/classify HTTP/1.0\r\n" + keep + b"Content-Length: %d\r\n\r\n" % len(_PICTURE) + _PICTURE,),
        label=_LABEL,
    )


def pipelined(source: Random, _target: Target) -> Sent:
    """Several requests at once; as many answers, in order."""
    count = source.choice((2, 5, 20))
    one = source.choice((request("POST", "/v1/classify", _PICTURE), request("GET", "/v2/health/live")))
    return Sent((one * count,), replies=count)


def empty_body(_source: Random, _target: Target) -> Sent:
    return Sent((request("POST", "/v1/classify", b""),))


def half_closed(_source: Random, _target: Target) -> Sent:
    """A client that has said all it wanted still wants its answer."""
    return Sent((request("POST", "/v1/classify", _PICTURE), End.HALF_CLOSE), label=_LABEL)
