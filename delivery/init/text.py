"""The text of a stack file, from answers and a template: pure."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from string import Template
from typing import Any

import yaml

from delivery.failure import FailureError
from delivery.stack_file import parse_mapping
from slipway.contract import Contract
from slipway.regions import has_zones

from .answers import Answers, DevOps
from .sizes import choose_machine, choose_version

_TEMPLATES = Path(__file__).parent / "templates"
_LEVELS = {False: (99.0, 2.0, 0.5), True: (99.9, 1.0, 0.25)}
"""Availability, p99Seconds and queueSeconds, of a first and of a later environment."""


def write_text(answers: Answers, contract: Contract, today: date) -> str:
    """Return a whole stack file."""
    later = bool(answers.promotes_from)
    template = (_TEMPLATES / ("later.yaml" if later else "first.yaml")).read_text(encoding="utf-8")
    zones = has_zones(answers.location)
    facts = {
        "workload": answers.workload,
        "location": answers.location,
        "suffix": _scalar(answers.suffix),
        "owner": _scalar(answers.owner),
        "cost_centre": _scalar(answers.cost_centre),
        "protect": _scalar(answers.protect),
        "earlier": answers.promotes_from,
        "address_space": answers.address_space,
        "callers": _list(answers.callers),
        "model": _block(_model(answers, zones=zones)),
        "kubernetes": choose_version(today),
        "small_machine": choose_machine(2, local_disk=False),
        "system_machine": choose_machine(4, local_disk=True),
        "app_machine": choose_machine(8, local_disk=True),
        "zones": _list(("1", "2", "3") if zones else ()),
        "zone_redundant": _scalar(zones),
        "admins": _list(answers.admins),
        "emails": _list(answers.emails),
        "record": _block(_record(answers)),
        "entry": _block(_entry(answers, later=later)),
        # A gateway counts by callers, whose addresses only nodes with a proxy see; that keeps replicas apart.
        "traffic": "Local" if answers.https else "Cluster",
        "spread": "required" if answers.https else "preferred",
        "service_level": _block(_level(contract, later=later), depth=6),
        "budget": str(answers.budget),
        "month": f"{today:%Y-%m}",
        "app": _section("app", {"contract": answers.contract} if answers.contract else {}),
        "pipelines": _section("pipelines", _pipelines(answers.devops, later=later) if answers.devops else {}),
    }
    return Template(template).substitute(facts)


def _model(answers: Answers, *, zones: bool) -> dict[str, Any]:
    if answers.s3:
        s3 = answers.s3
        return {"source": "s3", "s3": {"bucket": s3.bucket, "region": s3.region, "roleArn": s3.role}}
    blob = {
        "redundancy": "Standard_ZRS" if zones else "Standard_LRS",
        "access": "public",
        "softDeleteDays": 14,
        "containerSoftDeleteDays": 14,
        "oldVersions": {"coolAfterDays": 30, "deleteAfterDays": 180},
        "publishers": list(answers.publishers),
    }
    return {"source": "blob", "blob": blob}


def _record(answers: Answers) -> dict[str, Any]:
    record = answers.record
    return {"record": {"zone": record.zone, "resourceGroup": record.group, "name": record.name}} if record else {}


def _entry(answers: Answers, *, later: bool) -> dict[str, Any]:
    if not later and not answers.https:
        return {"kind": "service", "plainHttp": True}
    gateway: dict[str, Any] = {"pool": "app"}
    if later:
        gateway |= {"minReplicas": 3, "maxReplicas": 6, "cpuRequest": "500m"}
    return {"kind": "gateway", "gateway": gateway, "certificate": {"acme": {"email": answers.emails[0]}}}


def _level(contract: Contract, *, later: bool) -> dict[str, Any]:
    """Return each promise that the app's series can measure."""
    metrics = contract.metrics
    names = ("availability", "p99Seconds", "queueSeconds")
    series = (metrics.requests, metrics.latency, metrics.stages) if metrics else (None, None, None)
    return {name: level for name, level, one in zip(names, _LEVELS[later], series, strict=True) if one is not None}


def _pipelines(devops: DevOps, *, later: bool) -> dict[str, Any]:
    approval = {"approvers": list(devops.approvers), "minimum": 1} if devops.approvers else None
    found: dict[str, Any] = {"organization": devops.organization, "branch": devops.branch}
    if devops.pool:
        found["pool"] = devops.pool
    mirrored = devops.source.get("kind") == "other-git"
    found |= {
        "rights": "release" if later else "environment",
        "latencyBudgetMs": 800 if later else 1500,
        "state": dict(devops.state),
        "checks": {"approval": approval, "branchControl": "named" if mirrored else "protected", "exclusiveLock": True},
    }
    if not later:
        found["hub"] = {
            "project": {"name": devops.project, "create": False},
            "source": dict(devops.source),
            "modelTrigger": "schedule",
            "retentionDays": 365,
        }
    return found


def _section(name: str, content: Mapping[str, Any]) -> str:
    return f"\n  slipway:{name}:{_block(content)}" if content else ""


def _block(content: Mapping[str, Any], depth: int = 4) -> str:
    """Return a mapping as lines under a key, and nothing for an empty one."""
    if not content:
        return "" if depth == 4 else " {}"
    text = yaml.dump(dict(content), Dumper=_Dumper, sort_keys=False, width=200).rstrip()
    return "".join(f"\n{' ' * depth}{line}" for line in text.splitlines())


class _Dumper(yaml.SafeDumper):
    """Lists indented, as in the files beside it, and text quoted where an engine reads something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # the base's signature
        super().increase_indent(flow, indentless=False)

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Return the node of a text."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if _is_plain(text) else '"')


_Dumper.add_representer(str, _Dumper.represent_text)


def _scalar(value: object) -> str:
    """Return a value as YAML writes it on one line."""
    return value if isinstance(value, str) and _is_plain(value) else json.dumps(value, ensure_ascii=False)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_scalar, values))}]"


def _is_plain(text: str) -> bool:
    """Tell a text that the engine's YAML reads as itself without quotes, also inside brackets."""
    if not re.fullmatch(r"[A-Za-z0-9_/][\w ./@:+=-]*", text):
        return False
    try:
        return bool(parse_mapping(f"key: [{text}]", "text")["key"] == [text])
    except FailureError:
        return False
