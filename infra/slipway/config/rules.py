"""Every rule across fields and sections."""

from collections.abc import Callable, Iterator

from . import (
    address,
    app_rules,
    canary_rules,
    cluster_rules,
    date_rules,
    entry_rules,
    environment,
    image,
    machine_rules,
    model,
    monitoring,
    network_rules,
    pipelines_rules,
    promise_rules,
    range_rules,
    registry,
    reserved_rules,
    workload_rules,
)

Rule = Callable[..., Iterator[tuple[str, str, str]]]
"""Yields (path, found, allowed) for what contradicts itself. Its parameters are named after the sections it reads,
or `today`."""

RULES: tuple[Rule, ...] = (
    *environment.RULES,
    *network_rules.RULES,
    *model.RULES,
    *registry.RULES,
    *cluster_rules.RULES,
    *date_rules.RULES,
    *machine_rules.RULES,
    *range_rules.RULES,
    *reserved_rules.RULES,
    *address.RULES,
    *entry_rules.RULES,
    *canary_rules.RULES,
    *monitoring.RULES,
    *promise_rules.RULES,
    *workload_rules.RULES,
    *app_rules.RULES,
    *pipelines_rules.RULES,
    *image.RULES,
)
