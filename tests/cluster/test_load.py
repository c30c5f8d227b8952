"""The load accounts for every request that was due: one that hangs must not be able to hide."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from .load import Load

PER_SECOND = 50


@dataclass
class Service:
    """Answers at once while `answers` is set; else as soon as it is set again."""

    port: int = 0
    answers: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def service() -> Iterator[Service]:
    it = Service()
    it.answers.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            it.answers.wait(60)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not a word."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            """Clients that are killed are no news."""

    with Server(("127.0.0.1", 0), Handler) as server:
        it.port = server.server_port
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield it
        it.answers.set()
        server.shutdown()
        serving.join()


def load(service: Service, folder: Path, patience: float = 17) -> Load:
    return Load("127.0.0.1", folder, per_second=PER_SECOND, port=service.port, patience=patience)


def began(running: Load) -> None:
    """Wait until the first second's requests are asked."""
    with running.stretch("the beginning"):
        time.sleep(2)


def test_a_stretch_has_as_many_requests_as_were_due_in_it(service: Service, tmp_path: Path) -> None:
    with load(service, tmp_path) as running:
        began(running)
        with running.stretch("a second") as stretch:
            time.sleep(1)

    assert stretch.result.failures == {}
    assert stretch.result.count == pytest.approx(PER_SECOND * stretch.result.seconds, abs=1)


def test_requests_that_still_hang_when_a_stretch_ends_have_failed(service: Service, tmp_path: Path) -> None:
    with load(service, tmp_path, patience=1) as running:
        began(running)
        service.answers.clear()
        with running.stretch("nobody answers") as stretch:
            time.sleep(1)
        service.answers.set()

    assert stretch.result.failures == {"no answer yet": stretch.result.count}
    assert stretch.result.worst > 1000


def test_requests_that_are_answered_soon_after_a_stretch_have_not_failed(service: Service, tmp_path: Path) -> None:
    with load(service, tmp_path) as running:
        began(running)
        service.answers.clear()
        threading.Timer(1.5, service.answers.set).start()
        with running.stretch("answers are late") as stretch:
            time.sleep(1)

    assert stretch.result.failures == {}
    assert stretch.result.worst > 1000


def test_what_failed_between_stretches_is_told_at_the_end(service: Service, tmp_path: Path) -> None:
    told = pytest.raises(RuntimeError, match=r"due between stretches: \{'no answer yet': \d+\}")
    with told, load(service, tmp_path, patience=1) as running:
        began(running)
        service.answers.clear()
        time.sleep(0.5)


def test_a_failure_of_the_test_itself_is_not_hidden_by_the_end_of_the_load(service: Service, tmp_path: Path) -> None:
    running = load(service, tmp_path, patience=1)

    with pytest.raises(ValueError, match="mine"):
        _break_off(running, service)


def _break_off(running: Load, service: Service) -> None:
    with running:
        began(running)
        service.answers.clear()
        raise ValueError("mine")
