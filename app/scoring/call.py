"""One request on its way through the app: its ids, its place in a distributed trace, its times."""

import os
import re
import time
from dataclasses import dataclass
from typing import Any

from flask import g

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
# https://www.w3.org/TR/trace-context/#traceparent-header; later versions may append fields.
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True)
class Trace:
    """The place of a request in a distributed trace: hexadecimal ids as W3C Trace Context writes them."""

    trace_id: str
    span_id: str
    parent_id: str = ""

    @classmethod
    def of(cls, traceparent: str) -> "Trace":
        """Continue the caller's trace, or begin one where there is none or it is malformed."""
        fresh = os.urandom(24).hex()
        found = _TRACEPARENT.fullmatch(traceparent.strip()) if traceparent else None
        if found and found[1] != "0" * 32 and found[2] != "0" * 16:
            return cls(found[1], fresh[:16], found[2])
        return cls(fresh[16:], fresh[:16])


class Call:
    """The facts about the request at hand."""

    def __init__(self, environ: dict[str, Any], trace: Trace | None = None) -> None:
        self.start = time.perf_counter()
        self.trace = trace or Trace.of(environ.get("HTTP_TRACEPARENT", ""))
        given = environ.get("HTTP_X_REQUEST_ID")
        self.request_id: str = given if given and _REQUEST_ID.fullmatch(given) else self.trace.span_id
        self.reserved = 0
        """Bytes reserved of the budget that all requests share."""
        self.bytes_in = 0
        """Bytes of the body that were read."""
        self.stages: dict[str, float] = {}
        """Seconds by stage, once a worker has done the request's job: queue, decode, inference."""

    @property
    def stages_ms(self) -> dict[str, float]:
        """The stages and their sum for people and answers: milliseconds, to a hundredth."""
        return {stage: round(s * 1000, 2) for stage, s in (self.stages | {"total": sum(self.stages.values())}).items()}


def current() -> Call:
    """The call of the current request."""
    call: Call = g.call
    return call
