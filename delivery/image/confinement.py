"""A container confined as the workload's Pod is. Memory and processors are those of the stack files."""

import json
import re
from dataclasses import dataclass

from delivery.failure import FailureError
from delivery.paths import ROOT
from delivery.preview.project import Project, read

_FIXED = (
    *("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--pids-limit", "256"),
)
_MEBIBYTES = {"Mi": 1, "Gi": 1024}
_MEMORY = re.compile(r"[1-9][0-9]{0,6}(Mi|Gi)")
_CORES = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True)
class Confinement:
    """`memory` and `cores` as a Pod of `stack` has them, and what of it the app may take at rest with its model."""

    stack: str
    memory: str
    cores: str
    model_memory: str
    user: int

    @property
    def options(self) -> tuple[str, ...]:
        """All of it as options of `docker run`. Docker's `m` is Kubernetes' Mi."""
        memory = f"{mebibytes(self.memory)}m"
        return (
            *_FIXED,
            "--user",
            f"{self.user}:{self.user}",
            "--memory",
            memory,
            "--memory-swap",
            memory,
            "--cpus",
            self.cores,
        )

    def __str__(self) -> str:
        return (
            f"read-only, user {self.user}, no capabilities, {self.memory} of memory, {self.cores} CPUs, 256 processes"
        )

    @property
    def out_of_memory(self) -> str:
        """The sentence for a container, or a process in it, that the kernel ended at the limit."""
        return (
            f"killed for memory: the limit is {self.memory}; raise slipway:workload.resources.memory in "
            f"Pulumi.{self.stack}.yaml, or take a model that needs less"
        )


def mebibytes(amount: str) -> int:
    """2048 for 2Gi."""
    return int(amount[:-2]) * _MEBIBYTES[amount[-2:]]


def read_confinement(project: Project, user: int) -> Confinement:
    """The confinement by the stack whose Pods have the least memory: a proved image may run in all of them.

    Raises FailureError for a stack file without usable resources.
    """
    found = [_of(project, stack, user) for stack in project.stacks]
    if not found:
        raise FailureError(f"{project.root}: no stack file, allowed: one Pulumi.<stack>.yaml at least")
    return min(found, key=lambda one: mebibytes(one.memory))


def confinement(user: int) -> Confinement:
    """The confinement by the stack files of this checkout."""
    return read_confinement(read(ROOT), user)


def _of(project: Project, stack: str, user: int) -> Confinement:
    try:
        workload = json.loads(project.config(stack).get("slipway:workload", "{}"))
    except ValueError:
        workload = {}
    given = workload.get("resources") if isinstance(workload, dict) else None
    resources = given if isinstance(given, dict) else {}
    place = f"Pulumi.{stack}.yaml: slipway:workload.resources"
    memory, model_memory = (_amount(resources.get(key), f"{place}.{key}") for key in ("memory", "modelMemory"))
    cores = resources.get("cpuLimit")
    if not isinstance(cores, str) or not _CORES.fullmatch(cores):
        raise FailureError(f'{place}.cpuLimit: found {_shown(cores)}, allowed: whole cores such as "2"')
    return Confinement(stack, memory, cores, model_memory, user)


def _amount(found: object, place: str) -> str:
    if not isinstance(found, str) or not _MEMORY.fullmatch(found):
        raise FailureError(f"{place}: found {_shown(found)}, allowed: mebibytes such as 512Mi or gibibytes such as 2Gi")
    return found


def _shown(value: object) -> str:
    return "nothing" if value is None else repr(value)
