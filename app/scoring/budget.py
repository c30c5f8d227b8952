"""The room for bytes in hand: request bodies and answers, over all connections together."""

from .problem import Problem


class Budget:
    """Counts bytes. What one request took comes back when its answer has left."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def reserve(self, share: "Share", size: int) -> None:
        """Add `size` bytes to `share`. Raises Problem 503 where there is no room."""
        if size > self._left:
            raise Problem(503, "too many requests and answers are in hand; try again", retry_after=1)
        self._left -= size
        share.size += size

    def release(self, share: "Share") -> None:
        """Give back all of `share`; a second time gives back nothing."""
        self._left += share.size
        share.size = 0


class Share:
    """Bytes that one request has reserved."""

    def __init__(self) -> None:
        self.size = 0
