"""The one container of a replica."""

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.config.workload import Resources, Workload
from slipway.contract import Contract
from slipway.naming import Naming

from . import ports, probes


def container(
    naming: Naming, workload: Workload, contract: Contract, *, image: pulumi.Input[str], settings: pulumi.Input[str]
) -> core.ContainerArgs:
    """The app in `image`, told by the config map named `settings`."""
    return core.ContainerArgs(
        name=naming.workload,
        image=image,
        # A digest never changes, so a node that has it starts without asking the registry: also while that is away.
        image_pull_policy="IfNotPresent",
        env_from=[core.EnvFromSourceArgs(config_map_ref=core.ConfigMapEnvSourceArgs(name=settings))],
        ports=[
            core.ContainerPortArgs(name=name, container_port=port, protocol="TCP")
            for name, port in ports.named(contract).items()
        ],
        resources=_resources(workload.resources),
        startup_probe=probes.startup(contract, workload.rollout.start_seconds),
        readiness_probe=probes.readiness(contract),
        liveness_probe=probes.liveness(contract),
        lifecycle=core.LifecycleArgs(
            # The kubelet itself sleeps, so the image needs no shell for it.
            pre_stop=core.LifecycleHandlerArgs(sleep=core.SleepActionArgs(seconds=workload.rollout.pre_stop_seconds))
        ),
        security_context=core.SecurityContextArgs(
            allow_privilege_escalation=False,
            capabilities=core.CapabilitiesArgs(drop=["ALL"]),
            privileged=False,
            # No folder to write to either, but for /dev/shm, which every container has.
            read_only_root_filesystem=True,
        ),
        termination_message_policy="FallbackToLogsOnError",
    )


def _resources(resources: Resources) -> core.ResourceRequirementsArgs:
    disk = {"ephemeral-storage": resources.ephemeral_storage}
    return core.ResourceRequirementsArgs(
        requests={"cpu": resources.cpu_request, "memory": resources.memory, **disk},
        limits={"cpu": resources.cpu_limit, "memory": resources.memory, **disk},
    )
