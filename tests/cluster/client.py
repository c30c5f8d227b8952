"""A steady stream of requests, as a process of its own: `python -m tests.cluster.client HOST PORT PER_SECOND RESENDS`.

With NAME and AUTHORITY behind them it asks over TLS, for that name, and trusts the certificates in that file alone.

Half of the callers keep their connections, half make one for each request. Nothing is asked twice unless RESENDS says
so, and then only what no byte of an answer came for. The first line on stdout is the moment, by the monotonic clock, at
which the first request is due; the others follow evenly. Each is a line: its number, the milliseconds from its moment
until its answer, how often it was sent again, and the status or what went wrong. The end of stdin ends it, once all
that was due until then is answered.
"""

import asyncio
import io
import itertools
import os
import ssl
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image

CALLERS = 24
_TIMEOUT_SECONDS = 15
_PAUSE_SECONDS = 0.2


class NoAnswerError(Exception):
    """The connection failed or ended before a byte of an answer came."""


@dataclass
class Connection:
    """One caller's connection, made when it is needed."""

    host: str
    port: int
    keep: bool
    name: str = ""
    tls: ssl.SSLContext | None = None
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> int:
        """The status of the answer. NoAnswerError, or OSError and others where an answer broke off."""
        reader, writer = await self._streams()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            self.close()
            raise (ConnectionError("the head broke off") if error.partial else NoAnswerError("ended")) from error
        except OSError as error:
            self.close()
            raise NoAnswerError(type(error).__name__) from error
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        await reader.readexactly(int(fields[b"content-length"]))
        if not self.keep or fields.get(b"connection") == b"close":
            self.close()
        return int(head.split(b" ", 2)[1])

    async def _streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None or self._reader.at_eof():
            self.close()
            try:
                self._reader, self._writer = await asyncio.open_connection(
                    self.host, self.port, ssl=self.tls, server_hostname=self.name if self.tls else None
                )
            except OSError as error:
                raise NoAnswerError(type(error).__name__) from error
        return self._reader, self._writer

    def close(self) -> None:
        """Let the next request make a new one."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def call(connection: Connection, request: bytes, resends: int) -> tuple[int, str]:
    """Send a request; returns the number of resends, and its status or the fault."""
    for again in range(resends + 1):
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                return again, str(await connection.ask(request))
        except NoAnswerError as error:
            fault = f"no answer: {error}"
            await asyncio.sleep(_PAUSE_SECONDS)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            connection.close()
            return again, f"{type(error).__name__}: {error}"
    return resends, fault


@dataclass
class Schedule:
    """When each request is due: number n at `start` + n / `per_second`, none after `end`."""

    start: float
    per_second: float
    end: float = float("inf")


async def calls(connection: Connection, request: bytes, schedule: Schedule, caller: int, resends: int) -> None:
    """The caller's share of the schedule: one request in CALLERS."""
    for number in itertools.count(caller, CALLERS):
        due = schedule.start + number / schedule.per_second
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        if due > schedule.end:
            return
        again, outcome = await call(connection, request, resends)
        sys.stdout.write(f"{number}\t{(time.monotonic() - due) * 1000:.2f}\t{again}\t{outcome}\n")
        sys.stdout.flush()


def picture() -> bytes:
    """A red picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (255, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


def request_of(host: str, *, keep: bool) -> bytes:
    """POST /v1/classify as it goes over the wire."""
    body = picture()
    head = f"POST /v1/classify?top=1 HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n"
    return (head + ("" if keep else "Connection: close\r\n") + "\r\n").encode() + body


async def main(host: str, port: int, per_second: float, resends: int, name: str = "", authority: str = "") -> None:
    """Call until stdin ends."""
    schedule = Schedule(time.monotonic() + 0.5, per_second)
    sys.stdout.write(f"{schedule.start}\n")
    sys.stdout.flush()
    tls = ssl.create_default_context(cafile=authority) if authority else None
    tasks = []
    for caller in range(CALLERS):
        keep = caller % 2 == 0
        connection, request = Connection(host, port, keep, name, tls), request_of(name or host, keep=keep)
        tasks.append(asyncio.create_task(calls(connection, request, schedule, caller, resends)))
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    schedule.end = time.monotonic()
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    with suppress(PermissionError):
        os.nice(-10)  # a measure that waits for a processor itself measures nothing
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:]))
