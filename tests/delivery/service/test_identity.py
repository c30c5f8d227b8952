"""The code and model that a service says it runs, beside those that it must run."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from delivery.service.identity import Identity
from delivery.service.running import ServiceError

from .told import Reply, Told

RIGHT = Identity("c0ffee" + "0" * 34, "77", "colours", "3", "ab" * 32)
DOCUMENT = {
    "code": {"commit": RIGHT.commit, "build": RIGHT.build},
    "model": {"name": RIGHT.model, "version": RIGHT.version, "sha256": RIGHT.sha256},
}


@pytest.fixture
def service(told: Callable[[Reply], Told]) -> Told:
    return told(lambda path, _body: (200, json.dumps(DOCUMENT).encode()) if path == "/version" else (404, b""))


def test_a_service_that_says_what_it_must_is_named(service: Told) -> None:
    assert RIGHT.check(service, "/version") == "colours version 3, commit c0ffee000000"


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("commit", "code.commit"),
        ("build", "code.build"),
        ("model", "model.name"),
        ("version", "model.version"),
        ("sha256", "model.sha256"),
    ],
)
def test_a_service_that_answers_as_another_is_refused_by_what_differs(service: Told, field: str, key: str) -> None:
    with pytest.raises(ServiceError, match=rf"GET /version: {key}: found .*, expected 'another'"):
        replace(RIGHT, **{field: "another"}).check(service, "/version")


def test_a_path_that_is_not_there_is_no_identity(service: Told) -> None:
    with pytest.raises(ServiceError, match="GET /about: answered 404, expected 200"):
        RIGHT.check(service, "/about")
