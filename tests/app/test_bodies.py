"""Senders of every pace and honesty: each gets its answer, and no other client waits for them."""

import json
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.support.pictures import encoded, plain
from tests.support.processes import memory_at_rest
from tests.support.service import Service, running
from tests.support.waiting import PATIENCE, await_that

PICTURE = plain("red")
SMALL = {
    "workers": 1,
    "max_body_bytes": 300_000,
    "body_timeout_seconds": 1,
    "budget_bytes": 400_000,
    "keepalive_seconds": 2,
}


@pytest.fixture(scope="module")
def strict(colour_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with small limits, so that they are reached soon."""
    with running(colour_model, tmp_path_factory.mktemp("strict") / "log", **SMALL) as service:
        yield service


def _connect(service: Service) -> socket.socket:
    return socket.create_connection((service.host, service.port), timeout=PATIENCE)


def _head(length: int | None, *lines: str) -> bytes:
    head = ["POST /v1/classify HTTP/1.1", "Host: x", *lines]
    if length is not None:
        head.append(f"Content-Length: {length}")
    return ("\r\n".join(head) + "\r\n\r\n").encode()


def _answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One answer, to the end of its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        assert piece, f"closed after {data!r}"
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65536)
    return int(lines[0].split()[1]), headers, body


def _closed(connection: socket.socket) -> bool:
    connection.settimeout(PATIENCE)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_sender_that_stops_halfway_gets_408_and_the_connection_is_closed(strict: Service) -> None:
    with _connect(strict) as connection:
        connection.sendall(_head(len(PICTURE)) + PICTURE[:10])
        status, headers, body = _answer(connection)

        assert (status, headers["connection"]) == (408, "close")
        assert "did not arrive within 1 s" in json.loads(body)["detail"]
        assert _closed(connection)


def test_a_dripping_sender_gets_408_however_steady(strict: Service) -> None:
    with _connect(strict) as connection:
        connection.sendall(_head(1000))
        start = time.monotonic()
        connection.settimeout(0.1)
        while time.monotonic() - start < PATIENCE:
            try:
                connection.sendall(b"x")
                data = connection.recv(1000)
                break
            except TimeoutError:
                continue

        assert data.startswith(b"HTTP/1.1 408")


def test_a_body_that_ends_early_is_no_picture(strict: Service) -> None:
    with _connect(strict) as connection:
        connection.sendall(_head(len(PICTURE) + 10) + PICTURE)
        connection.shutdown(socket.SHUT_WR)

        status, _, body = _answer(connection)

    assert status == 400
    assert f"ended after {len(PICTURE)} of the {len(PICTURE) + 10} bytes" in json.loads(body)["detail"]


@pytest.mark.parametrize("size", [100, 5_000_000])
def test_chunked_bodies_get_411_and_are_never_cut_to_the_limit(strict: Service, size: int) -> None:
    with _connect(strict) as connection:
        connection.sendall(_head(None, "Transfer-Encoding: chunked"))
        try:
            connection.sendall(f"{size:x}\r\n".encode() + bytes(size) + b"\r\n0\r\n\r\n")
        except OSError:
            pytest.fail("the connection was reset before the sender had finished")
        status, headers, _ = _answer(connection)

    assert (status, headers["connection"]) == (411, "close")


@pytest.mark.parametrize("size", [300_001, 20_000_000])
def test_a_body_declared_too_large_gets_413_even_while_it_is_being_sent(strict: Service, size: int) -> None:
    with _connect(strict) as connection:
        connection.sendall(_head(size))
        connection.sendall(bytes(size))
        status, _, body = _answer(connection)

    assert status == 413
    assert json.loads(body)["detail"] == f"the body has {size} bytes; at most 300000 are allowed"


def test_a_length_of_many_digits_is_refused_by_their_number(strict: Service) -> None:
    with _connect(strict) as connection:
        connection.sendall(_head(10**30))
        status, _, body = _answer(connection)

    assert status == 413
    assert json.loads(body)["detail"] == "the body has a 31-digit number of bytes; at most 300000 are allowed"


def test_zeros_before_a_length_do_not_make_it_large(strict: Service) -> None:
    with _connect(strict) as connection:
        connection.sendall(_head(None, f"Content-Length: {len(PICTURE):030}") + PICTURE)

        assert _answer(connection)[0] == 200


def test_a_client_that_expects_100_continue_is_refused_without_an_invitation(strict: Service) -> None:
    with _connect(strict) as connection:
        connection.sendall(_head(20_000_000, "Expect: 100-continue"))
        data = connection.recv(1000)

    assert data.startswith(b"HTTP/1.1 413 ")


def test_beyond_the_budget_of_unfinished_bodies_a_new_one_gets_503(colour_model: Path, tmp_path: Path) -> None:
    answers: list[tuple[int, dict[str, str], bytes]] = []

    def ask(service: Service) -> int:
        with _connect(service) as connection:
            connection.sendall(_head(200_000) + bytes(200_000))
            answers.append(_answer(connection))
            return answers[-1][0]

    with running(colour_model, tmp_path / "log", **(SMALL | {"body_timeout_seconds": PATIENCE})) as service:
        slow = [_connect(service) for _ in range(3)]
        for connection in slow:
            connection.sendall(_head(250_000) + bytes(100_000))
        await_that(lambda: ask(service) == 503, "three slow ones had taken the budget")
        for connection in slow:
            connection.close()
        await_that(lambda: ask(service) == 415, "their share was free again")

    refused = next(answer for answer in answers if answer[0] == 503)
    assert refused[1]["retry-after"] == "1"
    assert "too many requests and answers are in hand" in json.loads(refused[2])["detail"]


def test_a_silent_connection_is_closed_and_so_is_one_that_drips_its_head(strict: Service) -> None:
    with _connect(strict) as silent, _connect(strict) as dripping:
        dripping.sendall(b"POST /v1/cl")

        assert _closed(silent)
        assert _closed(dripping)


def test_a_connection_serves_many_requests_also_when_they_come_at_once(strict: Service) -> None:
    request = _head(len(PICTURE)) + PICTURE

    with _connect(strict) as connection:
        connection.sendall(request * 3)
        answers: list[str] = []
        data = b""
        while len(answers) < 3:
            data += connection.recv(65536)
            head, found, rest = data.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]) if found else 0
            if found and len(rest) >= length:
                answers.append(json.loads(rest[:length])["classes"][0]["label"])
                data = rest[length:]

    assert answers == ["red"] * 3


def test_two_hundred_bad_senders_leave_a_good_one_its_pace(strict: Service) -> None:
    bad = [_connect(strict) for _ in range(200)]
    for index, connection in enumerate(bad):
        if index % 2:
            connection.sendall(_head(500)[:20])

    statuses = [strict.ask("POST", "/v1/classify", PICTURE).status for _ in range(20)]

    assert statuses == [200] * 20
    for connection in bad:
        connection.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400),
        (b"POST /score HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST /score HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 100_000 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\na: " + b"b" * 500_000 + b"\r\n\r\n", 431),
        (b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: miracles\r\n\r\n", 417),
    ],
)
def test_a_head_that_cannot_be_read_gets_a_problem_document_that_arrives(
    strict: Service, head: bytes, status: int
) -> None:
    with _connect(strict) as connection:
        connection.sendall(head)
        found, headers, body = _answer(connection)

    assert (found, headers["content-type"], headers["connection"]) == (status, "application/problem+json", "close")
    assert json.loads(body)["status"] == status


def test_a_sender_that_leaves_is_no_error(strict: Service) -> None:
    for _ in range(5):
        connection = _connect(strict)
        connection.sendall(_head(5000) + b"x" * 100)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    time.sleep(0.5)

    lines = [json.loads(line) for line in strict.log.read_text().splitlines()]
    assert [line for line in lines if line["level"] in ("warning", "error", "critical")] == []


def test_nothing_of_a_body_is_kept_once_it_is_answered(colour_model: Path, tmp_path: Path) -> None:
    noise = random.Random(0).randbytes(2_000_000)
    picture = encoded(Image.frombytes("RGB", (800, 800), noise[: 800 * 800 * 3]), "PNG")

    def send(service: Service) -> list[int]:
        statuses = [service.ask("POST", "/v1/classify", body).status for body in (picture, noise)]
        with _connect(service) as connection:
            connection.sendall(_head(len(noise)) + noise[:-1])
            connection.shutdown(socket.SHUT_WR)
            return [*statuses, _answer(connection)[0]]

    with running(colour_model, tmp_path / "log", workers=1) as service:
        for _ in range(5):
            send(service)
        before = memory_at_rest(service.process.pid)
        answers = [send(service) for _ in range(20)]
        after = memory_at_rest(service.process.pid)

    assert answers == [[200, 415, 400]] * 20
    # Some 38 MiB were sent of each kind.
    assert after - before < 16
