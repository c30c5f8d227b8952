"""The arguments of a build."""

import re
from pathlib import Path

import pytest

from delivery.image.build import Request, arguments, environment
from delivery.image.source import Source
from tests.support import models
from tests.support.apps import SAMPLE, reread

SOURCE = Source("c0ffee" + "0" * 34, 1767323045, "https://git.example/app")


@pytest.fixture
def given(tmp_path: Path) -> str:
    """The arguments of one build as a line."""
    request = Request(app=SAMPLE, model=tmp_path, tag="scoring:7", base="base:1", build="77")
    return " ".join(arguments(request, SOURCE, reread(models.write(tmp_path / "model"))))


def test_the_base_image_is_pinned_by_digest() -> None:
    assert re.fullmatch(
        r"docker\.io/library/python:3\.13-slim@sha256:[0-9a-f]{64}", Request(app=SAMPLE, model=Path()).base_image
    )


def test_a_base_image_of_ones_own_takes_its_place(given: str) -> None:
    assert "--build-arg BASE_IMAGE=base:1 " in given


def test_commit_build_and_labels_are_handed_over(given: str) -> None:
    assert f"--build-arg COMMIT={SOURCE.commit} --build-arg BUILD=77 " in given
    assert "--label org.opencontainers.image.source=https://git.example/app" in given
    assert "--label slipway.model.version=1" in given


def test_no_step_of_the_build_has_a_network(given: str) -> None:
    assert "--network none" in given


def test_the_image_ends_up_in_the_engine_whatever_builder_is_in_use(given: str) -> None:
    assert "--load" in given


def test_only_a_fresh_build_ignores_the_cache(tmp_path: Path, given: str) -> None:
    assert "--no-cache" not in given
    fresh = Request(app=SAMPLE, model=tmp_path, base="base:1", fresh=True)
    assert "--no-cache" in arguments(fresh, SOURCE, reread(models.write(tmp_path / "model")))


def test_the_image_is_dated_by_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert environment(SOURCE) == {"SOURCE_DATE_EPOCH": "1767323045"}


def test_a_date_that_the_caller_set_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert environment(SOURCE) == {}


def test_the_exporter_of_spans_goes_in_only_where_asked_for() -> None:
    assert [lock.name for lock in Request(app=SAMPLE, model=Path()).locks] == ["requirements.txt"]
    assert [lock.name for lock in Request(app=SAMPLE, model=Path(), otlp=True).locks] == [
        "requirements.txt",
        "requirements-otlp.txt",
    ]
