"""A way into a container that has no network: each connection is one process inside it, joined to ours by its pipes.

It works wherever `docker exec` does, on this machine's engine, on a desktop's and on a remote one alike.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
from types import TracebackType
from typing import Self

_HOST = "127.0.0.1"
_CHUNK = 1 << 16
# Runs inside. Its end of file is passed on both ways, so that a half-closed connection stays one.
_RELAY = """
import os, socket, sys, threading
there = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def outward():
    while data := there.recv(65536):
        while data:
            data = data[os.write(1, data):]
    os._exit(0)
threading.Thread(target=outward).start()
while data := os.read(0, 65536):
    there.sendall(data)
there.shutdown(socket.SHUT_WR)
"""


class Tunnel:
    """Listens on loopback and leads every connection to `port` inside the container `name`."""

    def __init__(self, name: str, port: int) -> None:
        self._command = ["docker", "exec", "--interactive", name, "python3", "-c", _RELAY, str(port)]
        self._listener = socket.create_server((_HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._relays: list[subprocess.Popen[bytes]] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Accept nothing more and end every relay."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for relay in self._relays:
            relay.kill()
            relay.wait()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            # A full path: this thread must not depend on what PATH becomes.
            self._command[0] = shutil.which("docker") or "docker"
            relay = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._relays.append(relay)
            for pump in (_inward, _outward):
                threading.Thread(target=pump, args=(connection, relay), daemon=True).start()


def _inward(connection: socket.socket, relay: subprocess.Popen[bytes]) -> None:
    assert relay.stdin
    with contextlib.suppress(OSError), relay.stdin as sink:
        while data := connection.recv(_CHUNK):
            sink.write(data)
            sink.flush()


def _outward(connection: socket.socket, relay: subprocess.Popen[bytes]) -> None:
    assert relay.stdout
    with connection, relay.stdout as source, contextlib.suppress(OSError):
        while data := os.read(source.fileno(), _CHUNK):
            connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)  # wakes the other pump, which may wait for more of the request
