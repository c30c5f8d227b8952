"""Bad clients in a process of their own: `python -m bench.serving.senders slow|silent COUNT HOST PORT PATH`.

`slow` declares a body and drips 20 bytes of it every 0.2 s; `silent` connects and never speaks. Whoever is hung up on
comes back. Prints one line when all are connected and lives until its input ends.
"""

import asyncio
import contextlib
import sys

_DECLARED = 200_000
_DRIP = b"x" * 20
_PAUSE = 0.2


async def _slow(host: str, port: int, path: str, connected: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    connected.release()
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: image/jpeg\r\nContent-Length: {_DECLARED}\r\n\r\n"
    writer.write(head.encode())
    try:
        while not reader.at_eof():
            writer.write(_DRIP)
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.read(65536), _PAUSE)
    finally:
        writer.close()


async def _silent(host: str, port: int, _path: str, connected: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    connected.release()
    try:
        await reader.read()
    finally:
        writer.close()


async def _for_ever(kind: str, host: str, port: int, path: str, connected: asyncio.Semaphore) -> None:
    once = {"slow": _slow, "silent": _silent}[kind]
    while True:
        with contextlib.suppress(OSError):
            await once(host, port, path, connected)
        await asyncio.sleep(_PAUSE)


async def _main(kind: str, count: int, host: str, port: int, path: str) -> None:
    connected = asyncio.Semaphore(0)
    clients = [asyncio.create_task(_for_ever(kind, host, port, path, connected)) for _ in range(count)]
    for _ in range(count):
        await connected.acquire()
    sys.stdout.write("connected\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    for task in clients:
        task.cancel()
    await asyncio.gather(*clients, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5]))
