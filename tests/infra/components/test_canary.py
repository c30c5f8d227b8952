"""A canary's place: what is declared while it is empty, while a release has it, and in what order."""

from typing import Any

import pulumi
import pytest
from pulumi_kubernetes.provider import Provider

from delivery.paths import ROOT
from delivery.preview.record import Recorded, shown
from slipway.components.canary import Canary, CanaryArgs
from slipway.components.workload import Workload, WorkloadArgs
from slipway.config.app import App, application
from slipway.config.canary import CanaryRelease
from slipway.config.entry import Entry
from slipway.naming import Naming
from tests.infra.config.sections import section
from tests.infra.config.test_canary import OTHER, PLACE
from tests.infra.conftest import Declared
from tests.infra.support.workloads import release, workload

LIVE = {"app.kubernetes.io/name": "scoring", "app.kubernetes.io/instance": "scoring-dev"}
BESIDE = {"app.kubernetes.io/name": "scoring", "app.kubernetes.io/instance": "scoring-dev-canary"}
POLICIES = {"canary-allow-gateway", "canary-allow-metrics"}
PODS = {"canary-settings", "canary-app", "canary-budget", "canary-autoscaler"}


def declared_place(declared: Declared, naming: Naming, running: CanaryRelease | None, share: int = 10) -> Recorded:
    def declare() -> None:
        kubernetes = Provider("kubernetes", cluster_identifier="cluster-1")
        opts = pulumi.ResourceOptions(providers=[kubernetes])
        entry, app = section(Entry, PLACE), application(App(), ROOT)
        assert entry.gateway is not None
        live = Workload(
            "workload",
            WorkloadArgs(
                naming=naming,
                config=workload(),
                entry=entry,
                app=app,
                release=release(),
                protect=True,
                cluster=kubernetes,
                image="cr.example/scoring@live",
                ip_name="pip",
                ip_resource_group="rg",
                canary_share=share,
            ),
            opts,
        )
        args = CanaryArgs(
            naming=naming,
            config=workload(),
            gateway=entry.gateway,
            app=app,
            share=share,
            running=running,
            image="cr.example/scoring@new" if running else None,
            workload=live,
            cluster=kubernetes,
        )
        Canary("canary", args, opts)

    return declared(declare)


def names(found: Recorded) -> set[str]:
    return {one.name for one in found.resources if one.name.startswith("canary-")}


def spec(found: Recorded, name: str) -> Any:
    [one] = [one for one in found.resources if one.name == name]
    inputs: Any = shown(one.inputs)
    return inputs["spec"]


def options(found: Recorded, name: str) -> Any:
    [one] = [one for one in found.resources if one.name == name]
    return one.options


def test_an_empty_place_leads_to_the_live_pods(declared: Declared, naming: Naming) -> None:
    found = declared_place(declared, naming, None)

    assert names(found) == POLICIES | {"canary-service"}
    assert spec(found, "canary-service")["selector"] == LIVE


def test_a_canary_has_pods_that_no_selector_of_the_live_ones_finds(declared: Declared, naming: Naming) -> None:
    found = declared_place(declared, naming, CanaryRelease(release=OTHER))
    deployment = spec(found, "canary-app")

    assert names(found) == POLICIES | PODS | {"canary-service"}
    assert deployment["selector"]["matchLabels"] == BESIDE
    assert deployment["template"]["metadata"]["labels"].items() >= BESIDE.items()
    assert [one["image"] for one in deployment["template"]["spec"]["containers"]] == ["cr.example/scoring@new"]
    assert spec(found, "canary-service")["selector"] == BESIDE
    assert spec(found, "workload-service")["selector"] == LIVE
    assert spec(found, "canary-budget")["selector"]["matchLabels"] == BESIDE


def test_a_canary_is_confined_as_the_live_pods_are(declared: Declared, naming: Naming) -> None:
    found = declared_place(declared, naming, CanaryRelease(release=OTHER))

    for what in ("allow-metrics",):
        live, beside = spec(found, f"workload-{what}"), spec(found, f"canary-{what}")
        assert beside == live | {"podSelector": {"matchLabels": BESIDE}}
    live, beside = spec(found, "workload-allow-http"), spec(found, "canary-allow-gateway")
    assert beside == live | {"podSelector": {"matchLabels": BESIDE}}
    pods = [spec(found, f"{one}-app")["template"]["spec"] for one in ("workload", "canary")]
    assert pods[0]["securityContext"] == pods[1]["securityContext"]
    assert pods[0]["containers"][0]["resources"] == pods[1]["containers"][0]["resources"]


def test_requests_reach_a_canary_once_it_is_ready_and_no_pod_is_ever_missing(
    declared: Declared, naming: Naming
) -> None:
    running = declared_place(declared, naming, CanaryRelease(release=OTHER))
    empty = declared_place(declared, naming, None)

    assert any(one.endswith("::canary-app") for one in options(running, "canary-service")["dependsOn"])
    assert any(one.endswith("::workload-app") for one in options(empty, "canary-service")["dependsOn"])


def test_a_shadow_gets_copies_and_the_live_pods_answer(declared: Declared, naming: Naming) -> None:
    found = declared_place(declared, naming, CanaryRelease(release=OTHER, shadow=True))

    assert names(found) == POLICIES | PODS | {"canary-service", "canary-shadow"}
    assert spec(found, "canary-service")["selector"] == LIVE
    assert spec(found, "canary-shadow")["selector"] == BESIDE


@pytest.mark.parametrize(("share", "fewest", "most"), [(10, 2, 2), (50, 2, 3)])
def test_it_has_replicas_for_its_share(declared: Declared, naming: Naming, share: int, fewest: int, most: int) -> None:
    found = spec(declared_place(declared, naming, CanaryRelease(release=OTHER), share), "canary-autoscaler")

    assert (found["minReplicas"], found["maxReplicas"]) == (fewest, most)


def test_the_namespace_has_room_for_it(declared: Declared, naming: Naming) -> None:
    hard = spec(declared_place(declared, naming, None), "workload-quota")["hard"]

    assert hard["pods"] == "19"  # 6 new, 1 surge, 6 still ending; the same of 2 of a canary; a certificate's
    assert hard["services"] == "4"  # the app's, the place's, a shadow's, a certificate's


def test_the_gateways_figures_are_collected(declared: Declared, naming: Naming) -> None:
    [settings] = [one for one in declared_place(declared, naming, None).resources if one.name == "workload-scraping"]

    data: Any = settings.inputs["data"]
    assert data["pod-annotation-based-scraping"] == (
        'podannotationnamespaceregex = "^(scoring-dev|envoy-gateway-system|cert-manager)$"'
    )


def test_it_goes_without_being_asked_and_is_never_protected(declared: Declared, naming: Naming) -> None:
    found = declared_place(declared, naming, CanaryRelease(release=OTHER))

    assert not any(options(found, name).get("protect") for name in names(found))
