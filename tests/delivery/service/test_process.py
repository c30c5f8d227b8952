"""The service as a process of this machine: started alone, ended whole."""

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.service import process as process_module
from delivery.service.client import ask, await_ready
from delivery.service.process import Process, free_ports
from tests.support import models
from tests.support.apps import SAMPLE

_PR_SET_CHILD_SUBREAPER = 36
"""Of `prctl(2)`, in `linux/prctl.h`."""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small model version."""
    models.write(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def inherited_orphans() -> Iterator[None]:
    """Orphans become children of this process, which reaps none, as a container's first process does."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    yield
    assert libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) == 0


@pytest.fixture
def short_lived_master(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each service is a program that leaves a child behind and ends."""
    master = tmp_path / "python"
    master.write_text("#!/bin/sh\nsleep 60 &\n", encoding="utf-8")
    master.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(master))


def test_settings_of_the_callers_own_reach_no_service(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORING_LOG_LEVEL", "nonsense")
    with Process(SAMPLE, model, tmp_path / "log") as process:
        assert process.exit_code() is None
    assert "nonsense" not in process.log()


def test_leaving_the_block_ends_every_process_of_the_service(model: Path, tmp_path: Path) -> None:
    with Process(SAMPLE, model, tmp_path / "log") as process:
        pass
    assert process.exit_code() == -signal.SIGKILL
    assert process.left_behind() == ""


def test_leaving_the_block_waits_until_the_workers_have_ended_too(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = iter([True, True, False])
    with Process(SAMPLE, model, tmp_path / "log"):
        monkeypatch.setattr(process_module, "_has_members", lambda _group: next(seen))
    assert list(seen) == []


@pytest.mark.usefixtures("short_lived_master")
def test_a_process_that_outlives_its_master_is_seen(model: Path, tmp_path: Path) -> None:
    with Process(SAMPLE, model, tmp_path / "log") as process:
        while process.exit_code() is None:
            time.sleep(0.01)
        assert process.left_behind() == f"processes of group {process._process.pid}"


@pytest.mark.usefixtures("short_lived_master", "inherited_orphans")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lets a process inherit orphans")
def test_an_ended_process_that_its_parent_never_reaped_is_no_process(model: Path, tmp_path: Path) -> None:
    with Process(SAMPLE, model, tmp_path / "log") as process:
        while process.exit_code() is None:
            time.sleep(0.01)
    group = process._process.pid
    os.killpg(group, 0)
    assert process.left_behind() == ""
    assert os.waitpid(-group, 0)[1] == signal.SIGKILL


@pytest.mark.parametrize("which", ["port", "management_port"])
def test_a_port_that_is_still_listened_at_is_seen(model: Path, tmp_path: Path, which: str) -> None:
    with Process(SAMPLE, model, tmp_path / "log") as process:
        pass
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", getattr(process, which)))
        listener.listen()
        assert process.left_behind() == f"a listener at port {getattr(process, which)}"


def test_services_side_by_side_have_four_ports_and_answer_at_their_own(model: Path, tmp_path: Path) -> None:
    with Process(SAMPLE, model, tmp_path / "one.log") as one, Process(SAMPLE, model, tmp_path / "other.log") as other:
        for process in (one, other):
            await_ready(process)
            assert ask(process, "GET", "/readyz").status == 404
        assert len({one.port, one.management_port, other.port, other.management_port}) == 4


def test_a_chosen_port_is_never_the_management_port_too(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = free_ports(2)
    monkeypatch.setattr(process_module, "free_ports", lambda _count: [one, other])
    for chosen in (one, other):
        with Process(SAMPLE, model, tmp_path / "log", chosen) as process:
            assert {process.port, process.management_port} == {one, other}
            assert process.port == chosen
