"""What an application gives becomes one piece of bytes, and nothing in it can pretend to be another answer."""

from collections.abc import Iterator

import pytest

from app.scoring.answers import Answer

GET = {"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1"}


def _sent(answer: Answer) -> tuple[list[str], bytes]:
    head, _, body = answer.data().partition(b"\r\n\r\n")
    return [line for line in head.decode("latin-1").split("\r\n") if not line.startswith(("Date: ", "Server: "))], body


def test_head_and_body_leave_together_with_the_bodys_length() -> None:
    answer = Answer(GET, stays=True)

    answer.start("200 OK", [("Content-Type", "text/plain")])
    answer.take([b"a", b"bc"])

    assert _sent(answer) == (
        ["HTTP/1.1 200 OK", "Connection: keep-alive", "Content-Type: text/plain", "Content-Length: 3"],
        b"abc",
    )


def test_a_length_that_the_application_gives_is_not_given_twice() -> None:
    answer = Answer(GET, stays=True)

    answer.start("200 OK", [("Content-Length", "1")])
    answer.take([b"a"])

    assert _sent(answer)[0][2:] == ["Content-Length: 1"]


def test_the_last_answer_on_a_connection_says_so() -> None:
    answer = Answer(GET, stays=True)

    answer.start("200 OK", [])
    answer.hang_up()

    assert not answer.stays
    assert _sent(answer)[0][1] == "Connection: close"


def test_head_gets_the_length_and_no_body() -> None:
    answer = Answer(GET | {"REQUEST_METHOD": "HEAD"}, stays=True)

    answer.start("200 OK", [("Content-Length", "3")])
    answer.take([b"abc"])

    assert _sent(answer) == (["HTTP/1.1 200 OK", "Connection: keep-alive", "Content-Length: 3"], b"")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_without_a_body_has_no_length_either(status: str) -> None:
    answer = Answer(GET, stays=True)

    answer.start(status, [("ETag", '"x"')])
    answer.take([])

    assert _sent(answer) == ([f"HTTP/1.1 {status}", "Connection: keep-alive", 'ETag: "x"'], b"")


def test_the_answer_speaks_the_version_of_the_request() -> None:
    answer = Answer(GET | {"SERVER_PROTOCOL": "HTTP/1.0"}, stays=False)

    answer.start("200 OK", [])

    assert _sent(answer)[0][0] == "HTTP/1.0 200 OK"


def test_a_second_start_replaces_the_first() -> None:
    answer = Answer(GET, stays=True)

    answer.start("200 OK", [("X", "y")])
    answer.start("500 Internal Server Error", [])

    assert _sent(answer)[0] == ["HTTP/1.1 500 Internal Server Error", "Connection: keep-alive", "Content-Length: 0"]


@pytest.mark.parametrize("header", [("X", "a\r\nY: b"), ("X", "a\nb"), ("X\r\nY", "a"), ("X Y", "a"), ("X", "a\0")])
def test_a_header_that_would_be_more_than_one_is_not_sent(header: tuple[str, str]) -> None:
    answer = Answer(GET, stays=True)

    answer.start("200 OK", [header])

    with pytest.raises(ValueError, match="headers that cannot be sent"):
        answer.data()


def test_what_the_application_returns_is_closed_even_where_it_breaks() -> None:
    class Parts:
        closed = False

        def __iter__(self) -> Iterator[bytes]:
            yield b"a"
            raise RuntimeError

        def close(self) -> None:
            self.closed = True

    parts = Parts()

    with pytest.raises(RuntimeError):
        Answer(GET, stays=True).take(parts)

    assert parts.closed
