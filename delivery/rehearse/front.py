"""An address that stays while what answers at it is exchanged: what a Service is in a cluster, on one machine.

It joins byte streams and knows nothing of HTTP, as a layer 4 load balancer: a connection stays with whom it was given
to, a new one goes to whom the front leads now. Callers that keep connections are told to make new ones by the service.
"""

import asyncio
import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

_HOST = "127.0.0.1"
_CHUNK = 1 << 16
_BACKLOG = 128


class Front:
    """Listens on loopback, in a thread of its own, from the beginning to the end of its `with` block."""

    def __init__(self, port: int = 0) -> None:
        """Port 0 is any free one. Raises OSError where the port is taken."""
        self.host = _HOST
        self._socket = socket.create_server((_HOST, port), backlog=_BACKLOG)
        self.port: int = self._socket.getsockname()[1]
        self._target: tuple[str, int] | None = None
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.Task[None]] = set()
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="front", daemon=True)
        self._thread.start()
        self._running.wait()

    def lead_to(self, host: str, port: int) -> None:
        """From now on, new connections go there."""
        self._target = host, port

    def close(self) -> None:
        """Take nothing more, and end every connection."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, sock=self._socket))
        self._loop.call_soon(self._running.set)
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(_cancelled(list(self._connections)))
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        try:
            if self._target is not None:
                await _join(reader, writer, self._target)
        except (OSError, asyncio.CancelledError):
            pass  # one of the two went away, or the front closes; the other learns it by the end of its connection
        finally:
            writer.close()


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: tuple[str, int]) -> None:
    """Hand bytes on both ways until the service has ended its side."""
    from_service, to_service = await asyncio.open_connection(*target)
    asking = asyncio.create_task(_pump(reader, to_service))
    try:
        await _pump(from_service, writer)
    finally:
        asking.cancel()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await asking
        to_service.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
