"""Releases on a Kubernetes cluster: the rendered objects, applied into a scratch environment of their own."""

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from delivery.examples.folder import Examples
from delivery.failure import FailureError
from delivery.interrupts import held
from delivery.release.command import Command
from delivery.release.engine import UnstartedError

from .objects import POOL, Objects, render
from .stage import Stage

_MANAGER = "slipway-rehearsal"
_REMEDY = "it comes with Kubernetes: https://kubernetes.io/docs/tasks/tools/"
_ROLLOUT_SECONDS = 300
_FIRST_SECONDS = 120
_ADDRESS_SECONDS = 60
_REMOVAL_SECONDS = 180
_PAUSE_SECONDS = 0.5
_NO_IMAGE = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "RegistryUnavailable")
_NO_ROOM = "Unschedulable"
_KILLED = "OOMKilled"
_RAISE = "raise slipway:workload.resources.memory of its stack file, or take a model that needs less"
_NO_SAY = re.compile(
    r"(?m)forbidden: User .* cannot |^error: You must be logged in|: no answer within |"
    r"^Unable to connect to the server|^The connection to the server .* was refused"
)
"""kubectl's words where a cluster does not let us, or does not answer."""


class UnusableError(UnstartedError):
    """The cluster cannot run any release, for a reason of its own that the message says."""


class LackError(FailureError):
    """The cluster lacks something that every release needs."""


