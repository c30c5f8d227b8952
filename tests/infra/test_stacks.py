"""The committed stacks, whole: what a reviewer of their golden files relies on."""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from delivery.paths import ROOT
from delivery.preview import project
from delivery.preview.computed import Nothing
from delivery.preview.record import Recorded
from delivery.preview.recording import entry, record
from delivery.preview.releases import STAND_IN
from delivery.preview.render import document, render
from tests.support.sample import SAMPLE

from .golden.text import STACKS, golden, recorded, rendered


@pytest.mark.parametrize("stack", STACKS)
def test_the_rendered_state_is_the_golden_one(stack: str) -> None:
    known = golden(stack).read_text(encoding="utf-8")

    difference = "\n".join(difflib.unified_diff(known.splitlines(), rendered(stack).splitlines(), lineterm="", n=2))
    assert not difference, f"{stack} declares something else than its golden file (make golden):\n{difference}"


@pytest.mark.parametrize("stack", STACKS)
def test_rendering_twice_gives_the_same_bytes(stack: str) -> None:
    again = document(render(SAMPLE, stack, STAND_IN), name="slipway", stack=stack)

    assert again == document(recorded(stack), name="slipway", stack=stack)


@pytest.mark.parametrize("stack", STACKS)
def test_a_first_preview_works_with_everything_unknown(stack: str) -> None:
    found = project.read(SAMPLE)
    earlier = {"organization/slipway/dev": {**recorded("dev").outputs, "release": None}}

    first = record(
        entry(found.main),
        computed=Nothing(),
        stack=stack,
        config=found.config(stack),
        stacks=earlier if stack == "prod" else {},
    )

    assert first.all("azure-native:containerservice:ManagedCluster")
    assert not first.all("kubernetes:apps/v1:Deployment"), "without a release there is nothing to run"


@pytest.mark.parametrize("stack", STACKS)
def test_the_last_release_stays_when_config_names_none(stack: str) -> None:
    assert recorded(stack).outputs["release"] == STAND_IN
    (deployment,) = recorded(stack).all("kubernetes:apps/v1:Deployment")
    assert f"@{STAND_IN['digest']}" in json.dumps(deployment.inputs)


def test_a_release_in_config_wins_over_the_last_one(tmp_path: Path) -> None:
    digest = f"sha256:{'a' * 64}"
    changed = variant(tmp_path, "dev", {"slipway:release": {**STAND_IN, "digest": digest}})

    (deployment,) = changed.all("kubernetes:apps/v1:Deployment")
    assert f"@{digest}" in json.dumps(deployment.inputs)
    assert changed.outputs["release"] == {**STAND_IN, "digest": digest}


def variant(folder: Path, stack: str, changes: Mapping[str, object], *, name: str | None = None) -> Recorded:
    """`stack` with some of its sections changed (merged where both are mappings), rendered from files alone."""
    for path in (ROOT / "Pulumi.yaml", *SAMPLE.glob("Pulumi.*.yaml"), ROOT / "infra"):
        if not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)
    content = yaml.safe_load((SAMPLE / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    content["config"] = merged(content["config"], changes)
    target = folder / f"Pulumi.{name or stack}.yaml"
    target.unlink(missing_ok=True)
    target.write_text(yaml.safe_dump(content), encoding="utf-8")
    return render(folder, name or stack, STAND_IN)


def merged(base: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """`base` with `changes` over it, mapping by mapping; None removes a key."""
    found = dict(base)
    for key, value in changes.items():
        old = found.get(key)
        if value is None:
            found.pop(key, None)
        elif isinstance(old, Mapping) and isinstance(value, Mapping):
            found[key] = merged(old, value)
        else:
            found[key] = value
    return found
