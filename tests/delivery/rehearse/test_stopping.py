"""Being stopped: whenever it comes, nothing is left running."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parents[3]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where these rehearsals keep what they make."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture
def start(work: Path) -> Iterator[Start]:
    """Start a rehearsal; one that a failing test forgets is killed."""
    started: list[subprocess.Popen[str]] = []

    def starting(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "delivery", "rehearse", "--no-image", "--no-up", "--work", str(work), *options]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        started.append(
            subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
        )
        return started[-1]

    yield starting
    for process in started:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """What it says up to the line with `word`."""
    said = ""
    for line in process.stdout or ():
        said += line
        if word in line:
            return said
    raise AssertionError(f"it never said {word!r}:\n{said}")


def serving(work: Path) -> list[str]:
    """Processes that serve a model under `work`."""
    mark = f"SCORING_MODEL_DIR={work}".encode()
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environment.read_bytes():
                found.append(environment.parent.name)
        except OSError:
            continue
    return found


def calling(work: Path) -> list[str]:
    """Clients that make load with examples under `work`: another rehearsal of this machine has its own."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = command.read_bytes()
            if b"delivery.rehearse.caller" in words and str(work).encode() in words:
                found.append(command.parent.name)
    return found


def assert_port_is_free(said: str) -> None:
    found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
    assert found, said
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(found[1])))


MOMENTS = ["Pull", "released", "Deploy", "under load"]
"""The step that is over, or the chapter that begins, when the signal comes."""


@pytest.mark.parametrize(
    ("number", "moment"),
    [(signal.SIGINT, moment) for moment in MOMENTS] + [(signal.SIGTERM, "under load"), (signal.SIGHUP, "Deploy")],
)
def test_a_rehearsal_that_is_stopped_takes_its_service_along(
    start: Start, work: Path, moment: str, number: signal.Signals
) -> None:
    process = start()
    read_until(process, moment)
    time.sleep(1)
    process.send_signal(number)
    rest, _ = process.communicate(timeout=3 * PATIENCE)
    assert process.returncode == 128 + number
    assert rest.splitlines()[-1] == f"stopped by {number.name}; nothing is left running"
    assert serving(work) == []
    assert calling(work) == []


def test_one_that_is_stopped_before_it_began_says_nothing_of_its_insides(start: Start) -> None:
    process = start()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=3 * PATIENCE)
    assert process.returncode in (130, -signal.SIGINT)
    assert "delivery" not in said


def test_one_that_is_kept_serves_until_ctrl_c_and_then_ends_in_order(start: Start, work: Path) -> None:
    process = start("--keep")
    said = read_until(process, "Ctrl-C ends it")
    assert serving(work)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=3 * PATIENCE)
    assert process.returncode == 0
    assert "the request in flight was answered 200, exit code 0" in rest
    assert serving(work) == []
    assert_port_is_free(said)


def test_one_that_is_kept_fails_when_its_service_dies(start: Start, work: Path) -> None:
    process = start("--keep")
    read_until(process, "Ctrl-C ends it")
    for number in serving(work):
        os.kill(int(number), signal.SIGKILL)
    rest, _ = process.communicate(timeout=3 * PATIENCE)
    assert process.returncode == 1
    assert "error: the service ended by itself, with exit code -9" in rest
