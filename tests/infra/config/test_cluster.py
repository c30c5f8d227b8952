"""Clusters that Azure would refuse, or that would not be what they look like, are refused with what is allowed."""

import pytest
from pydantic import ValidationError

from delivery.preview import project
from slipway.config import cluster_rules as rules
from slipway.config.cluster import Cluster
from slipway.config.environment import Environment
from slipway.config.workload import Workload
from tests.infra.config.sections import pipelines
from tests.infra.sections import POOL, cluster, network
from tests.support.sample import SAMPLE

WESTUS = Environment(workload="scoring", location="westus", suffix="x7k2", owner="me", cost_centre="1", protect=False)


@pytest.fixture(scope="module")
def workload() -> Workload:
    return Workload.model_validate_json(project.read(SAMPLE).config("dev")["slipway:workload"])


def alone(found: Cluster) -> list[tuple[str, str, str]]:
    """What every rule of the cluster alone says."""
    own = (
        rules.pools_are_named_well,
        rules.counts_are_in_order,
        rules.version_is_left_to_the_channel,
        rules.windows_have_work,
        rules.ranges_are_where_they_decide,
        rules.groups_are_named_once,
        rules.tier_has_it,
    )
    return [problem for rule in own for problem in rule(found)]


def test_a_plain_cluster_is_fine() -> None:
    assert alone(cluster()) == []


@pytest.mark.parametrize("name", ["App", "nine-pool", "1st", "ninechars"])
def test_a_pools_name_leaves_room_for_its_check(name: str) -> None:
    found = cluster(pools={name: POOL})

    allowed = "a name of 1 to 8 lower-case letters and digits, a letter first"
    assert alone(found) == [(f"cluster.pools.{name}", f"the name '{name}'", allowed)]


def test_there_is_a_pool_for_workloads() -> None:
    with pytest.raises(ValidationError, match="1 to 20 pools"):
        Cluster.model_validate(cluster().model_dump() | {"pools": {}})


def test_the_most_machines_are_not_fewer_than_the_fewest() -> None:
    found = cluster(system={"minCount": 3}, pools={"app": {"minCount": 5}})

    assert alone(found) == [
        ("cluster.system.maxCount", "2", "at least minCount, 3"),
        ("cluster.pools.app.maxCount", "3", "at least minCount, 5"),
    ]


def test_a_system_pool_is_never_empty() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        cluster(system={"minCount": 0})


def test_zones_need_a_region_with_zones() -> None:
    found = cluster(system={"zones": ["1", "2", "3"]}, pools={"app": {"zones": ["1", "1"]}})

    assert list(rules.zones(WESTUS, found)) == [
        ("cluster.system.zones", "['1', '2', '3']", "[], since westus has no zones"),
        ("cluster.pools.app.zones", "['1', '1']", "[], since westus has no zones"),
        ("cluster.pools.app.zones", "['1', '1']", "each zone once"),
    ]


@pytest.mark.parametrize("text", ["1.33", "1.33.4"])
def test_without_a_channel_the_version_may_be_exact(text: str) -> None:
    assert alone(cluster(kubernetesVersion=text, upgrades={"channel": "none"})) == []


@pytest.mark.parametrize("channel", ["patch", "stable", "rapid"])
def test_with_a_channel_the_version_is_major_and_minor(channel: str) -> None:
    found = cluster(kubernetesVersion="1.33.4", upgrades={"channel": channel})

    allowed = f"MAJOR.MINOR, since upgrades.channel {channel} chooses the patch"
    assert alone(found) == [("cluster.kubernetesVersion", "1.33.4", allowed)]


@pytest.mark.parametrize("text", ["v1.33", "1", "latest", "2.0"])
def test_a_version_looks_like_one(text: str) -> None:
    with pytest.raises(ValidationError, match="kubernetesVersion"):
        cluster(kubernetesVersion=text)


def test_a_window_for_what_never_happens_is_a_misunderstanding() -> None:
    window = {"day": "Tuesday", "start": "02:00"}
    found = cluster(upgrades={"channel": "none", "nodeImages": "None", "clusterWindow": window, "nodeWindow": window})

    assert alone(found) == [
        ("cluster.upgrades.clusterWindow", "a window", "nothing, since upgrades.channel is none"),
        ("cluster.upgrades.nodeWindow", "a window", "nothing, since upgrades.nodeImages is None"),
    ]


def test_days_without_maintenance_are_taken_out_of_a_window_and_in_order() -> None:
    found = cluster(upgrades={"freezes": [{"start": "2026-12-24", "end": "2026-12-18"}]})

    assert alone(found) == [
        ("cluster.upgrades.freezes", "1 of them", "none without a window that they close"),
        ("cluster.upgrades.freezes[0].end", "2026-12-18", "2026-12-24 or later"),
    ]


@pytest.mark.parametrize("access", ["public", "private"])
def test_ranges_decide_nothing_without_access_authorised(access: str) -> None:
    found = cluster(api={"access": access, "authorisedRanges": ["20.50.2.0/24"]})

    assert alone(found) == [("cluster.api.authorisedRanges", "1 of them", f"none with cluster.api.access {access}")]


