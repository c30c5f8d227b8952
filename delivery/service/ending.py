"""How a service ends when Kubernetes takes its pod away: the picture in flight is answered, then exit code 0."""

import http.client
import time
from dataclasses import dataclass
from pathlib import Path

from .client import connect
from .running import Running, ServiceError, failure

END_SECONDS = 40
_ACCEPTED_SECONDS = 0.5
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Ending:
    """What was seen: the in-flight picture's status, and seconds from SIGTERM to the exit with code 0."""

    status: int
    seconds: float


def end(running: Running, picture: Path, seconds: float = END_SECONDS) -> Ending:
    """SIGTERM in the middle of a picture. Raises ServiceError unless it is answered and the service ends clean."""
    body = picture.read_bytes()
    connection = connect(running)
    try:
        # The way there may take its time to open; a picture that is not there yet would not be in flight.
        connection.request("GET", "/v2/health/live")
        connection.getresponse().read()
        connection.putrequest("POST", "/v1/classify")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[: len(body) // 2])
        time.sleep(_ACCEPTED_SECONDS)  # for the server to be in the middle of reading it
        running.terminate()
        begun = time.monotonic()
        time.sleep(_ACCEPTED_SECONDS)
        connection.send(body[len(body) // 2 :])
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise failure(running, f"the picture in flight at SIGTERM was lost: {error!r}") from None
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise failure(running, f"the picture in flight at SIGTERM was answered {status}, expected 200")
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
