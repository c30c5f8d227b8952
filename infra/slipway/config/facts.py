"""Numbers of a stack file that apps count with."""

from slipway.contract.application import Facts
from slipway.contract.words import Fact

from .quantities import mebibytes
from .workload import Workload


def counted(workload: Workload) -> Facts:
    """The numbers that settings of an app may follow."""
    return {
        Fact.CORES: int(workload.resources.cpu_limit),
        Fact.MEMORY_BYTES: mebibytes(workload.resources.memory) << 20,
        Fact.DRAIN_SECONDS: workload.rollout.drain_seconds,
        Fact.GRACE_SECONDS: workload.rollout.grace_seconds,
    }
