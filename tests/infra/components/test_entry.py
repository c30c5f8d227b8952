"""The way in through a gateway: what is declared, in what order, and what is left out where config says so."""

from typing import Any

import pulumi
import pytest
from pulumi_kubernetes.provider import Provider

from delivery.preview.record import Recorded
from slipway.components.controllers import Controllers, ControllersArgs
from slipway.components.entry import Entry, EntryArgs
from slipway.config.callers import Callers
from slipway.config.entry import Certificate, Gateway
from slipway.naming import Naming
from tests.infra.config.sections import section
from tests.infra.conftest import Declared
from tests.infra.support.workloads import workload

RELEASE = "kubernetes:helm.sh/v3:Release"
ACME = {"acme": {"email": "ml-platform@contoso.com"}}
DIGEST = "sha256:" + "a" * 64
TENANT = "22222222-2222-2222-2222-222222222222"
OTHER = "33333333-3333-3333-3333-333333333333"
LOGIN = "https://login.microsoftonline.com"
HOST = "scoring.example.com"


class Something(pulumi.ComponentResource):
    """Stands for another component."""


def declared_entry(
    declared: Declared,
    naming: Naming,
    certificate: dict[str, Any],
    *,
    protect: bool = False,
    callers: dict[str, Any] | None = None,
    **gateway: object,
) -> Recorded:
    def declare() -> None:
        cluster = Something("slipway:index:Cluster", "cluster")
        opts = pulumi.ResourceOptions(providers=[Provider("kubernetes", cluster_identifier="cluster-1")])
        config, certified = section(Gateway, {"pool": "app", **gateway}), section(Certificate, certificate)
        controllers = Controllers(
            "controllers",
            ControllersArgs(naming=naming, gateway=config, acme=certified.acme, protect=protect, cluster=cluster),
            opts,
        )
        args = EntryArgs(
            naming=naming,
            gateway=config,
            certificate=certified,
            callers=section(Callers, callers or {}),
            tenant=TENANT,
            traffic=workload().service,
            largest_body=1 << 20,
            protect=protect,
            cluster=cluster,
            namespace=pulumi.Output.from_input("scoring-dev"),
            service=pulumi.Output.from_input("scoring"),
            host=HOST,
            ip_name="pip-1",
            ip_resource_group="rg-1",
            gateway_kinds=controllers.gateway,
            certificate_kinds=controllers.certificates,
            after=[Something("slipway:index:Workload", "workload")],
        )
        Entry("entry", args, opts)

    return declared(declare)


def named(recorded: Recorded, name: str) -> Any:
    [found] = [one for one in recorded.resources if one.name == name]
    return found


def names(recorded: Recorded) -> set[str]:
    return {one.name for one in recorded.resources if one.type.startswith("kubernetes:")}


def test_it_declares_controllers_gateway_routes_and_certificate(declared: Declared, naming: Naming) -> None:
    assert names(declared_entry(declared, naming, ACME)) == {
        "controllers-gateway-namespace",
        "controllers-gateway",
        "controllers-cert-manager-namespace",
        "controllers-cert-manager",
        "entry-class",
        "entry-proxies",
        "entry-gateway",
        "entry-route",
        "entry-redirect",
        "entry-clients",
        "entry-backends",
        "entry-allow-solver",
        "entry-issuer",
        "entry-certificate",
    }


def test_a_certificate_of_ones_own_needs_no_authority(declared: Declared, naming: Naming) -> None:
    found = declared_entry(declared, naming, {"secret": "own"})

    assert [one.name for one in found.all(RELEASE)] == ["controllers-gateway"]
    assert not {"entry-issuer", "entry-certificate", "entry-allow-solver"} & names(found)
    tls = named(found, "entry-gateway").inputs["spec"]["listeners"][1]["tls"]
    assert tls["certificateRefs"][0]["name"] == "own"


def test_a_class_that_is_there_needs_no_controller(declared: Declared, naming: Naming) -> None:
    found = declared_entry(declared, naming, {"secret": "own"}, className="shared")

    assert found.all(RELEASE) == []
    assert "entry-class" not in names(found)
    assert named(found, "entry-gateway").inputs["spec"]["gatewayClassName"] == "shared"


def test_objects_come_after_the_controllers_that_bring_their_kinds(declared: Declared, naming: Naming) -> None:
    found = declared_entry(declared, naming, ACME)

    assert f"{RELEASE}::controllers-gateway" in named(found, "entry-class").options["dependsOn"]
    assert f"{RELEASE}::controllers-gateway" in named(found, "entry-proxies").options["dependsOn"]
    assert f"{RELEASE}::controllers-gateway" in named(found, "controllers-cert-manager").options["dependsOn"]
    assert f"{RELEASE}::controllers-cert-manager" in named(found, "entry-issuer").options["dependsOn"]


def test_the_address_goes_to_the_proxies(declared: Declared, naming: Naming) -> None:
    spec = named(declared_entry(declared, naming, ACME), "entry-gateway").inputs["spec"]

    azure = "service.beta.kubernetes.io/azure"
    assert spec["infrastructure"]["annotations"][f"{azure}-pip-name"] == "pip-1"
    assert spec["infrastructure"]["annotations"][f"{azure}-load-balancer-resource-group"] == "rg-1"
    assert [(one["port"], one["protocol"]) for one in spec["listeners"]] == [(80, "HTTP"), (443, "HTTPS")]


