"""The end of a service when Kubernetes takes its pod away: the request in flight is answered, then exit code 0."""

import http.client
import time
from dataclasses import dataclass

from delivery.examples.folder import Examples

from .client import connect
from .running import Running, ServiceError, failure

END_SECONDS = 40
_ACCEPTED_SECONDS = 0.5
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Ending:
    """The status of the request in flight, and seconds from SIGTERM to the exit with code 0."""

    status: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"SIGTERM: the request in flight was answered {self.status}, "
            f"exit code 0 after {self.seconds:.1f} s, nothing left behind"
        )


def end(running: Running, examples: Examples, seconds: float = END_SECONDS) -> Ending:
    """Send SIGTERM in the middle of an example. Raises ServiceError unless it is answered and the end is clean."""
    call, right = max(examples.calls(), key=lambda one: len(one[0].body or b""))
    body = call.body or b""
    connection = connect(running)
    try:
        # The way there may take its time to open; a request that is not there yet would not be in flight.
        connection.request(call.method, call.target, call.body, call.headers)
        connection.getresponse().read()
        connection.putrequest(call.method, call.target)
        for name, value in call.headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[: len(body) // 2])
        time.sleep(_ACCEPTED_SECONDS)  # for the server to be in the middle of reading it
        running.terminate()
        begun = time.monotonic()
        time.sleep(_ACCEPTED_SECONDS)
        connection.send(body[len(body) // 2 :])
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise failure(running, f"the request in flight at SIGTERM was lost: {error!r}") from None
    finally:
        connection.close()
    if status != right:
        raise failure(running, f"the request in flight at SIGTERM was answered {status}, expected {right}")
    _await_end(running, seconds)
    return Ending(status, time.monotonic() - begun)


def _await_end(running: Running, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (code := running.exit_code()) is None:
        if time.monotonic() > until:
            raise failure(running, f"the service still runs {seconds:.0f} s after SIGTERM")
        time.sleep(_PAUSE_SECONDS)
    if code != 0:
        raise failure(running, f"the service ended with exit code {code} after SIGTERM, expected 0")
    if left := running.left_behind():
        raise ServiceError(f"the service left something behind: {left}")
