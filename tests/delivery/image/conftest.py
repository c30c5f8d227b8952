"""Fixtures of the image's tests: a registry that behaves as it should until a test says otherwise."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delivery.image.registry.client import Registry
from delivery.image.registry.place import Place

from .registry_stand_in import Behaviour, registry

Fake = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _nobody_is_logged_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A developer's own logins and proxies lead no test astray."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "REGISTRY", "NETRC"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def behaviour() -> Behaviour:
    """What the registry does."""
    return Behaviour()


@pytest.fixture
def host(behaviour: Behaviour) -> Iterator[str]:
    """Where the registry is."""
    with registry(behaviour) as address:
        yield address


@pytest.fixture
def client(host: str) -> Registry:
    """A client of the registry's repository that does not wait long before it tries again."""
    return Registry(Place(host, "team/scoring"), pauses=(0.01, 0.01))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Put a `docker` of our own first on PATH; returns a folder for it to write to."""

    def make(script: str) -> Path:
        command = tmp_path / "bin" / "docker"
        command.parent.mkdir(exist_ok=True)
        command.write_text(f"#!/bin/sh\nout={tmp_path}\n{script}\n", encoding="utf-8")
        command.chmod(0o755)
        monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")
        return tmp_path

    return make