def test_nothing_but_a_redirect_and_the_authority_answers_in_clear(declared: Declared, naming: Naming) -> None:
    found = declared_entry(declared, naming, ACME)
    route, redirect = (named(found, f"entry-{part}").inputs["spec"] for part in ("route", "redirect"))

    assert route["parentRefs"] == [{"name": "scoring", "sectionName": "https"}]
    assert [one["backendRefs"] for one in route["rules"]] == [[{"name": "scoring", "port": 80}]]
    assert redirect["parentRefs"] == [{"name": "scoring", "sectionName": "http"}]
    assert not any("backendRefs" in one for one in redirect["rules"])


def test_images_are_pulled_by_the_digests_that_config_names(declared: Declared, naming: Naming) -> None:
    images = {"controller": f"cr.io/gateway@{DIGEST}", "proxy": f"cr.io/envoy@{DIGEST}"}
    parts = ("controller", "webhook", "cainjector", "acmesolver")
    acme = ACME["acme"] | {"images": {part: f"cr.io/{part}@{DIGEST}" for part in parts}}
    found = declared_entry(declared, naming, {"acme": acme}, images=images, chart="oci://cr.io/charts/gateway-helm")

    gateway, certificates = (named(found, f"controllers-{part}").inputs for part in ("gateway", "cert-manager"))
    assert gateway["chart"] == "oci://cr.io/charts/gateway-helm"
    assert gateway["values"]["global"]["images"]["envoyGateway"]["image"] == images["controller"]
    assert certificates["values"]["image"] == {"repository": "cr.io/controller", "digest": DIGEST}
    container = named(found, "entry-proxies").inputs["spec"]["provider"]["kubernetes"]["envoyDeployment"]["container"]
    assert container["image"] == images["proxy"]


ROLE = {"audiences": ["api://scoring"], "roles": ["Caller"]}


@pytest.mark.parametrize(
    ("callers", "issuer", "keys"),
    [
        ({}, f"{LOGIN}/{TENANT}/v2.0", f"{LOGIN}/{TENANT}/discovery/v2.0/keys"),
        ({"tenant": OTHER}, f"{LOGIN}/{OTHER}/v2.0", f"{LOGIN}/{OTHER}/discovery/v2.0/keys"),
        (
            {"issuer": "https://id.example/realm", "keys": "https://id.example/keys"},
            "https://id.example/realm",
            "https://id.example/keys",
        ),
    ],
    ids=["the environment's tenant", "another tenant", "another provider"],
)
def test_a_token_needs_issuer_audience_and_role(
    declared: Declared, naming: Naming, callers: dict[str, Any], issuer: str, keys: str
) -> None:
    found = declared_entry(declared, naming, ACME, callers={"kind": "entra", **ROLE, **callers})
    spec = named(found, "entry-callers").inputs["spec"]

    assert spec == {
        "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "scoring"}],
        "jwt": {
            "providers": [
                {"name": "callers", "issuer": issuer, "audiences": ["api://scoring"], "remoteJWKS": {"uri": keys}}
            ]
        },
        "authorization": {
            "defaultAction": "Deny",
            "rules": [
                {
                    "name": "roles",
                    "action": "Allow",
                    "principal": {
                        "jwt": {
                            "provider": "callers",
                            "claims": [{"name": "roles", "valueType": "StringArray", "values": ["Caller"]}],
                        }
                    },
                }
            ],
        },
    }


def test_a_key_is_looked_up_in_the_named_secret_and_kept_from_the_app(declared: Declared, naming: Naming) -> None:
    found = declared_entry(declared, naming, ACME, callers={"kind": "apiKeys", "secret": "callers"})

    assert named(found, "entry-callers").inputs["spec"]["apiKeyAuth"] == {
        "credentialRefs": [{"group": "", "kind": "Secret", "name": "callers"}],
        "extractFrom": [{"headers": ["x-api-key"]}],
        "sanitize": True,
    }


def test_a_route_comes_after_the_policy_that_guards_it(declared: Declared, naming: Naming) -> None:
    found = declared_entry(declared, naming, ACME, callers={"kind": "apiKeys", "secret": "callers"})

    assert any(one.endswith("::entry-callers") for one in named(found, "entry-route").options["dependsOn"])
    assert any(one.endswith("::controllers-gateway") for one in named(found, "entry-callers").options["dependsOn"])


def test_open_callers_prove_nothing(declared: Declared, naming: Naming) -> None:
    assert "entry-callers" not in names(declared_entry(declared, naming, ACME))


@pytest.mark.parametrize("protect", [True, False])
def test_all_of_it_is_protected_where_asked(declared: Declared, naming: Naming, *, protect: bool) -> None:
    found = declared_entry(declared, naming, ACME, protect=protect)
    objects = [one for one in found.resources if one.type.startswith("kubernetes:")]

    assert {one.options.get("protect", False) for one in objects} == {protect}
    assert {one.options["deletedWith"] for one in objects} == {"slipway:index:Cluster::cluster"}
