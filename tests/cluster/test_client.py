"""The callers count what goes wrong: a measure that sees no failure must be able to."""

import asyncio
import socket
from contextlib import suppress

import pytest

from .client import Connection, call

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok"

HEAD = b"GET / HTTP/1.1\r\n\r\n"

Outcome = tuple[int, str]


def outcomes(answers: list[bytes], *, times: int, keep: bool = True, resends: int = 0) -> tuple[list[Outcome], int]:
    """What comes of `times` requests to a server that gives `answers` in turn, and closes after an empty one or `CUT`.

    The second number is how many connections it saw.
    """
    ahead = list(answers)
    serving: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, OSError):
            while await reader.readuntil(b"\r\n\r\n"):
                answer = ahead.pop(0)
                writer.write(answer)
                if answer in (b"", CUT, LAST):
                    break
        writer.close()

    async def run() -> list[Outcome]:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            connection = Connection("127.0.0.1", server.sockets[0].getsockname()[1], keep)
            found = [await call(connection, HEAD, resends) for _ in range(times)]
            connection.close()
            await asyncio.gather(*(task for task in serving if task))
        return found

    return asyncio.run(run()), len(serving)


def test_answers_are_counted_by_their_status() -> None:
    assert outcomes([OK, BUSY, OK], times=3) == ([(0, "200"), (0, "503"), (0, "200")], 1)


def test_a_caller_may_make_a_connection_for_each_request() -> None:
    assert outcomes([OK, OK], times=2, keep=False) == ([(0, "200"), (0, "200")], 2)


def test_a_connection_that_was_said_to_close_is_not_used_again() -> None:
    assert outcomes([LAST, OK], times=2) == ([(0, "200"), (0, "200")], 2)


def test_a_connection_that_ends_without_an_answer_is_a_failure() -> None:
    assert outcomes([b"", OK], times=2) == ([(0, "no answer: ended"), (0, "200")], 2)


def test_an_answer_that_breaks_off_is_a_failure_even_where_callers_ask_again() -> None:
    [(again, outcome)], _ = outcomes([CUT], times=1, resends=5)

    assert again == 0
    assert outcome.startswith("IncompleteReadError")


def test_what_no_answer_came_for_is_asked_again_where_callers_do_that() -> None:
    assert outcomes([b"", b"", OK], times=1, resends=5) == ([(2, "200")], 3)


def test_nobody_listening_is_a_failure(free_port: int) -> None:
    connection = Connection("127.0.0.1", free_port, keep=True)

    assert asyncio.run(call(connection, HEAD, 0)) == (0, "no answer: ConnectionRefusedError")


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
