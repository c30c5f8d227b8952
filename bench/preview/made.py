"""An engine's preview as large as is asked for: what it looks like in a big estate, made from a seed."""

import json
import random
from typing import Any

_KINDS = (
    "azure-native:storage:StorageAccount",
    "azure-native:network:PublicIPAddress",
    "azure-native:authorization:RoleAssignment",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:core/v1:Service",
)
_OPERATIONS = ("same", "update", "replace", "create", "delete")


def engine_preview(count: int, seed: int = 1) -> bytes:
    """The output of `pulumi preview --json --show-sames` for `count` resources in components of a hundred."""
    draw = random.Random(seed)
    steps = [_step(draw, number) for number in range(count)]
    summary: dict[str, int] = {}
    for step in steps:
        summary[step["op"]] = summary.get(step["op"], 0) + 1
    return json.dumps({"steps": steps, "diagnostics": [], "changeSummary": summary}, indent=4).encode()


def _step(draw: random.Random, number: int) -> dict[str, Any]:
    kind = draw.choice(_KINDS)
    group = f"own:index:Component$own:index:Inner::part-{number // 100}"
    urn = f"urn:pulumi:big::estate::{kind}::resource-{number}"
    operation = draw.choices(_OPERATIONS, (50, 25, 10, 10, 5))[0]
    old = _inputs(draw, kind, number)
    new = json.loads(json.dumps(old))
    path = _change(draw, kind, new)
    if operation in ("same", "delete"):
        new = old
    step: dict[str, Any] = {"op": operation, "urn": urn, "detailedDiff": None}
    if operation != "create":
        step["oldState"] = _state(urn, kind, group, old, draw, number)
    if operation != "delete":
        step["newState"] = _state(urn, kind, group, new, draw, number)
    if operation in ("update", "replace"):
        suffix = "-replace" if operation == "replace" else ""
        step["detailedDiff"] = {path: {"kind": f"update{suffix}", "inputDiff": True}}
    return step


def _state(urn: str, kind: str, group: str, inputs: dict[str, Any], draw: random.Random, number: int) -> dict[str, Any]:
    needs = [f"urn:pulumi:big::estate::{kind}::resource-{draw.randrange(number + 1)}" for _ in range(3)]
    return {
        "urn": urn,
        "custom": True,
        "id": f"/subscriptions/0/resourceGroups/rg/providers/x/resource-{number}",
        "type": kind,
        "inputs": inputs,
        "outputs": {**inputs, "provisioningState": "Succeeded", "uid": str(draw.random())},
        "parent": f"urn:pulumi:big::estate::{group}",
        "dependencies": needs,
        "propertyDependencies": dict.fromkeys(inputs, needs),
        "created": "2026-11-22T15:56:03.522000558Z",
        "sourcePosition": "project:///infra/__main__.py#5",
        "stackTrace": [{"sourcePosition": f"project:///.venv/lib/runtime/stack.py#{line}"} for line in range(12)],
    }


def _inputs(draw: random.Random, kind: str, number: int) -> dict[str, Any]:
    labels = {f"app.kubernetes.io/label-{n}": f"value-{draw.randrange(9)}" for n in range(6)}
    if kind.startswith("kubernetes:"):
        containers = [
            {
                "name": f"c{n}",
                "image": f"registry.example/app@sha256:{draw.randrange(16**60):064x}",
                "env": [{"name": f"V{m}", "value": str(draw.random())} for m in range(8)],
                "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
            }
            for n in range(2)
        ]
        spec = {"replicas": 2, "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}}}
        return {"metadata": {"name": f"r{number}", "namespace": "apps", "labels": labels}, "spec": spec}
    return {
        "resourceGroupName": "rg-big",
        "location": "westeurope",
        "tags": labels,
        "principalType": "ServicePrincipal",
        "sku": {"name": "Standard"},
        "rules": [{"name": f"rule-{n}", "value": draw.random(), "ports": [80, 443]} for n in range(10)],
    }


def _change(draw: random.Random, kind: str, inputs: dict[str, Any]) -> str:
    """Change one property; its path, as the engine writes it."""
    if kind.startswith("kubernetes:"):
        inputs["spec"]["template"]["spec"]["containers"][1]["env"][3]["value"] = str(draw.random())
        return "spec.template.spec.containers[1].env[3].value"
    inputs["rules"][4]["value"] = draw.random()
    return "rules[4].value"
