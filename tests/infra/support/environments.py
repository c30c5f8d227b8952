"""The Kubernetes objects of an environment as its stack file has them, and of others like it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pulumi
from pulumi_kubernetes.provider import Provider

from delivery.paths import ROOT
from delivery.preview import kubernetes_files, project, recording
from delivery.preview.computed import Computed
from slipway.components.workload import Workload, WorkloadArgs
from slipway.config.app import App, application
from slipway.config.environment import Environment
from slipway.config.release import Release
from slipway.config.workload import Workload as Config
from slipway.naming import Naming
from tests.support.sample import SAMPLE

from .workloads import PLAIN_ENTRY, RELEASE, changed

Manifest = dict[str, Any]

_UNCHANGED: Mapping[str, object] = MappingProxyType({})


def naming(stack: str) -> Naming:
    """The names of an environment, from its stack file."""
    text = project.read(SAMPLE).config(stack)["slipway:environment"]
    facts = Environment.model_validate_json(text)
    return Naming(
        workload=facts.workload,
        environment=stack,
        location=facts.location,
        suffix=facts.suffix,
        owner=facts.owner,
        cost_centre=facts.cost_centre,
    )


def objects(
    stack: str,
    *,
    name: str = "",
    image: str = "",
    changes: Mapping[str, object] = _UNCHANGED,
    release: Mapping[str, object] = _UNCHANGED,
    app: Mapping[str, object] = _UNCHANGED,
) -> list[Manifest]:
    """What the workload of `stack` consists of, in the order in which it can be applied.

    `name` makes it another environment with the same settings; `changes` and `release` change settings and facts by
    their paths, and `app` settings of the app by their names.
    """
    sections = project.read(SAMPLE).config(stack)
    settings = json.loads(sections["slipway:workload"])
    own = App.model_validate_json(json.dumps(changed(json.loads(sections["slipway:app"]), _settings(app))))
    config = Config.model_validate_json(json.dumps(changed(settings, changes)))
    named = replace(naming(stack), environment=name or stack)

    def declare() -> None:
        kubernetes = Provider("kubernetes")
        args = WorkloadArgs(
            naming=named,
            config=config,
            entry=PLAIN_ENTRY,
            app=application(own, ROOT),
            release=Release.model_validate_json(json.dumps(changed(RELEASE, release))),
            protect=False,
            cluster=kubernetes,
            image=image or f"registry.example/{RELEASE['repository']}@{RELEASE['digest']}",
            ip_name="pip",
            ip_resource_group="rg",
        )
        Workload("workload", args, pulumi.ResourceOptions(providers=[kubernetes]))

    recorded = recording.record(declare, computed=Computed(), stack=stack)
    return _renamed([dict(manifest) for manifest in kubernetes_files.manifests(recorded)], name)


def _settings(app: Mapping[str, object]) -> dict[str, object]:
    return {f"settings.{name}": value for name, value in app.items()}


def _renamed(manifests: list[Manifest], name: str) -> list[Manifest]:
    """Give what belongs to the whole cluster a name of its own, as the provider does; a render has always the same."""
    [priority] = [one["metadata"]["name"] for one in manifests if one["kind"] == "PriorityClass"]
    own = f"{priority}-{name}" if name else priority
    renamed: list[Manifest] = json.loads(json.dumps(manifests).replace(f'"{priority}"', f'"{own}"'))
    return renamed
