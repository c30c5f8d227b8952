"""An environment's workload on the cluster."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tests.infra.support.environments import objects

from .images import Packed
from .kubectl import Manifest, apply, eventually, get, kubectl

_UNCHANGED: Mapping[str, object] = MappingProxyType({})
_ANSWER_SECONDS = 5


@dataclass
class Deployed:
    """The workload of `stack` under a name of its own."""

    name: str
    stack: str = "dev"
    objects: list[Manifest] = field(default_factory=list)
    """What was applied last."""

    @property
    def namespace(self) -> str:
        """Where it lives."""
        return f"scoring-{self.name}"

    def release(
        self, image: Packed, changes: Mapping[str, object] = _UNCHANGED, app: Mapping[str, object] = _UNCHANGED
    ) -> list[str]:
        """Apply every object for a release of `image`, and return the server's warnings."""
        model = {"model.version": image.model.version, "model.sha256": image.model.sha256, "buildId": image.build}
        self.objects = objects(
            self.stack, name=self.name, image=image.reference, changes=changes, release=model, app=app
        )
        # The metrics add-on's settings have one name: of several environments on a cluster, the last has its say.
        return apply(self.own) + apply(self._others(), "--force-conflicts")

    @property
    def own(self) -> list[Manifest]:
        """What is this environment's alone."""
        return [one for one in self.objects if self._is_own(one)]

    def _others(self) -> list[Manifest]:
        return [one for one in self.objects if not self._is_own(one)]

    def _is_own(self, manifest: Manifest) -> bool:
        return bool(manifest["metadata"].get("namespace", self.namespace) == self.namespace)

    def await_rollout(self, seconds: int = 180) -> None:
        """Wait until every wanted replica is of the newest revision and takes traffic, and no other is left."""
        eventually("the autoscaler to ask for the fewest", lambda: self.wanted >= self.fewest, seconds)
        kubectl("-n", self.namespace, "rollout", "status", "deployment", f"--timeout={seconds}s")
        eventually("the replicas that are wanted", self.settled, seconds)

    def settled(self) -> bool:
        """Whether all wanted replicas take traffic, and none is ending."""
        return len(self.pods()) == self.wanted == len(self.ready())

    @property
    def deployment(self) -> Any:
        """The Deployment as the cluster has it."""
        [only] = get("-n", self.namespace, "deployments")["items"]
        return only

    @property
    def fewest(self) -> int:
        """The least that its autoscaler keeps."""
        [autoscaler] = get("-n", self.namespace, "horizontalpodautoscalers")["items"]
        return int(autoscaler["spec"]["minReplicas"])

    @property
    def wanted(self) -> int:
        """How many replicas there should be."""
        return int(self.deployment["spec"]["replicas"])

    def pods(self) -> list[Any]:
        """All pods, those that are ending as well."""
        return list(get("-n", self.namespace, "pods")["items"])

    def ready(self) -> set[str]:
        """Pods that take traffic: those in the Service's endpoints."""
        slices = get("-n", self.namespace, "endpointslices", "-l", "kubernetes.io/service-name=scoring")["items"]
        return {
            endpoint["targetRef"]["name"]
            for one in slices
            for endpoint in one.get("endpoints") or []
            if endpoint["conditions"].get("ready")
        }

    def await_address(self) -> str:
        """The load balancer's address, once there is one."""

        def given() -> list[Any]:
            service = get("-n", self.namespace, "service", "scoring")
            return service["status"]["loadBalancer"].get("ingress") or []

        eventually("an address", lambda: bool(given()))
        return str(given()[0]["ip"])

    def version(self) -> Any:
        """GET /version through the load balancer, as JSON."""
        connection = http.client.HTTPConnection(self.await_address(), 80, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", "/version", headers={"Accept": "application/json"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def remove(self) -> None:
        """Delete everything that was applied, and wait until it is gone."""
        kubectl("delete", "namespace", self.namespace, "--ignore-not-found", "--timeout=180s")
        for one in self._others():
            named = (one["kind"], one["metadata"]["name"])
            kubectl("-n", one["metadata"]["namespace"], "delete", *named, "--ignore-not-found")
        for one in self.own:
            if one["kind"] == "PriorityClass":
                kubectl("delete", "PriorityClass", one["metadata"]["name"], "--ignore-not-found")
