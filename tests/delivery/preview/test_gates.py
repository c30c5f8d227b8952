"""What stops a change, and with which exit code."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from delivery.failure import FailureError, NotFoundError
from delivery.preview import approval
from delivery.preview.compare import compare
from delivery.preview.model import Preview
from delivery.preview.report import Report, report
from tests.delivery.preview.day import TODAY
from tests.delivery.preview.estate import Edit, Estate
from tests.delivery.preview.test_seeded_changes import both, put, remove


def preview(*edits: Edit) -> Preview:
    head = Estate()
    both(*edits)(head)
    return compare(Estate().rendered(), head.rendered(), "test")


def shut(shown: Report) -> dict[str, tuple[str, ...]]:
    return {gate.name: gate.reasons for gate in shown.gates if gate.shut}


def test_deleting_what_is_protected_stops_with_10() -> None:
    shown = report(preview(remove("Registry/registry")), TODAY)

    assert shown.exit_code == 10
    assert shut(shown) == {"protected": ("registry is protected and would be deleted",)}


def test_replacing_what_is_protected_stops_with_10() -> None:
    shown = report(preview(put("ManagedCluster/cluster", "dnsPrefix", "other")), TODAY)

    assert shown.exit_code == 10
    assert shut(shown)["protected"][0] == "cluster is protected and would be replaced"


def test_losing_the_model_store_stops_with_10_though_nothing_protects_it() -> None:
    def unprotected() -> Estate:
        estate = Estate()
        del estate["StorageAccount/models"]["options"]["protect"]
        return estate

    elsewhere = unprotected()
    elsewhere.inputs("StorageAccount/models")["location"] = "northeurope"
    found = compare(unprotected().rendered(), elsewhere.rendered(), "test")
    shown = report(replace(found, later=("staging", "live")), TODAY)

    assert shown.exit_code == 10
    assert shut(shown)["protected"] == (
        "storage account models holds the models of prod, staging, live and would be replaced",
        "blob container holds the models of prod, staging, live and would be replaced",
    )


def test_taking_the_protection_away_and_deleting_in_one_change_is_stopped_too() -> None:
    unprotected_first = Estate()
    del unprotected_first["Registry/registry"]["options"]["protect"]
    then_deleted = Estate()
    then_deleted.remove("Registry/registry")

    assert report(compare(unprotected_first.rendered(), then_deleted.rendered(), "test"), TODAY).exit_code == 0
    assert report(preview(remove("Registry/registry")), TODAY).exit_code == 10


def test_a_broken_mandatory_rule_stops_with_11_and_an_advisory_one_does_not() -> None:
    broken = report(preview(put("Registry/registry", "adminUserEnabled", True)), TODAY)  # noqa: FBT003 - the value
    advised = report(preview(put("ManagedCluster/cluster", "oidcIssuerProfile", None)), TODAY)

    assert (broken.exit_code, shut(broken)) == (11, {"policy": ("registry-admin-off: registry",)})
    assert (advised.exit_code, [breach.rule for breach in advised.violations]) == (0, ["cluster-workload-identity"])


@pytest.mark.parametrize(
    ("edit", "rule"),
    [
        (put("Registry/registry", "publicNetworkAccess", "Enabled"), "protected-registry-closed: registry"),
        (put("ManagedCluster/cluster", "apiServerAccessProfile", None), "protected-api-server-closed: cluster"),
        (
            put("ManagedCluster/cluster", "apiServerAccessProfile", {"authorizedIPRanges": ["0.0.0.0/0"]}),
            "protected-api-server-closed: cluster",
        ),
    ],
)
def test_opening_a_protected_environment_to_every_network_stops_with_11(edit: Edit, rule: str) -> None:
    shown = report(preview(edit), TODAY)

    assert (shown.exit_code, shut(shown)) == (11, {"policy": (rule,)})
    assert shown.items[0].rank == "security"


def test_a_rule_that_was_broken_before_says_so_and_stops_all_the_same() -> None:
    estate = Estate()
    estate.inputs("Registry/registry")["adminUserEnabled"] = True
    shown = report(compare(estate.rendered(), estate.rendered(), "test"), TODAY)

    assert shown.exit_code == 11
    assert [breach.standing for breach in shown.violations] == [True]


def test_what_was_approved_may_be_applied_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "approved.json"
    pool = put("AgentPool/app", "count", 4)
    approval.write(file, approval.approval(preview(pool)))
    approved = approval.read(file)

    assert report(preview(pool), TODAY, approved).exit_code == 0
    (reason,) = shut(report(preview(put("AgentPool/app", "count", 5)), TODAY, approved))["approval"]
    assert reason.endswith("AgentPool::app: update with other values than those that were approved")
    shown = report(preview(put("AgentPool/app", "vmSize", "X"), remove("PublicIPAddress/address")), TODAY, approved)
    assert shown.exit_code == 12
    assert shut(shown)["approval"] == (
        "slipway:index:Cluster$azure-native:containerservice:AgentPool::app: replace, approved was update",
        "slipway:index:Network$azure-native:network:PublicIPAddress::address: delete, approved was no change",
    )
    # A change that was applied already needs no approval any more.
    assert report(preview(), TODAY, approved).exit_code == 0


def test_an_approval_of_another_stack_approves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "approved.json"
    approval.write(file, approval.approval(preview()))
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(content | {"stack": "dev"}), encoding="utf-8")

    assert shut(report(preview(), TODAY, approval.read(file)))["approval"] == ("approved was stack dev, not prod",)


def test_the_first_of_several_shut_gates_gives_the_code() -> None:
    shown = report(preview(remove("Registry/registry"), put("StorageAccount/models", "minimumTlsVersion", None)), TODAY)

    assert list(shut(shown)) == ["protected", "policy"]
    assert shown.exit_code == 10


def test_what_is_no_approval_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="`--save-approval` writes one"):
        approval.read(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    with pytest.raises(FailureError, match="needed is an approval"):
        approval.read(tmp_path / "bad.json")
