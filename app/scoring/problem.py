"""A request that is refused."""


class Problem(Exception):  # noqa: N818  # RFC 9457's own word
    """`status`, and a `detail` that tells the sender what was found and what is allowed."""

    def __init__(self, status: int, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after = retry_after
        """Seconds after which the same request may succeed."""