class ClusterStage(Stage):
    """A namespace with the workload, behind a Service of type LoadBalancer."""

    def __init__(self, folder: Path, images: Mapping[str, str], ready_path: str) -> None:
        """`images` has each digest's reference; what is applied is kept in `folder` for people to look at."""
        super().__init__()
        self.name = f"r{secrets.token_hex(3)}"
        self.form = f"Kubernetes, scratch environment {self.name}"
        self.host, self.port, self.ready_path = "", 80, ready_path
        self.left_out: tuple[str, ...] = ()
        self._folder = folder
        self._images = images
        self._objects: Objects | None = None
        self._kubectl = Command("kubectl", _REMEDY)

    def up(self, release: Mapping[str, Any], message: str, read: Callable[[str], None]) -> None:
        """Apply, and wait until every replica is of this release and takes traffic.

        Raises FailureError; where nothing has run there yet and what fails is the cluster's own, UnusableError.
        """
        read(message)
        first = self._objects is None
        digest = str(release["digest"])
        objects = render(self.name, release, self._images[digest], pooled=self._pooled())
        self.left_out = objects.left_out
        try:
            with held():
                self._objects = objects
                self._apply(objects)
            self._await_rollout(read, _FIRST_SECONDS if first else _ROLLOUT_SECONDS)
            self.host = self.host or self._await_address(read)
        except FailureError as error:
            if first and (isinstance(error, LackError) or _NO_SAY.search(str(error))):
                raise UnusableError(str(error)) from None
            raise

    def end(self, examples: Examples) -> str:
        """Delete it in order, and wait until nothing of it is left."""
        del examples  # a replica's end is Kubernetes' here: the rollouts under load have shown it
        begun = time.monotonic()
        self._delete()
        return f"namespace and what belonged to it are gone after {time.monotonic() - begun:.0f} s"

    def log(self) -> str:
        """The last lines of each replica."""
        if self._objects is None:
            return ""
        ran = self._kubectl.attempt(
            "-n", self._objects.namespace, "logs", "--all-containers", "--prefix", "--tail=20", "-l", self._selector()
        )
        return ran.output.decode(errors="replace")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._objects is None:
            return
        with held():
            # When the rehearsal broke off, it does not wait for replicas to leave in three steps.
            namespace = self._objects.namespace
            self._kubectl.attempt("-n", namespace, "delete", "deployments", "--all", "--wait=false")
            self._kubectl.attempt("-n", namespace, "delete", "pods", "--all", "--force", "--grace-period=0")
            self._delete()

    def _apply(self, objects: Objects) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "objects.yaml"
        file.write_text(yaml.safe_dump_all(objects.applied), encoding="utf-8")
        self._kubectl.run("apply", "--server-side", "--force-conflicts", f"--field-manager={_MANAGER}", "-f", str(file))

    def _await_rollout(self, read: Callable[[str], None], seconds: float) -> None:
        """Every wanted replica is ready, and none of another revision is left."""
        assert self._objects is not None
        fewest = int(self._objects.one("HorizontalPodAutoscaler")["spec"]["minReplicas"])
        until, last = time.monotonic() + seconds, ""
        while True:
            deployment, pods = self._get("deployment", self._deployment()), self._get("pods")["items"]
            wanted, status = int(deployment["spec"].get("replicas", 1)), deployment.get("status", {})
            current = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
            updated, ready = int(status.get("updatedReplicas", 0)), int(status.get("readyReplicas", 0))
            if current and wanted >= fewest and wanted == updated == ready == len(pods):
                return
            said = f"{updated} of {wanted} replicas are new, {ready} ready, {max(0, len(pods) - wanted)} leaving"
            if said != last:
                read(last := said)
            trouble = _trouble(pods)
            if trouble and trouble[0] in _NO_IMAGE:
                raise LackError(f"the cluster cannot pull the image: {': '.join(trouble)}")
            if time.monotonic() > until:
                reason = ": ".join(trouble) or "the rollout hangs"
                kind = LackError if trouble[:1] == (_NO_ROOM,) else FailureError
                raise kind(f"not every replica is ready within {seconds:.0f} s: {reason}")
            time.sleep(_PAUSE_SECONDS)

    def _await_address(self, read: Callable[[str], None]) -> str:
        until = time.monotonic() + _ADDRESS_SECONDS
        read("waiting for the load balancer's address")
        while time.monotonic() < until:
            service = self._get("service", self._service())
            for entry in service["status"].get("loadBalancer", {}).get("ingress") or ():
                return str(entry.get("ip") or entry["hostname"])
            time.sleep(_PAUSE_SECONDS)
        raise LackError(f"Services of type LoadBalancer get no address there, waited {_ADDRESS_SECONDS} s")

    def _delete(self) -> None:
        """The namespace with all that is in it, then what belongs to the whole cluster."""
        if self._objects is None:
            return
        wait = ("--ignore-not-found", f"--timeout={_REMOVAL_SECONDS}s")
        self._kubectl.run("delete", "namespace", self._objects.namespace, *wait)
        for kind, name in self._objects.shared:
            self._kubectl.run("delete", kind, name, *wait)
        self._objects = None

    def _pooled(self) -> bool:
        """Return True where any node has the pool's label."""
        found = json.loads(self._kubectl.run("get", "nodes", "-l", POOL, "--output", "json"))
        return bool(found["items"])

    def _get(self, *what: str) -> Any:  # noqa: ANN401 - Kubernetes' JSON
        assert self._objects is not None
        return json.loads(self._kubectl.run("-n", self._objects.namespace, "get", *what, "--output", "json"))

    def _deployment(self) -> str:
        assert self._objects is not None
        return str(self._objects.one("Deployment")["metadata"]["name"])

    def _service(self) -> str:
        assert self._objects is not None
        return str(self._objects.one("Service")["metadata"]["name"])

    def _selector(self) -> str:
        assert self._objects is not None
        labels = self._objects.one("Deployment")["spec"]["selector"]["matchLabels"]
        return ",".join(f"{key}={value}" for key, value in labels.items())


def _ended(container: Any) -> dict[str, Any]:  # noqa: ANN401 - Kubernetes' JSON
    """The end that a container came to now or the last time; empty for one that never ended."""
    ends = (container.get(name, {}).get("terminated") for name in ("state", "lastState"))
    return next((dict(end) for end in ends if end), {})


def _trouble(pods: list[Any]) -> tuple[str, ...]:
    """Return the reason why a pod does not come up, and its message; empty where no pod has a reason."""
    for pod in pods:
        for container in pod["status"].get("containerStatuses", ()):
            if _ended(container).get("reason") == _KILLED:
                return _KILLED, f"{container.get('name', 'the container')} was killed for memory; {_RAISE}"
            waiting = container["state"].get("waiting") or {}
            if waiting.get("reason") not in (None, "ContainerCreating", "PodInitializing"):
                return str(waiting["reason"]), str(waiting.get("message", ""))
        for condition in pod["status"].get("conditions", ()):
            if condition["type"] == "PodScheduled" and condition["status"] == "False":
                return str(condition.get("reason", "Pending")), str(condition.get("message", ""))
    return ()