def test_access_authorised_names_somebody() -> None:
    assert alone(cluster(api={"access": "authorised"})) == [
        ("cluster.api.authorisedRanges", "nothing", "at least one range, or cluster.api.access public or private")
    ]


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("0.0.0.0/0", "a range of your own; for everybody, cluster.api.access public"),
        ("10.1.0.0/16", "a public range: the API server sees no private address"),
        ("203.0.113.0/24", "a public range: the API server sees no private address"),
    ],
)
def test_an_authorised_range_is_public_and_not_everybodys(text: str, allowed: str) -> None:
    found = cluster(api={"access": "authorised", "authorisedRanges": [text]})

    assert alone(found) == [("cluster.api.authorisedRanges[0]", text, allowed)]


def test_costs_by_namespace_are_not_free() -> None:
    assert alone(cluster(costAnalysis=True)) == [
        ("cluster.costAnalysis", "true", "false, or true with cluster.tier Standard or Premium")
    ]
    assert alone(cluster(costAnalysis=True, tier="Standard")) == []


def test_a_group_is_named_once() -> None:
    group = "3f1c2b5e-6d0a-4f6e-9a53-1c7f0e8d2b41"

    assert alone(cluster(access={"admins": [group, group.upper()], "readers": [group]})) == [
        ("cluster.access.admins[1]", group, "each group once, with the one role that it needs"),
        ("cluster.access.readers[0]", group, "each group once, with the one role that it needs"),
    ]


def test_every_machine_that_an_upgrade_may_need_has_an_address() -> None:
    found = cluster(
        system={"maxCount": 3, "maxSurge": "1"},
        pools={"app": {"maxCount": 6, "maxSurge": "33%"}},
    )

    assert list(rules.nodes_have_addresses(network(nodePrefixLength=28), found)) == [
        ("network.nodePrefixLength", "28 (room for 11)", "a subnet for 12: all pools at maxCount, and their maxSurge")
    ]
    assert list(rules.nodes_have_addresses(network(nodePrefixLength=27), found)) == []


def test_the_private_api_server_takes_an_address_of_its_own() -> None:
    found = cluster(system={"maxCount": 3, "maxSurge": "1"}, pools={"app": {"maxCount": 5, "maxSurge": "2"}})
    private = cluster(**found.model_dump(mode="json", by_alias=True) | {"api": {"access": "private"}})

    assert list(rules.nodes_have_addresses(network(nodePrefixLength=28), found)) == []
    assert list(rules.nodes_have_addresses(network(nodePrefixLength=28), private)) == [
        ("network.nodePrefixLength", "28 (room for 11)", "a subnet for 12: all pools at maxCount, and their maxSurge")
    ]


def test_every_machine_has_a_24_for_its_pods() -> None:
    found = cluster(pools={"app": {"maxCount": 12}})

    assert list(rules.pods_have_addresses(network(podCidr="10.244.0.0/20"), found)) == [
        (
            "network.podCidr",
            "10.244.0.0/20 (for 16 nodes)",
            "a range with a /24 for each of 19 nodes: maxCount and maxSurge of all",
        )
    ]


@pytest.mark.parametrize("access", ["private", "authorised"])
def test_microsofts_own_agents_do_not_reach_a_closed_api_server(access: str) -> None:
    assert list(rules.agents_reach_the_api(cluster(api={"access": access}), pipelines(None))) == [
        (
            "pipelines.pool",
            "nothing (Microsoft-hosted agents)",
            f"a pool of your own agents, since cluster.api.access is {access}",
        )
    ]


def test_agents_of_ones_own_or_an_open_api_server_are_fine() -> None:

    assert list(rules.agents_reach_the_api(cluster(api={"access": "private"}), pipelines("own"))) == []
    assert list(rules.agents_reach_the_api(cluster(), pipelines(None))) == []
    assert list(rules.agents_reach_the_api(cluster(api={"access": "private"}), None)) == []


def test_the_app_runs_on_a_pool_that_exists(workload: Workload) -> None:
    found = cluster(pools={"other": POOL, "app": POOL})

    assert list(rules.workload_has_its_pool(found, workload)) == []
    assert list(rules.workload_has_its_pool(found, workload.model_copy(update={"pool": "gpu"}))) == [
        ("workload.pool", "gpu", "a pool of cluster.pools: app, other")
    ]


def test_the_apps_pool_lets_it_in(workload: Workload) -> None:
    found = cluster(pools={"app": {"taints": ["spot=true:PreferNoSchedule", "gpu=true:NoSchedule"]}})

    assert list(rules.workload_has_its_pool(found, workload)) == [
        ("workload.pool", "app", "a pool without the taint gpu=true:NoSchedule, which the app does not tolerate")
    ]


def test_a_spread_over_zones_needs_zones(workload: Workload) -> None:
    spread = workload.model_copy(update={"spread": workload.spread.model_copy(update={"zones": "required"})})

    assert list(rules.workload_has_its_pool(cluster(pools={"app": {"zones": ["1", "2"]}}), spread)) == []
    assert list(rules.workload_has_its_pool(cluster(), spread)) == [
        ("workload.spread.zones", "required", "preferred, since cluster.pools.app.zones has fewer than two")
    ]


def test_every_rule_is_run_by_the_loader() -> None:
    public = {
        rule
        for name, rule in vars(rules).items()
        if callable(rule) and not name.startswith("_") and rule.__module__ == rules.__name__
    }

    assert set(rules.RULES) == public
