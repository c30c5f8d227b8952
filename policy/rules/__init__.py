"""The rules, a module for each thing that they guard."""

from policy.model import Rule, StackRule

from . import access, cluster, entry, network, pipelines, registry, secrets, stacks, storage, workload

RULES: tuple[Rule, ...] = (
    *storage.RULES,
    *registry.RULES,
    *cluster.RULES,
    *network.RULES,
    *entry.RULES,
    *access.RULES,
    *workload.RULES,
    *pipelines.RULES,
    *secrets.RULES,
)
STACK_RULES: tuple[StackRule, ...] = (*stacks.RULES, *entry.STACK_RULES)
