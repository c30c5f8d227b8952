"""Waiting for a service, and giving up on one."""

import time
from collections.abc import Callable
from itertools import count

import pytest

from delivery.service.client import ask, await_ready, probe
from delivery.service.process import free_port
from delivery.service.running import ServiceError
from tests.support.waiting import PATIENCE

from .told import Reply, Told

Start = Callable[[Reply], Told]


def test_a_service_is_awaited_until_it_says_ready(told: Start) -> None:
    calls = count()
    service = told(lambda path, _body: (200 if path == "/v2/health/ready" and next(calls) >= 3 else 503, b""))
    await_ready(service, 10)
    assert next(calls) == 4


def test_a_service_whose_management_port_can_be_reached_is_asked_there(told: Start) -> None:
    service = told(lambda _path, _body: (500, b""))
    service.management_port = told(lambda path, _body: (200 if path == "/readyz" else 404, b"")).port
    service.ready_path = "/readyz"
    await_ready(service, 10)
    assert (probe(service, "/readyz").status, probe(service, "/version").status) == (200, 404)


def test_where_the_management_port_does_not_answer_that_is_the_fault(told: Start) -> None:
    service = told(lambda _path, _body: (200, b""))
    service.management_port = free_port()
    with pytest.raises(ServiceError, match=r"GET /metrics of the management port: no answer: ConnectionRefusedError"):
        probe(service, "/metrics")


def test_a_known_cause_is_told_with_every_failure(told: Start) -> None:
    service = told(lambda _path, _body: (503, b""))
    service.killed = "killed for memory: the limit is 512Mi"
    with pytest.raises(ServiceError, match=r"not ready within 0 s; .*503 ; killed for memory: the limit is 512Mi\n"):
        await_ready(service, 0.1)
    service.port = free_port()
    with pytest.raises(ServiceError, match=r"POST /score: no answer: .*; killed for memory: the limit is 512Mi$"):
        ask(service, "POST", "/score")


def test_a_service_that_never_is_ready_is_given_up_with_what_it_said_and_its_log(told: Start) -> None:
    service = told(lambda _path, _body: (503, b"the model is not loaded yet"))
    with pytest.raises(ServiceError) as error:
        await_ready(service, 0.3)
    assert str(error.value).splitlines() == [
        "the service was not ready within 0 s; last seen: GET /v2/health/ready: 503 the model is not loaded yet",
        "  | first line",
        "  | last line",
    ]


def test_a_service_that_ends_is_not_awaited_any_longer(told: Start) -> None:
    service = told(lambda _path, _body: (503, b""))
    service.code = 3
    begun = time.monotonic()
    with pytest.raises(ServiceError, match=r"(?s)ended with exit code 3 before it was ready.*last line"):
        await_ready(service, 600)
    assert time.monotonic() - begun < PATIENCE


def test_a_service_that_accepts_and_says_nothing_is_given_up_too(told: Start) -> None:
    def reply(_path: str, _body: bytes) -> tuple[int, bytes]:
        time.sleep(0.5)
        return 200, b""

    service = told(reply)
    with pytest.raises(ServiceError, match=r"GET /slow: no answer: TimeoutError"):
        ask(service, "GET", "/slow", seconds=0.1)


def test_no_service_at_all_is_one_clear_error(told: Start) -> None:
    service = told(lambda _path, _body: (200, b""))
    service.port = free_port()
    with pytest.raises(ServiceError, match="GET /version: no answer: ConnectionRefusedError"):
        ask(service, "GET", "/version")
