"""The service as a process of this machine: started alone, ended whole."""

import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from delivery.service.process import Process, free_port
from tests.support import models


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small model version."""
    models.write(tmp_path / "model")
    return tmp_path / "model"


def test_settings_of_the_callers_own_reach_no_service(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORING_LOG_LEVEL", "nonsense")
    with Process(model, tmp_path / "log") as process:
        assert process.exit_code() is None
    assert "nonsense" not in process.log()


def test_leaving_the_block_ends_every_process_of_the_service(model: Path, tmp_path: Path) -> None:
    with Process(model, tmp_path / "log") as process:
        pass
    assert process.exit_code() == -signal.SIGKILL
    assert process.left_behind() == ""


def test_a_process_that_outlives_its_master_is_seen(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = tmp_path / "python"
    master.write_text("#!/bin/sh\nsleep 60 &\n", encoding="utf-8")
    master.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(master))
    with Process(model, tmp_path / "log") as process:
        while process.exit_code() is None:
            time.sleep(0.01)
        assert process.left_behind() == f"processes of group {process._process.pid}"


def test_a_port_that_somebody_still_listens_at_is_seen(model: Path, tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        with Process(model, tmp_path / "log", port) as process:
            pass
        assert process.left_behind() == f"a listener at port {port}"
