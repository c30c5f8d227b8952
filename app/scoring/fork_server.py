"""The worker processes: they hold the model and do, one after the other, the jobs that the pool sends them.

Each has the interpreter's lock for itself, so that no decoder ever waits for the event loop nor the loop for a decoder;
and when hostile bytes break a native library, they break one process and one request, not the service.

`python -m app.scoring.fork_server FD ORDER` loads the model once and is forked for each worker, so that all share one
copy of the weights, in memory and in the processor's caches. Over the socket FD it sends one frame, the model's
manifest or an error. Then it takes orders: fork a worker on a socket that comes along, or wait for a worker's exit
status. Each process ends when the other end of its socket closes.
"""

import gc
import os
import signal
import socket
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

import orjson

from . import picture
from .jobs import classification, inference, scoring
from .limits import Limits
from .model import Model, ModelError
from .pipeline import Bounds, Pipeline
from .problem import Problem
from .session import find_reason
from .wire import FORK, NUMBER, Frame, receive, send

_NICENESS = 5
_LARGE_BYTES = 1 << 20
_SEE_LOG = "the log has the reason under this request id"

JOBS = {"classify": classification.classify, "score": scoring.score, "infer": inference.infer}
"""Every kind of job: pipeline, head and body in; the reply's frame out, or a Problem."""


def do_job(model: Model, bounds: Bounds, job: Frame) -> Frame:
    """The reply to one job: its result, or the problem that it met, with the seconds its stages took."""
    pipeline = Pipeline(model, bounds)
    try:
        result = JOBS[job.head["kind"]](pipeline, job.head, bytes(job.body))
    except Problem as problem:
        head: dict[str, Any] = {"problem": [problem.status, problem.detail], "not_finite": pipeline.not_finite}
        result = Frame(head)
    except Exception as error:  # noqa: BLE001  # of onnxruntime's own types, or a fault of this program
        result = Frame(_explain_failure(model, error))
    return Frame(result.head | {"stages": pipeline.stages}, result.body)


def _explain_failure(model: Model, error: Exception) -> dict[str, Any]:
    """The problem for the client, and the reason for the log. Zeros show if the model fails on all inputs or on one."""
    if not isinstance(error, ModelError) and not type(error).__module__.startswith("onnxruntime."):
        return {"problem": [500, f"an unexpected error; {_SEE_LOG}"], "reason": traceback.format_exc()}
    try:
        model.warm_up()
    except Exception:  # noqa: BLE001  # as any run, it raises onnxruntime's own types
        return {"problem": [500, f"the model fails on every input; {_SEE_LOG}"], "reason": find_reason(error)}
    return {"problem": [422, f"the model fails on this input; {_SEE_LOG}"], "reason": find_reason(error)}


def serve(pool: socket.socket, model: Model, bounds: Bounds) -> int:
    """Answer each job until the pool closes its end."""
    pool.setblocking(True)  # noqa: FBT003  # the socket's own API; the near end belongs to an event loop
    # The event loop hands out work in a tenth of the time that the work takes: it goes first.
    os.nice(_NICENESS)
    while (job := receive(pool)) is not None:
        send(pool, do_job(model, bounds, job))
        if len(job.body) > _LARGE_BYTES:
            # An error that a library keeps may hold the body in a cycle of references, which is rarely looked for.
            del job
            gc.collect()
    return 0


def main(descriptor: int, order: dict[str, Any]) -> int:
    """Load the model, then fork workers until the other end of the socket closes."""
    for name in (signal.SIGTERM, signal.SIGINT):
        # A signal to the whole group means the service, which still waits for answers and ends its workers itself.
        signal.signal(name, signal.SIG_IGN)
    # The warnings of decoders about a client's file are no lines of this log.
    warnings.simplefilter("ignore")
    control = socket.socket(fileno=descriptor)
    control.setblocking(True)  # noqa: FBT003  # the socket's own API
    bounds = Bounds(Limits(**order["limits"]), order["max_pictures"], order["max_answer_bytes"])
    try:
        picture.harden()
        model = Model.load(Path(order["model_dir"]), order["provider"])
        model.warm_up()
        _check_single_thread()
    except ModelError as error:
        send(control, Frame({"error": str(error)}))
        return 1
    # What is loaded stays and is shared: the collector need not touch it.
    gc.freeze()
    send(control, Frame({"manifest": model.manifest.model_dump(mode="json")}))
    return _take_orders(control, model, bounds)


def _take_orders(control: socket.socket, model: Model, bounds: Bounds) -> int:
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, NUMBER.size, 1)
        if len(data) < NUMBER.size:
            return 0
        (number,) = NUMBER.unpack(data)
        if number != FORK:
            control.sendall(NUMBER.pack(_wait_for(number)))
            continue
        pool = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if pid == 0:
            control.close()
            return serve(pool, model, bounds)
        pool.close()
        control.sendall(NUMBER.pack(pid))


def _wait_for(pid: int) -> int:
    """The exit status of a worker, whose socket has closed; SIGKILL where it was no child of this process."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return -signal.SIGKILL


def _check_single_thread() -> None:
    """Refuse to fork with more than one thread.

    A fork copies one thread: with others, it might copy a lock that no thread will ever open.
    """
    tasks = Path("/proc/self/task")
    threads = len(list(tasks.iterdir())) if tasks.exists() else 1
    if threads > 1:
        raise ModelError(f"a library started {threads - 1} threads of its own; workers cannot be forked")


if __name__ == "__main__":
    # Without the interpreter's own way out: what it would clear up belongs to all workers together.
    os._exit(main(int(sys.argv[1]), orjson.loads(sys.argv[2])))
