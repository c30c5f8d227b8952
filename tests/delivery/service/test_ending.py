"""A clean end, and every way it can fail to be one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.service.ending import end
from delivery.service.running import ServiceError

from .told import Reply, Told

Start = Callable[[Reply], Told]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Bytes that take two pieces to send."""
    path = tmp_path / "picture.jpg"
    path.write_bytes(bytes(range(256)) * 8)
    return path


def ending(service: Told, status: int = 200, code: int | None = 0) -> Reply:
    """Say that it is alive, answer the picture in flight with `status`, then end with `code`."""

    def reply(path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/v2/health/live":
            return 200, b"alive"
        assert service.terminated.is_set()
        assert len(body) == 2048
        service.code = code
        return status, b""

    return reply


def test_a_service_that_answers_the_picture_in_flight_and_exits_0_ended_well(told: Start, picture: Path) -> None:
    service = told(lambda _path, _body: (500, b""))
    service.reply = ending(service)
    assert end(service, picture).status == 200


def test_a_lost_picture_in_flight_is_a_failure(told: Start, picture: Path) -> None:
    service = told(lambda _path, _body: (503, b""))
    with pytest.raises(ServiceError, match="in flight at SIGTERM was answered 503, expected 200"):
        end(service, picture)


def test_an_exit_code_other_than_0_is_a_failure(told: Start, picture: Path) -> None:
    service = told(lambda _path, _body: (500, b""))
    service.reply = ending(service, code=137)
    with pytest.raises(ServiceError, match=r"(?s)ended with exit code 137 after SIGTERM, expected 0.*last line"):
        end(service, picture)


def test_a_service_that_goes_on_is_a_failure(told: Start, picture: Path) -> None:
    service = told(lambda _path, _body: (500, b""))
    service.reply = ending(service, code=None)
    with pytest.raises(ServiceError, match="still runs 0 s after SIGTERM"):
        end(service, picture, seconds=0.1)


def test_what_the_service_leaves_behind_is_named(told: Start, picture: Path) -> None:
    service = told(lambda _path, _body: (500, b""))
    service.reply = ending(service)
    service.leaves = "a listener at port 8080"
    with pytest.raises(ServiceError, match="left something behind: a listener at port 8080"):
        end(service, picture)
