"""A clean end, and every way it can fail to be one."""

import json
from collections.abc import Callable

import pytest

from delivery.examples.folder import parse
from delivery.service.ending import end
from delivery.service.running import ServiceError

from .told import Reply, Told

Start = Callable[[Reply], Told]


BODY = "a sentence " * 200
EXAMPLES = parse({"one.yaml": json.dumps({"request": {"path": "/score", "text": BODY}, "expect": {}}).encode()}, "here")


def ending(service: Told, status: int = 200, code: int | None = 0) -> Reply:
    """Say that it is alive, answer the picture in flight with `status`, then end with `code`."""

    def reply(path: str, body: bytes) -> tuple[int, bytes]:
        assert path == "/score"
        assert body == BODY.encode()
        if not service.terminated.is_set():
            return 200, b"the way is open"
        service.code = code
        return status, b""

    return reply


def test_a_service_that_answers_the_picture_in_flight_and_exits_0_ended_well(told: Start) -> None:
    service = told(lambda _path, _body: (500, b""))
    service.reply = ending(service)
    assert end(service, EXAMPLES).status == 200


def test_a_lost_picture_in_flight_is_a_failure(told: Start) -> None:
    service = told(lambda _path, _body: (503, b""))
    with pytest.raises(ServiceError, match="in flight at SIGTERM was answered 503, expected 200"):
        end(service, EXAMPLES)


def test_an_exit_code_other_than_0_is_a_failure(told: Start) -> None:
    service = told(lambda _path, _body: (500, b""))
    service.reply = ending(service, code=137)
    with pytest.raises(ServiceError, match=r"(?s)ended with exit code 137 after SIGTERM, expected 0.*last line"):
        end(service, EXAMPLES)


def test_a_service_that_goes_on_is_a_failure(told: Start) -> None:
    service = told(lambda _path, _body: (500, b""))
    service.reply = ending(service, code=None)
    with pytest.raises(ServiceError, match="still runs 0 s after SIGTERM"):
        end(service, EXAMPLES, seconds=0.1)


def test_what_the_service_leaves_behind_is_named(told: Start) -> None:
    service = told(lambda _path, _body: (500, b""))
    service.reply = ending(service)
    service.leaves = "a listener at port 8080"
    with pytest.raises(ServiceError, match="left something behind: a listener at port 8080"):
        end(service, EXAMPLES)
