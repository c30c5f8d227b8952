"""Parts of this machine that a rehearsal uses, and those that it lacks: what is lost, and how to get it."""

import ipaddress
import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from delivery.failure import FailureError
from delivery.image.engine import absence, engine_version
from delivery.image.registry.place import Place
from delivery.release.command import Command
from delivery.up.programs import Program, find_engine, missing_engine, missing_sdk

_ANSWER_SECONDS = 20
_ANOTHER_APP = "the stack files run another app; slipway:app.contract names it there"


@dataclass(frozen=True)
class Missing:
    """A part that is left out: why, what is then not proved, and what to do for it."""

    name: str
    reason: str
    lost: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.reason}. Not proved: {self.lost}.{f' To have it: {self.remedy}' if self.remedy else ''}"


def no_image(reason: str) -> Missing:
    """No image is packed."""
    return Missing(
        "the image",
        reason,
        "that it builds, passes its test, and runs confined as in production",
        "start a Docker engine with buildx, and where the base image cannot be pulled, name another: BASE_IMAGE=...",
    )


def no_push(reason: str) -> Missing:
    """No image is pushed."""
    return Missing(
        "the push",
        reason,
        "digest, bill of materials, provenance, release.json",
        "make rehearse REGISTRY=host[:port]/repository",
    )


def no_previews(reason: str) -> Missing:
    """Nothing is rendered."""
    return Missing(
        "the previews",
        reason,
        "what each environment consists of, and what the second release would change there",
        "" if reason == _ANOTHER_APP else "make .venv/.local",
    )


def no_engine(reason: str) -> Missing:
    """No environment comes up on the simulated Azure."""
    return Missing(
        "the environments on a simulated Azure",
        reason,
        "order, replacements and protection, as a real Pulumi engine decides them",
        "" if reason == _ANOTHER_APP else "put Pulumi on PATH, or: slipway up --simulated --install-engine",
    )


def no_cluster(reason: str) -> Missing:
    """Releases do not run on Kubernetes."""
    return Missing(
        "the cluster",
        reason,
        "admission, the rollout of replicas, the load balancer",
        "set KUBECONFIG to a cluster on this machine, and REGISTRY to a registry that it pulls from",
    )


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The parts of a machine. Each is empty where it can be used, else the reason why it cannot."""

    image: str = ""
    registry: str = ""
    sdk: str = ""
    pulumi: str = ""
    cluster: str = ""
    engine: str = ""
    """The engine's version, where there is one."""
    kubernetes: str = ""
    """The cluster's version, where there is one."""
    program: Program | None = None
    """Pulumi's engine, where there is one."""

    @classmethod
    def look(
        cls,
        registry: Place | None,
        *,
        image: bool = True,
        up: bool = True,
        any_cluster: bool = False,
        staged: bool = True,
    ) -> "Machine":
        """Ask everything that is named or on PATH. Nothing is changed. `staged`: the stack files run the very app."""
        no_engine = absence() if image else "--no-image was given"
        cluster, version = _cluster(any_cluster=any_cluster)
        sdk = missing_sdk() if staged else _ANOTHER_APP
        program = find_engine() if up and not sdk else None
        return cls(
            image=no_engine,
            registry="" if registry else "REGISTRY names no place",
            sdk=sdk,
            pulumi="" if program else sdk or (missing_engine() if up else "--no-up was given"),
            program=program,
            cluster=cluster,
            engine="" if no_engine else engine_version(),
            kubernetes=version,
        )

    def parts(self) -> Iterator[str]:
        """Yield the parts that are there, for people."""
        if self.engine:
            yield f"Docker engine {self.engine}"
        if not self.registry:
            yield "a registry"
        if not self.sdk:
            yield "Pulumi's SDK"
        if self.program:
            yield "Pulumi's engine"
        if not self.cluster:
            yield f"Kubernetes {self.kubernetes}"

    @property
    def no_cluster(self) -> str:
        """Return why releases cannot run on the cluster: itself, or what it needs from here; empty where they can."""
        if self.cluster:
            return self.cluster
        needs = {"a pushed image": self.image or self.registry, "the rendered objects": self.sdk}
        lacking = [f"it needs {what}, but {reason}" for what, reason in needs.items() if reason]
        return lacking[0] if lacking else ""


def _cluster(*, any_cluster: bool) -> tuple[str, str]:
    """Return why the cluster cannot be used, and its version where it can."""
    if not os.environ.get("KUBECONFIG"):
        return "KUBECONFIG is not set", ""
    if not shutil.which("kubectl"):
        return "kubectl is not on PATH", ""
    kubectl = Command("kubectl", "")
    try:
        server = kubectl.run("config", "view", "--minify", "--output", "jsonpath={.clusters[0].cluster.server}")
        host = urlsplit(server.decode()).hostname or ""
        if not any_cluster and not _here(host):
            return f"the cluster at {host} is not on this machine; SLIPWAY_ANY_CLUSTER=yes uses it all the same", ""
        asked = kubectl.run("version", "--output", "json", f"--request-timeout={_ANSWER_SECONDS}s")
        version = str(json.loads(asked)["serverVersion"]["gitVersion"])
        kubectl.run("auth", "can-i", "create", "namespaces", "--quiet")
    except FailureError as error:
        return f"the cluster that KUBECONFIG names cannot be used: {_first_line(error)}", ""
    return "", version


def _first_line(error: FailureError) -> str:
    """A command's complaint is in its last line."""
    return str(error).splitlines()[-1]


def _here(host: str) -> bool:
    """Return True where the name is this machine's. A cluster elsewhere may well be in use by others."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(address.partition("%")[0]).is_loopback for address in found)
