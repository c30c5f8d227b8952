"""A steady stream of examples, as a process of its own: `python -m delivery.rehearse.caller HOST PORT PER_SECOND FILE`.

FILE is a bundle of examples, which are sent by turns. Half of the callers keep their connections, half make one for
each request. No request is sent again. Each is a line on standard output: the moment it was due and the milliseconds
from then to its answer, by the monotonic clock, and `ok` where its status is the expected one, else what went wrong.
The end of standard input ends it, once every request that was made is answered.
"""

import contextlib
import http.client
import itertools
import select
import sys
import threading
import time
from pathlib import Path

from delivery.examples.call import Call
from delivery.examples.folder import parse_bundle

CALLERS = 8
RIGHT = "ok"
_SECONDS = 15
_LEAD_SECONDS = 0.3


class Caller:
    """One caller: a request each `spacing` seconds from `first` on."""

    def __init__(self, host: str, port: int, calls: list[tuple[Call, int]], *, keep: bool) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
        self._calls = itertools.cycle(calls)
        self._keep = keep

    def run(self, first: float, spacing: float, ended: threading.Event) -> None:
        """Until `ended` is set."""
        due = first
        while not ended.wait(max(0.0, due - time.monotonic())):
            outcome = self._ask()
            sys.stdout.write(f"{due:.4f}\t{(time.monotonic() - due) * 1000:.2f}\t{outcome}\n")
            sys.stdout.flush()
            due += spacing

    def _ask(self) -> str:
        """RIGHT, or the fault."""
        if self._ended():
            self._connection.close()
        call, status = next(self._calls)
        headers = {**call.headers, **({} if self._keep else {"Connection": "close"})}
        try:
            self._connection.request(call.method, call.target, call.body, headers)
            response = self._connection.getresponse()
            response.read()
            if not self._keep:
                self._connection.close()  # a server that announces no end may end it while the next request is sent
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return f"{type(error).__name__}: {' '.join(str(error).split())}"
        return RIGHT if response.status == status else f"{call}: answered {response.status}, expected {status}"

    def _ended(self) -> bool:
        """Return True where the service has ended this connection. Every client's library looks before it asks."""
        return self._connection.sock is not None and bool(select.select([self._connection.sock], [], [], 0)[0])


def main(host: str, port: int, per_second: float, file: str) -> None:
    """Call until standard input ends."""
    examples, spacing = parse_bundle(Path(file).read_bytes(), file), CALLERS / per_second
    calls = examples.calls()
    start, ended, threads = time.monotonic() + _LEAD_SECONDS, threading.Event(), []
    for number in range(CALLERS):
        turned = calls[number % len(calls) :] + calls[: number % len(calls)]
        caller = Caller(host, port, turned, keep=number % 2 == 0)
        first = start + number * spacing / CALLERS
        threads.append(threading.Thread(target=caller.run, args=(first, spacing, ended)))
        threads[-1].start()
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
