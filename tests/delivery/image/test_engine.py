"""The Docker command line: its absence, its refusals, its interruption."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from delivery.failure import NotFoundError
from delivery.image.container import Container
from delivery.image.engine import EngineError, absence, docker, ensure_image, stream
from tests.support.apps import SAMPLE
from tests.support.waiting import PATIENCE

from .conftest import Fake


def test_a_machine_without_docker_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert absence() == "docker is not on PATH"


def test_an_engine_that_does_not_answer_is_quoted(fake: Fake) -> None:
    fake("echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    assert absence() == "no Docker engine answers: docker version: Cannot connect to the Docker daemon"


def test_a_docker_without_buildx_is_told_apart(fake: Fake) -> None:
    fake('[ "$1" = version ] || { echo "unknown command: buildx" >&2; exit 1; }; echo 28.2.2')
    assert absence() == "docker has no buildx plugin: docker buildx: unknown command: buildx"


def test_a_present_engine_has_no_absence(fake: Fake) -> None:
    fake("echo 28.2.2")
    assert absence() == ""


def test_a_refusal_carries_the_engines_last_words(fake: Fake) -> None:
    fake("printf 'pulling\\nno such image\\n' >&2; exit 125")
    with pytest.raises(EngineError, match=r"^docker run: no such image$"):
        docker("run", "x")


def test_an_engine_that_hangs_is_given_up(fake: Fake) -> None:
    fake("exec sleep 600")
    begun = time.monotonic()
    with pytest.raises(EngineError, match="docker info: no answer within 0 s"):
        docker("info", seconds=0.2)
    assert time.monotonic() - begun < PATIENCE


def test_lines_arrive_while_the_command_runs(fake: Fake) -> None:
    folder = fake('echo first; until [ -e "$out/seen" ]; do sleep 0.02; done; echo last')
    lines: list[str] = []

    def read(line: str) -> None:
        lines.append(line)
        (folder / "seen").touch()

    stream(["buildx"], read)
    assert lines == ["first", "last"]


def test_a_stream_that_is_interrupted_ends_its_command(fake: Fake) -> None:
    folder = fake(
        'echo $$ > "$out/pid"; echo begun; trap \'touch "$out/told"; exit 130\' INT; while :; do sleep 0.05; done'
    )
    interrupt = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        stream(["buildx"], lambda _line: interrupt.start() if not interrupt.ident else None)
    assert (folder / "told").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text(encoding="ascii")), 0)


def test_a_base_image_that_the_engine_has_is_not_pulled(fake: Fake) -> None:
    folder = fake('[ "$1" = pull ] && touch "$out/pulled"; echo sha256:1')
    assert ensure_image("base:1", lambda _line: None) == "sha256:1"
    assert not (folder / "pulled").exists()


def test_a_base_image_that_is_missing_is_pulled(fake: Fake) -> None:
    fake('case "$1" in pull) touch "$out/pulled";; *) [ -e "$out/pulled" ] || exit 1; echo sha256:2;; esac')
    assert ensure_image("base:2", lambda _line: None) == "sha256:2"


def test_a_base_image_that_cannot_be_had_says_how_to_name_another(fake: Fake) -> None:
    fake("echo 'no such host' >&2; exit 1")
    with pytest.raises(
        NotFoundError, match=r"base image base:3 cannot be had \(docker pull: no such host\); .*BASE_IMAGE"
    ):
        ensure_image("base:3", lambda _line: None)


def test_a_container_that_cannot_start_is_removed(fake: Fake) -> None:
    folder = fake('echo "$@" >> "$out/calls"; [ "$1" != port ] || { echo "no port" >&2; exit 1; }')
    with pytest.raises(EngineError, match="docker port: no port"):
        Container(SAMPLE, "scoring:1")
    first, *_, last = (folder / "calls").read_text(encoding="utf-8").splitlines()
    name = first.split("--name ")[1].split()[0]
    assert last == f"rm --force --volumes {name}"
