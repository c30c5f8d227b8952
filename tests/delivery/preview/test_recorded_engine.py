"""What a real engine printed, as the report tells it. `recorded/README.md` names the versions."""

from pathlib import Path

import pytest

from delivery.preview.engine_json import parse
from delivery.preview.report import Report, report
from tests.delivery.preview.day import TODAY

RECORDED = Path(__file__).parent / "recorded"


def told(name: str) -> Report:
    file = RECORDED / f"{name}.json"
    return report(parse(file.read_bytes(), file.name), TODAY)


@pytest.mark.parametrize(
    ("name", "headline", "counts"),
    [
        ("no-change", "dev: nothing changes", {"same": 8}),
        ("delete-service", "dev: Service web is deleted, with its address", {"delete": 1, "same": 7}),
        (
            "update-cluster-and-deployment",
            (
                "dev: cluster: nodes of pool sys 1 -> 3; Deployment web: its pods are replaced, web variable V 1 -> 3; "
                "image unchanged"
            ),
            {"update": 2, "same": 6},
        ),
        (
            "replace-resource-group-cascade",
            (
                "dev: resource group rg is replaced, with everything in it; with that, cluster, registry, Namespace ns "
                "and 4 more are replaced; image unchanged"
            ),
            {"replace": 8},
        ),
        ("first-preview-unknowns", "dev: everything is new, 8 resources; the service is new", {"create": 8}),
    ],
)
def test_the_headline_and_the_counts_are_what_happened(name: str, headline: str, counts: dict[str, int]) -> None:
    shown = told(f"pulumi-3.260/{name}")

    assert (f"dev: {'; '.join(shown.points)}" if shown.points else shown.headline, shown.counts) == (headline, counts)
    assert (shown.project, shown.stack) == ("joined", "dev")
    assert shown.source.startswith("the engine's preview")


def test_a_cascade_names_its_cause_and_stands_behind_it() -> None:
    shown = told("pulumi-3.260/replace-resource-group-cascade")

    assert [(item.name, item.rank) for item in shown.items] == [
        ("rg", "loss"),
        ("cluster", "loss"),
        ("registry", "loss"),
        ("ns", "loss"),
        ("web", "loss"),
        ("kubelet", "replace"),
        ("web", "replace"),
        ("k8s", "replace"),
    ]
    assert shown.items[0].says[0] == "is replaced: location westeurope -> northeurope cannot change in place"
    assert shown.items[2].because == ("azure-native:resources:ResourceGroup::rg",)
    assert {found.path: found.unknown for found in shown.items[2].differences} == {
        "location": True,
        "resourceGroupName": True,
    }


def test_what_the_engine_does_not_tell_is_not_claimed() -> None:
    shown = told("pulumi-3.260/update-cluster-and-deployment")

    assert shown.outputs is None
    assert shown.unlisted == 6
    assert {item.name: item.differences[0].path for item in shown.items} == {
        "cluster": "agentPoolProfiles[sys].count",
        "web": "spec.template.spec.containers[web].env[V].value",
    }


def test_the_engines_usual_complaints_are_no_news() -> None:
    files = sorted((RECORDED / "pulumi-3.260").glob("*.json"))

    assert [told(f"pulumi-3.260/{file.stem}").notes for file in files] == [()] * 5
