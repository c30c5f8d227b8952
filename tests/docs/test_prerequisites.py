"""The first environment's page names what the program needs: services, cores, machines, how many resources."""

import re
from functools import cache

import pytest

from delivery.doctor.azure import PROVIDERS
from delivery.paths import ROOT
from delivery.preview import project
from delivery.preview.render import render
from delivery.simulator.arm import arm_type
from slipway import node_pools
from slipway.config.load import parse
from slipway.config.network import NatGateway
from slipway.config.node_pools import SystemPool, UserPool
from slipway.config.problems import ConfigError
from slipway.config.stack import StackConfig
from tests.docs.support.pages import page
from tests.infra.golden.text import STACKS, recorded

PAGE = page("docs/tutorial/first-environment.md")


@cache
def config(stack: str) -> StackConfig:
    return parse(stack, project.read(ROOT).config(stack))


def pools(stack: str) -> list[SystemPool | UserPool]:
    return [config(stack).cluster.system, *config(stack).cluster.pools.values()]


def cores(pool: SystemPool | UserPool) -> int:
    found = re.match(r"Standard_[A-Z]+(\d+)", pool.vm_size)
    assert found, pool.vm_size
    return int(found.group(1))


def column(heading: str, stack: str) -> dict[str, str]:
    """A table's rows by their first cell, in the column of the stack."""
    return {name: dict(zip(STACKS, cells, strict=True))[stack] for name, *cells in PAGE.rows(heading)}


def test_every_service_that_the_program_uses_is_registered() -> None:
    (loop,) = [line for line in PAGE.commands if line.startswith("for NAME in")]
    registered = set(re.findall(r"Microsoft\.\w+", loop))
    types = {one.type for stack in STACKS for one in recorded(stack).resources}
    used = {arm_type(one).type.partition("/")[0] for one in types if one.startswith("azure-native:")}
    assert len(used) > 10
    assert used | set(PROVIDERS) <= registered


@pytest.mark.parametrize("stack", STACKS)
def test_the_cores_are_those_of_the_pools(stack: str) -> None:
    told = column("3. What the subscription must allow", stack)
    surged = [pool.max_count + node_pools.surge_nodes(pool.max_surge, pool.max_count) for pool in pools(stack)]
    assert told["at first"] == str(sum(cores(pool) * pool.min_count for pool in pools(stack)))
    assert told["at most"] == str(sum(cores(pool) * pool.max_count for pool in pools(stack)))
    assert told["at most, during an upgrade"] == str(
        sum(cores(pool) * count for pool, count in zip(pools(stack), surged, strict=True))
    )


@pytest.mark.parametrize("stack", STACKS)
def test_what_costs_money_is_what_the_stack_file_says(stack: str) -> None:
    told, found = column("6. Look first", stack), config(stack)
    system, app = found.cluster.system, found.cluster.pools["app"]
    logs = found.monitoring.logs
    assert told["AKS control plane"] == found.cluster.tier
    assert told["machines for Kubernetes"] == f"{system.min_count} to {system.max_count} {system.vm_size}"
    assert told["machines for the app"] == f"{app.min_count} to {app.max_count} {app.vm_size}"
    assert told["disks of the machines"].startswith(f"{app.os_disk_gib} GiB {app.os_disk_type} each")
    assert told["registry"] == found.registry.sku + (", zone redundant" if found.registry.zone_redundant else "")
    assert told["model store"].startswith(found.model.blob.redundancy if found.model and found.model.blob else "dev's")
    assert told["NAT gateway"].startswith("1" if isinstance(found.network.nat_gateway, NatGateway) else "none")
    assert told["logs"] == f"at most {logs.daily_cap_gb:g} GB a day, kept {logs.retention_days} days"
    assert told["Microsoft Defender"].startswith("yes" if found.cluster.security.defender else "no")
    assert told["private endpoints"].startswith(
        str(len(recorded(stack).all("azure-native:network:PrivateEndpoint")) or "none")
    )


def test_the_first_preview_has_as_many_resources_as_it_says() -> None:
    count = len(render(ROOT, "dev", None).resources)
    assert f"\n{count} resources of dev rendered into .slipway/render\n" in PAGE.text


def test_a_refused_file_looks_as_it_is_shown() -> None:
    texts = dict(project.read(ROOT).config("dev"))
    texts["slipway:environment"] = texts["slipway:environment"].replace('"x7k2"', '"X7"')
    texts["slipway:cluster"] = texts["slipway:cluster"].replace('"Free"', '"Fre"')
    with pytest.raises(ConfigError) as caught:
        parse("dev", texts)
    assert f"error: {caught.value}\n" in PAGE.text
