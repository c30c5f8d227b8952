"""The cluster as its users see it: through kubectl, with what it says."""

import json
import subprocess
import time
from collections.abc import Callable, Iterable
from typing import Any

import yaml

Manifest = dict[str, Any]

_MANAGER = "slipway-tests"
_LONGEST_SECONDS = 300


class KubectlError(Exception):
    """kubectl failed; the message is its own."""


def kubectl(*arguments: str, text: str = "", codes: Iterable[int] = (0,)) -> str:
    """What kubectl prints. KubectlError unless it ends with one of `codes`."""
    done = _run(arguments, text)
    if done.returncode not in codes:
        raise KubectlError(f"kubectl {' '.join(arguments)}: {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _run(arguments: Iterable[str], text: str = "") -> subprocess.CompletedProcess[str]:
    command = ["kubectl", *arguments]
    try:
        return subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, timeout=_LONGEST_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise KubectlError(f"{' '.join(command)}: not done within {_LONGEST_SECONDS} s") from error


def apply(objects: Iterable[Manifest], *options: str) -> list[str]:
    """Apply on the server's side, and return the server's warnings. KubectlError where it refuses."""
    text = yaml.safe_dump_all(objects)
    arguments = ("apply", "--server-side", f"--field-manager={_MANAGER}", *options, "--filename", "-")
    done = _run(arguments, text)
    if done.returncode:
        raise KubectlError(done.stderr.strip())
    return [line for line in done.stderr.splitlines() if line.startswith("Warning")]


def unchanged(objects: Iterable[Manifest]) -> bool:
    """Whether applying would change nothing."""
    arguments = ("diff", "--server-side", f"--field-manager={_MANAGER}", "--filename", "-")
    return kubectl(*arguments, text=yaml.safe_dump_all(objects), codes=(0, 1)) == ""


def get(*arguments: str) -> Any:
    """Objects as data."""
    return json.loads(kubectl("get", *arguments, "--output", "json"))


def evict(namespace: str, pod: str) -> bool:
    """Ask for a pod's eviction, as a drain does. False where a disruption budget refuses."""
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": pod, "namespace": namespace},
    }
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction"
    done = _run(("create", "--raw", path, "--filename", "-"), json.dumps(eviction))
    if done.returncode and "disruption budget" not in done.stderr:
        raise KubectlError(done.stderr.strip())
    return done.returncode == 0


def eventually(what: str, condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until `condition` holds. Fails the test with `what` after `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.25)
