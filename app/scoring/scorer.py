"""Scorers: processes that hold the model and do, one after the other, the jobs that the lane sends them.

Each has the interpreter's lock for itself, so that no decoder ever waits for the event loop nor the loop for a decoder;
and when hostile bytes break a native library, they break one process and one request, not the service.

`python -m app.scoring.scorer FD` is their template: it loads the model once and is forked for each scorer, so that all
share one copy of the weights, in memory and in the processor's caches. Over the socket FD, in the frames of `wire`, it
reads one order and answers with the model's manifest or an error; then each byte it gets comes with the socket of a
scorer to fork. Everything ends with the other end of its socket.
"""

import gc
import os
import signal
import socket
import sys
import traceback
import warnings
from pathlib import Path

import orjson

from . import picture
from .bench import Bench
from .limits import Limits
from .model import Model, ModelError
from .problem import Problem
from .wire import Frame, receive, send
from .work import classification, inference, scoring

_NICENESS = 5
_GARBAGE = 20_000

KINDS = {"classify": classification.classify, "score": scoring.score, "infer": inference.infer}
"""Every kind of job: bench, head and body in; the reply's frame out, or a Problem."""


def load(folder: Path) -> Model:
    """Open, verify and warm up the model in `folder`. Raises ModelError."""
    picture.harden()
    model = Model.load(folder)
    model.warm_up()
    return model


def do(model: Model, limits: Limits, job: Frame) -> Frame:
    """The reply to one job: its result, or the problem that it met, with the seconds its stages took."""
    bench = Bench(model, limits)
    try:
        result = KINDS[job.head["kind"]](bench, job.head, job.body)
    except Problem as problem:
        return Frame({"problem": [problem.status, problem.detail]}, b"")
    except Exception:  # noqa: BLE001  # a fault of ours: the lane logs it, and this process goes on
        return Frame({"problem": [500, "an unexpected error"], "traceback": traceback.format_exc()}, b"")
    return Frame(result.head | {"stages": bench.stages}, result.body)


def serve(lane: socket.socket, model: Model, limits: Limits) -> int:
    """Be a scorer: answer each job until the lane closes its end."""
    lane.setblocking(True)  # noqa: FBT003  # the socket's own API; the near end belongs to an event loop
    # The event loop hands out work in a tenth of the time that the work takes: it goes first.
    os.nice(_NICENESS)
    send(lane, Frame({"pid": os.getpid()}, b""))
    while (job := receive(lane)) is not None:
        send(lane, do(model, limits, job))
    return 0


def main(descriptor: int) -> int:
    """Be the template of all scorers."""
    for name in (signal.SIGTERM, signal.SIGINT):
        # Whoever signals the whole group means the service; it lets us finish what it still waits for.
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # What a decoder wonders about a stranger's file is no line of our log.
    warnings.simplefilter("ignore")
    control = socket.socket(fileno=descriptor)
    control.setblocking(True)  # noqa: FBT003  # as above
    order = receive(control)
    if order is None:
        return 0
    limits = Limits(**order.head["limits"])
    try:
        model = load(Path(order.head["model_dir"]))
        _check_alone()
    except ModelError as error:
        send(control, Frame({"error": str(error)}, b""))
        return 1
    # What is loaded stays and is shared: the collector need not touch it.
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    send(control, Frame({"manifest": orjson.loads(model.manifest.model_dump_json())}, b""))
    while (lane := _next(control)) is not None:
        if os.fork() == 0:
            control.close()
            return serve(lane, model, limits)
        lane.close()
    return 0


def _next(control: socket.socket) -> socket.socket | None:
    """The socket of the next scorer; None at the end."""
    _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    return socket.socket(fileno=descriptors[0]) if descriptors else None


def _check_alone() -> None:
    """A fork copies one thread: with others, it might copy a lock that nobody will ever open."""
    tasks = Path("/proc/self/task")
    threads = len(list(tasks.iterdir())) if tasks.exists() else 1
    if threads > 1:
        raise ModelError(f"a library started {threads - 1} threads of its own; scorers cannot be forked")


if __name__ == "__main__":
    # Without the interpreter's own way out: what it would clear up belongs to all scorers together.
    os._exit(main(int(sys.argv[1])))
