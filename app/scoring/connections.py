"""The open connections of the public port, and which of them makes room for another."""

from gevent import socket


class ConnectionTable:
    """Open connections, at most `limit`. A full table closes the one that has kept the service waiting longest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: dict[socket.socket, None] = {}
        self._idle: set[socket.socket] = set()
        self._open: set[socket.socket] = set()

    def admit(self, client: socket.socket) -> bool:
        """Enter a new connection, after another one has made room; False where all others are being answered."""
        if len(self._open) >= self._limit and not self._evict():
            return False
        self._open.add(client)
        return True

    def await_head(self, client: socket.socket) -> None:
        """Note that `client` has been answered, and its next request has yet to come."""
        if client in self._open:
            self._waiting.pop(client, None)
            self._waiting[client] = None
            self._idle.add(client)

    def await_body(self, client: socket.socket) -> None:
        """Note that the head of a request has come, and its body may follow."""
        self._idle.discard(client)

    def work(self, client: socket.socket) -> None:
        """Note that a request is whole: its connection is no longer one to close."""
        self._idle.discard(client)
        self._waiting.pop(client, None)

    def await_reading(self, client: socket.socket) -> None:
        """Note that the answer is there, and `client` has yet to take it."""
        if client in self._open:
            self._waiting[client] = None

    def leave(self, client: socket.socket) -> None:
        """Forget a connection."""
        self._idle.discard(client)
        self._waiting.pop(client, None)
        self._open.discard(client)

    @property
    def busy(self) -> int:
        """Connections with a request in hand."""
        return len(self._open) - len(self._idle)

    def _evict(self) -> bool:
        for client in self._waiting:
            self.leave(client)
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                client.close()
            return True
        return False
