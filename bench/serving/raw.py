"""The raw limit: decode, resize and infer in as many processes as cores, with no HTTP.

The processes live as long as the bench and work only on command, so that a taking starts warm and at once.
"""

import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from .machine import CORES
from .work import Work

_MODULE = "bench.serving.raw"


class Raw:
    """As many worker processes as cores."""

    def __init__(self, model: Path, photos: list[bytes]) -> None:
        self._workers = [
            subprocess.Popen([sys.executable, "-m", _MODULE, str(model)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(CORES)
        ]
        for worker in self._workers:
            _send(worker, struct.pack("<I", len(photos)) + b"".join(struct.pack("<I", len(p)) + p for p in photos))
        for worker in self._workers:
            _line(worker)

    def per_second(self, seconds: float) -> float:
        """Photos a second, all workers together, over about `seconds`."""
        for worker in self._workers:
            _send(worker, struct.pack("<d", seconds))
        return sum(float(_line(worker)) for worker in self._workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.communicate()


def _send(worker: subprocess.Popen[bytes], data: bytes) -> None:
    assert worker.stdin is not None
    worker.stdin.write(data)
    worker.stdin.flush()


def _line(worker: subprocess.Popen[bytes]) -> bytes:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    if not line:
        raise RuntimeError(f"a raw worker ended with status {worker.wait()}")
    return line


def _work(model: Path) -> None:
    work = Work(model)
    (count,) = struct.unpack("<I", sys.stdin.buffer.read(4))
    photos = [sys.stdin.buffer.read(*struct.unpack("<I", sys.stdin.buffer.read(4))) for _ in range(count)]
    for photo in photos:
        work.classify(photo)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    done = 0
    while order := sys.stdin.buffer.read(8):
        (seconds,) = struct.unpack("<d", order)
        first, start = done, time.perf_counter()
        while time.perf_counter() - start < seconds:
            work.classify(photos[done % count])
            done += 1
        # Each worker divides by its own time: the last photo may run over.
        sys.stdout.write(f"{(done - first) / (time.perf_counter() - start)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _work(Path(sys.argv[1]))
