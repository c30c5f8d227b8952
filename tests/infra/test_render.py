"""Rendering: a project's stacks as files, without credentials, network or an engine."""

import json
from pathlib import Path

import pytest
import yaml

from delivery.failure import FailureError, NotFoundError
from delivery.preview import kubernetes_files
from delivery.preview.render import document, render, write

PROGRAM = """
import pulumi
import pulumi_kubernetes.core.v1 as core
from pulumi_azure_native import containerregistry
from pulumi_azure_native.provider import Provider
from pulumi_kubernetes.provider import Provider as Cluster


async def main():
    config = pulumi.Config("sample")
    earlier = config.get("earlier")
    azure = Provider("azure")
    registry = containerregistry.Registry(
        "registry",
        resource_group_name="rg",
        sku=containerregistry.SkuArgs(name=config.require("sku")),
        opts=pulumi.ResourceOptions(provider=azure),
    )
    cluster = Cluster("cluster", kubeconfig=pulumi.Output.secret("hush"))
    settings = core.ConfigMap(
        "settings", data={"size": config.require("size")}, opts=pulumi.ResourceOptions(provider=cluster)
    )
    mine = pulumi.StackReference("mine", stack_name=f"organization/sample/{pulumi.get_stack()}")
    release = await mine.get_output_details("release")
    hub = pulumi.StackReference("hub", stack_name=f"organization/sample/{earlier}").get_output("registryId")
    return {
        "server": registry.login_server,
        "hub": hub if earlier else None,
        "settings": settings.metadata.name,
        "release": release.value,
    }


pulumi.run(main)
"""


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "__main__.py").write_text(PROGRAM)
    (tmp_path / "Pulumi.yaml").write_text("name: sample\nmain: program/\nruntime: python\n")
    stack(tmp_path, "dev")
    return tmp_path


def stack(root: Path, name: str, **config: object) -> None:
    values = {"sample:sku": "Basic", "sample:size": 1, **{f"slipway:{key}": value for key, value in config.items()}}
    (root / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": values}))


def test_the_same_program_gives_the_same_bytes(sample: Path) -> None:
    first, second = (document(render(sample, "dev", None), name="sample", stack="dev") for _ in range(2))

    assert first == second
    assert first.endswith("}\n")


def test_resources_carry_type_name_parent_inputs_and_options(sample: Path) -> None:
    content = json.loads(document(render(sample, "dev", None), name="sample", stack="dev"))

    registry = next(one for one in content["resources"] if one["name"] == "registry")
    assert content["project"], content["stack"] == ("sample", "dev")
    assert registry["inputs"]["sku"] == {"name": "Basic"}
    assert registry["options"] == {"provider": "pulumi:providers:azure-native::azure"}
    assert registry["parent"] is None


def test_a_secret_is_marked_and_never_written(sample: Path, tmp_path: Path) -> None:
    write(render(sample, "dev", None), tmp_path / "out", name="sample", stack="dev")

    written = "".join(path.read_text() for path in (tmp_path / "out").rglob("*.*"))
    assert "[secret]" in written
    assert "hush" not in written


def test_what_only_azure_knows_is_shown_by_its_origin(sample: Path) -> None:
    assert render(sample, "dev", None).outputs["server"] == "${registry.loginServer}"


def test_the_last_release_is_what_the_caller_says(sample: Path) -> None:
    assert render(sample, "dev", {"commit": "abc"}).outputs["release"] == {"commit": "abc"}
    assert "release" not in render(sample, "dev", None).outputs


def test_an_earlier_stack_shows_as_the_origin_of_its_outputs(sample: Path) -> None:
    config = {"sample:sku": "Premium", "sample:size": 1, "sample:earlier": "dev"}
    config["slipway:environment"] = {"promotesFrom": "dev"}
    (sample / "Pulumi.prod.yaml").write_text(yaml.safe_dump({"config": config}))

    assert render(sample, "prod", None).outputs["hub"] == "${dev.registryId}"


def test_a_circle_of_stacks_is_refused(sample: Path) -> None:
    stack(sample, "dev", environment={"promotesFrom": "prod"})
    stack(sample, "prod", environment={"promotesFrom": "dev"})

    with pytest.raises(FailureError, match="in a circle: dev <- prod <- dev"):
        render(sample, "dev", None)


def test_new_content_gives_a_configmap_a_new_name(sample: Path) -> None:
    before = render(sample, "dev", None).outputs["settings"]
    text = (sample / "Pulumi.dev.yaml").read_text().replace("sample:size: 1", "sample:size: 2")
    (sample / "Pulumi.dev.yaml").write_text(text)

    assert render(sample, "dev", None).outputs["settings"] != before


def test_kubernetes_objects_become_files_and_stale_ones_go(sample: Path, tmp_path: Path) -> None:
    recorded = render(sample, "dev", None)
    folder = tmp_path / "k8s"
    folder.mkdir()
    (folder / "09-secret-old.yaml").write_text("")

    assert kubernetes_files.write(recorded, folder) == 1
    (only,) = folder.iterdir()
    assert only.name == f"01-configmap-{recorded.outputs['settings']}.yaml"
    assert yaml.safe_load(only.read_text())["data"] == {"size": "1"}


def test_a_missing_stack_file_is_named_with_those_that_exist(sample: Path) -> None:
    with pytest.raises(NotFoundError, match=r"Pulumi\.test\.yaml: no such stack file; stacks here are dev"):
        render(sample, "test", None)


def test_a_malformed_stack_file_is_one_message(sample: Path) -> None:
    (sample / "Pulumi.dev.yaml").write_text("config: [")

    with pytest.raises(FailureError, match=r"Pulumi\.dev\.yaml:1:10: not YAML"):
        render(sample, "dev", None)
