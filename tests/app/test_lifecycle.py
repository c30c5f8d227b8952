"""Starting, being hurt, and stopping: no request is lost, and every end tells why."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.scoring.manifest import MODEL_FILE
from tests.support import models, processes
from tests.support.pictures import plain
from tests.support.service import ROOT, Service, free_port, running
from tests.support.waiting import PATIENCE, await_that


def _start(tmp_path: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    variables = {"model_dir": tmp_path, "port": free_port()} | settings
    return subprocess.run(
        [sys.executable, "-m", "app.scoring"],
        cwd=ROOT,
        env=os.environ | {f"SCORING_{name.upper()}": str(value) for name, value in variables.items()},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def _workers(service: Service) -> list[int]:
    table = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in table.splitlines()[1:]]
    children: dict[int, list[int]] = {}
    for pid, parent, _ in rows:
        children.setdefault(int(parent), []).append(int(pid))
    [worker] = children[service.process.pid]
    [fork_server] = children[worker]
    return sorted(children.get(fork_server, []))


def test_wrong_settings_end_the_start_with_every_fault_and_code_2(tmp_path: Path) -> None:
    models.write(tmp_path)

    ended = _start(tmp_path, queue_limit="many", max_pixels=0)

    assert ended.returncode == 2
    assert "scoring cannot start" in ended.stderr
    assert "SCORING_QUEUE_LIMIT" in ended.stderr
    assert "SCORING_MAX_PIXELS" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_manifest_ends_the_start_with_its_path(tmp_path: Path) -> None:
    ended = _start(tmp_path / "nowhere")

    assert ended.returncode == 2
    assert "nowhere/manifest.json: cannot be read" in ended.stderr


def test_a_port_in_use_ends_the_start_with_the_port(tmp_path: Path) -> None:
    models.write(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = _start(tmp_path, port=taken.getsockname()[1])

    assert ended.returncode != 0
    assert "already in use" in (ended.stdout + ended.stderr).lower()


def test_a_model_that_is_not_what_its_manifest_says_never_serves(tmp_path: Path) -> None:
    models.write(tmp_path)
    with (tmp_path / MODEL_FILE).open("ab") as file:
        file.write(b"x")

    ended = _start(tmp_path)

    assert ended.returncode == 3
    assert "the model cannot be served" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_worker_is_replaced_and_the_service_goes_on(colour_model: Path, tmp_path: Path, victim: int) -> None:
    with running(colour_model, tmp_path / "log", workers=2) as service:
        before = _workers(service)
        os.kill(before[victim], signal.SIGKILL)
        statuses = [service.ask("POST", "/v1/classify", plain("red")).status for _ in range(20)]
        await_that(lambda: len(_workers(service)) == 2, "the lost worker was replaced")

        assert statuses == [200] * 20
        assert service.probe("/readyz").status == 200
        assert before[1 - victim] in _workers(service)


def test_a_killed_worker_is_replaced(colour_model: Path, tmp_path: Path) -> None:
    with running(colour_model, tmp_path / "log", workers=1) as service:
        [worker] = [int(pid) for pid in _children(service.process.pid)]
        os.kill(worker, signal.SIGKILL)

        await_that(lambda: _classifies(service), "a new worker answered")


def _classifies(service: Service) -> bool:
    try:
        return service.ask("POST", "/v1/classify", plain("red")).status == 200
    except (OSError, http.client.HTTPException):
        return False


def _children(pid: int) -> list[str]:
    return subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True).stdout.split()


def test_at_sigterm_requests_in_flight_are_answered_and_the_exit_code_is_0(colour_model: Path, tmp_path: Path) -> None:
    statuses: list[int] = []

    with running(colour_model, tmp_path / "log", workers=1) as service:
        idle = http.client.HTTPConnection(service.host, service.port)
        idle.request("GET", "/v2/health/live")
        idle.getresponse().read()
        [worker] = _workers(service)
        os.kill(worker, signal.SIGSTOP)
        threads = [
            threading.Thread(target=lambda: statuses.append(service.ask("POST", "/v1/classify", plain("green")).status))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        await_that(lambda: service.in_hand() == 8, "all eight were in flight")
        start = time.monotonic()
        service.process.terminate()
        await_that(lambda: _refuses(service), "the service no longer listened")
        os.kill(worker, signal.SIGCONT)
        code = service.process.wait(PATIENCE)
        seconds = time.monotonic() - start
        for thread in threads:
            thread.join()
        idle.close()

    assert statuses == [200] * 8
    assert code == 0
    # The idle connection might go on for as long as that.
    assert seconds < 25
    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    assert [line for line in lines if line["level"] not in ("debug", "info")] == []


def _refuses(service: Service) -> bool:
    try:
        socket.create_connection((service.host, service.port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        pass
    return False


def test_while_draining_it_is_not_ready_and_still_answers(colour_model: Path, tmp_path: Path) -> None:
    with running(colour_model, tmp_path / "log", workers=1, drain_seconds=5) as service:
        service.process.terminate()
        await_that(lambda: service.probe("/readyz").status == 503, "it had heard of its end")
        ready = service.probe("/readyz")
        answer = service.ask("POST", "/v1/classify", plain("blue"))

        assert "stopping" in json.loads(ready.body)["detail"]
        assert answer.status == 200
        assert service.process.wait(PATIENCE) == 0


def test_nothing_is_left_running_after_a_stop(colour_model: Path, tmp_path: Path) -> None:
    with running(colour_model, tmp_path / "log", workers=2) as service:
        workers = _workers(service)
        assert service.stop() == 0

    # Killed is not yet gone: the process that inherits it has to notice.
    await_that(lambda: not processes.running(workers), "the workers were gone")


def test_a_full_queue_answers_503_at_once_and_says_when_to_return(colour_model: Path, tmp_path: Path) -> None:
    with running(colour_model, tmp_path / "log", workers=1, queue_limit=1) as service:
        [worker] = _workers(service)
        os.kill(worker, signal.SIGSTOP)
        statuses: list[int] = []
        threads = [
            threading.Thread(target=lambda: statuses.append(service.ask("POST", "/v1/classify", plain("red")).status))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        await_that(lambda: service.in_hand() == 2, "one was at the worker and one in the queue")

        refused = service.ask("POST", "/v1/classify", plain("red"))
        ready = service.probe("/readyz")

        os.kill(worker, signal.SIGCONT)
        for thread in threads:
            thread.join()
    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    assert "1 requests are waiting, the most allowed" in json.loads(refused.body)["detail"]
    assert ready.status == 200
    assert statuses == [200, 200]


def test_nothing_is_written_at_home(colour_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)

    with running(colour_model, tmp_path / "log") as service:
        assert service.ask("POST", "/v1/classify", plain("red")).status == 200

    assert list(home.rglob("*")) == []
