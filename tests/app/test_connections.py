"""Connections: the requests that may follow each other on one, and none that its client did not send."""

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pictures import plain
from tests.support.service import Service, running
from tests.support.waiting import PATIENCE

PICTURE = plain("red")
POST = b"POST /v1/classify HTTP/1.1\r\nHost: a\r\n"
PROBE = b"GET /v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def patient(colour_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(colour_model, tmp_path_factory.mktemp("patient") / "log", workers=1, keepalive_seconds=5) as service:
        yield service


@pytest.fixture
def client(patient: Service) -> Iterator[socket.socket]:
    with socket.create_connection((patient.host, patient.port), timeout=PATIENCE) as connection:
        yield connection


def _statuses(client: socket.socket) -> list[int]:
    """Statuses of all answers, to the end of the connection."""
    data = b""
    while piece := client.recv(65536):
        data += piece
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", data)]


def _closing(data: bytes) -> bytes:
    return data.replace(b"Host: a\r\n", b"Host: a\r\nConnection: close\r\n", 1)


def test_a_head_may_come_in_any_pieces(client: socket.socket) -> None:
    for byte in _closing(PROBE):
        client.send(bytes([byte]))
        time.sleep(0.001)

    assert _statuses(client) == [200]


def test_the_next_request_may_begin_in_the_piece_that_ends_the_last(client: socket.socket) -> None:
    whole = POST + b"Content-Length: %d\r\n\r\n" % len(PICTURE) + PICTURE + PROBE[:30]
    client.sendall(whole[:-40])
    time.sleep(0.05)
    client.sendall(whole[-40:])
    time.sleep(0.05)
    client.sendall(PROBE[30:] + _closing(PROBE))

    assert _statuses(client) == [200, 200, 200]


@pytest.mark.parametrize(("kib", "status"), [(15, 200), (17, 431)])
def test_a_head_may_have_16_kib_however_much_follows_it(client: socket.socket, kib: int, status: int) -> None:
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in range(kib))
    padding = b"Content-Length: 60000\r\n\r\n" + PICTURE + bytes(60_000 - len(PICTURE))

    client.sendall(_closing(POST) + lines + padding)

    assert _statuses(client) == [status]


def test_a_body_that_no_view_reads_ends_the_connection(client: socket.socket) -> None:
    client.sendall(b"POST /v2/health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde" + _closing(PROBE))

    assert _statuses(client) == [405]


def test_a_large_body_that_no_view_reads_costs_no_answer(client: socket.socket) -> None:
    client.sendall(b"POST /v2/health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" + bytes(500_000))
    client.sendall(PROBE)

    assert _statuses(client) == [405]


def test_a_chunked_body_is_never_read_so_nothing_may_follow_it(client: socket.socket) -> None:
    client.sendall(b"GET /v2/health/live HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + PROBE)

    assert _statuses(client) == [200]


def test_a_client_that_expects_100_continue_is_invited_to_send(client: socket.socket) -> None:
    client.sendall(_closing(POST) + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(PICTURE))
    told = client.recv(65536)
    client.sendall(PICTURE)

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert _statuses(client) == [200]


@pytest.mark.parametrize("length", [99_999_999, 10**30])
def test_a_body_that_is_too_large_is_refused_before_it_is_invited(client: socket.socket, length: int) -> None:
    client.sendall(POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % length)

    assert _statuses(client) == [413]


@pytest.mark.parametrize("path", [b"/", b"/v2/health/live", b"/version", b"/nosuch", b"/v1/classify"])
def test_a_length_of_thirty_digits_breaks_no_answer(client: socket.socket, path: bytes) -> None:
    client.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % 10**30)

    assert set(_statuses(client)) <= {200, 404, 405}


def test_http_1_1_without_a_host_is_refused(client: socket.socket) -> None:
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")

    assert _statuses(client) == [400]


@pytest.mark.parametrize("value", [b"close", b"close, TE", b"TE, close", b"TE , CLOSE"])
def test_close_is_understood_anywhere_in_its_list(client: socket.socket, value: bytes) -> None:
    client.sendall(PROBE.replace(b"\r\n\r\n", b"\r\nConnection: " + value + b"\r\n\r\n") + PROBE)

    assert _statuses(client) == [200]


def test_the_answer_carries_the_servers_own_version(client: socket.socket) -> None:
    client.sendall(_closing(PROBE).replace(b"HTTP/1.1", b"HTTP/1.2"))

    assert client.recv(9) == b"HTTP/1.1 "


@pytest.mark.parametrize(("keep", "answers"), [(b"", 1), (b"Connection: keep-alive\r\n", 2)])
def test_http_1_0_ends_after_one_request_unless_it_asks_to_stay(
    client: socket.socket, keep: bytes, answers: int
) -> None:
    client.sendall(b"GET /v2/health/live HTTP/1.0\r\n" + keep + b"\r\nGET /v2/health/live HTTP/1.0\r\n\r\n")

    assert _statuses(client) == [200] * answers


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Content-Length: 4\r\nContent-Length: 4\r\n",
        b"Content-Length: 4\r\nContent-Length: 50\r\n",
        b"Content-Length: 4, 4\r\n",
        b"Content-Length: +4\r\n",
        b"Content-Length: 0x4\r\n",
        b"Content-Length: \xb2\r\n",
        b"Content-Length: 4\r\n ,50\r\n",
        b"Content-Length : 4\r\n",
        b"Content-Length:\x0b4\r\n",
        b"Content-Length: 4\nX: y\r\n",
        b"Content-Length: 4\rX: y\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"Transfer-Encoding: chunked, chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Host: b\r\n",
        b"X: \0\r\n",
    ],
)
def test_a_head_that_two_servers_might_read_differently_is_refused_and_hides_no_request(
    client: socket.socket, fields: bytes
) -> None:
    client.sendall(POST + fields + b"\r\n0\r\n\r\n" + PROBE)

    assert _statuses(client) == [400]


def test_lines_that_end_in_a_bare_newline_are_no_head(client: socket.socket) -> None:
    client.sendall(PROBE.replace(b"\r\n", b"\n") + PROBE)

    assert _statuses(client) == [400]


def test_an_underscore_is_no_way_to_a_header_that_others_have_checked(client: socket.socket) -> None:
    client.sendall(_closing(POST) + b"Content_Length: 999\r\nContent-Length: %d\r\n\r\n" % len(PICTURE) + PICTURE)

    assert _statuses(client) == [200]


def test_a_head_has_as_much_time_as_a_connection_may_be_idle_however_it_drips(patient: Service) -> None:
    with socket.create_connection((patient.host, patient.port), timeout=PATIENCE) as connection:
        start = time.monotonic()
        time.sleep(2)
        connection.sendall(PROBE[:10])

        assert _statuses(connection) == []
        # Five seconds from the beginning, not from what came last.
        assert 4.5 < time.monotonic() - start < PATIENCE
        assert patient.probe("/readyz").status == 200


def test_a_client_that_takes_no_answer_is_left_without_a_word_in_the_log(patient: Service) -> None:
    with socket.create_connection((patient.host, patient.port), timeout=PATIENCE) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(1)
        try:
            while True:
                connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 100)
        except (TimeoutError, ConnectionError):
            pass
        connection.settimeout(PATIENCE)
        time.sleep(6)

    lines = [json.loads(line) for line in patient.log.read_text().splitlines()]
    assert [line for line in lines if line["level"] in ("warning", "error", "critical")] == []
