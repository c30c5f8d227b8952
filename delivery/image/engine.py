"""The Docker engine, through its command line: what Docker Desktop, Colima and remote engines share."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence

from delivery.failure import FailureError, NotFoundError

_ANSWER_SECONDS = 20
_GRACE_SECONDS = 10


class EngineError(FailureError):
    """The engine refused or failed; the message carries its own words."""


def absence() -> str:
    """Return the reason why no image can be built here, or the empty string where one can."""
    if not shutil.which("docker"):
        return "docker is not on PATH"
    for question, answer in (
        (("version", "--format", "{{.Server.Version}}"), "no Docker engine answers"),
        (("buildx", "version"), "docker has no buildx plugin"),
    ):
        try:
            docker(*question, seconds=_ANSWER_SECONDS)
        except EngineError as error:
            return f"{answer}: {error}"
    return ""


def docker(*arguments: str, seconds: float = 60, all_output: bool = False) -> str:
    """Return what `docker <arguments>` prints. Raises EngineError."""
    process = _start(arguments, subprocess.STDOUT if all_output else subprocess.PIPE)
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise EngineError(f"docker {arguments[0]}: no answer within {seconds:.0f} s") from None
    except BaseException:
        _end(process)
        raise
    if process.returncode:
        raise EngineError(f"docker {arguments[0]}: {_last_words(errors or output)}")
    return output.strip()


def stream(arguments: Sequence[str], read: Callable[[str], None], environment: Mapping[str, str] | None = None) -> None:
    """Run `docker <arguments>`, handing on every line at once. Raises EngineError with the last one."""
    last = ""
    with _start(arguments, subprocess.STDOUT, environment) as process:
        try:
            for line in process.stdout or ():
                last = line.rstrip() or last
                read(line.rstrip())
        except BaseException:
            process.send_signal(signal.SIGINT)
            _end(process, seconds=_GRACE_SECONDS)
            raise
    if process.returncode:
        raise EngineError(f"docker {arguments[0]}: {last}")


def _start(
    arguments: Sequence[str], errors: int, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["docker", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        errors="replace",
        env={**os.environ, **(environment or {})},
        start_new_session=True,  # Ctrl-C in a terminal goes to everybody in the session; here it is ours to pass on
    )


def _end(process: subprocess.Popen[str], seconds: float = 0) -> None:
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def ensure_image(reference: str, show: Callable[[str], None]) -> str:
    """The id of the image `reference`, pulled if the engine has not got it. Raises NotFoundError."""
    try:
        return image_id(reference)
    except EngineError:
        try:
            stream(["pull", reference], show)
            return image_id(reference)
        except EngineError as error:
            raise NotFoundError(
                f"base image {reference} cannot be had ({error}); name one that this engine has or can pull, "
                "with Python 3.11 or newer and pip: BASE_IMAGE=..."
            ) from None


def image_id(reference: str) -> str:
    """The id of an image that the engine has. Raises EngineError."""
    return docker("image", "inspect", "--format", "{{.Id}}", reference)


def repository_digest(reference: str) -> str | None:
    """The digest under which a registry knows an image that the engine has; None for one that never was in any."""
    names: list[str] = json.loads(docker("image", "inspect", "--format", "{{json .RepoDigests}}", reference)) or []
    return names[0].rpartition("@")[2] if names else None


def image_labels(reference: str) -> dict[str, str]:
    """The labels of an image that the engine has."""
    labels: dict[str, str] | None = json.loads(
        docker("image", "inspect", "--format", "{{json .Config.Labels}}", reference)
    )
    return labels or {}


def engine_version() -> str:
    """Such as 28.2.2."""
    return docker("version", "--format", "{{.Server.Version}}")


def _last_words(output: str) -> str:
    lines = output.strip().splitlines()
    return lines[-1] if lines else "no word from it"
