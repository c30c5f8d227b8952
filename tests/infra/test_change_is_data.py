"""One changed fact is a change in a stack file: no code knows an environment, a pool, a region or a store by name."""

import json
import re
from pathlib import Path

import pytest

from delivery.paths import ROOT
from delivery.preview.record import Recorded, strings

from .golden.text import recorded
from .test_stacks import variant

POOL = "azure-native:containerservice:AgentPool"
CLUSTER = "azure-native:containerservice:ManagedCluster"
STORE = "azure-native:storage:StorageAccount"


def keys(found: Recorded) -> set[str]:
    return {one.key for one in found.resources}


def test_another_node_pool_is_one_more_entry(tmp_path: Path) -> None:
    extra = {"vmSize": "Standard_D4ds_v5", "minCount": 0, "maxCount": 3, "zones": [], "osDiskGib": 64}
    base = recorded("dev")
    pools = json.loads(json.dumps({"slipway:cluster": {"pools": {"extra": extra}}}))

    found = variant(tmp_path, "dev", pools)

    assert keys(found) - keys(base) == {f"{POOL}::cluster-pool-extra"}
    assert keys(base) - keys(found) == set()
    assert found.one(CLUSTER) == base.one(CLUSTER), "the cluster itself is not touched"
    assert found.one(POOL, "cluster-pool-extra").inputs["vmSize"] == "Standard_D4ds_v5"


def test_a_third_environment_is_one_more_file(tmp_path: Path) -> None:
    """Dev, then staging, then prod: the middle one passes on what it took over, known by its origin."""
    staging = variant(tmp_path, "prod", {}, name="staging")
    prod = variant(tmp_path, "prod", {"slipway:environment": {"promotesFrom": "staging"}})

    assert keys(staging) == keys(recorded("prod"))
    assert staging.outputs["azureDevOpsProjectId"] == "${dev.azureDevOpsProjectId}"
    assert prod.outputs["azureDevOpsProjectId"] == "${dev.azureDevOpsProjectId}"
    names = {text for text in strings(staging.one(CLUSTER).inputs) if "scoring-" in text}
    assert names
    assert all("prod" not in name for name in names)


def test_two_environments_share_no_name(tmp_path: Path) -> None:
    """Names that Azure, or a region, gives out once."""
    unique = ("registryName", "accountName", "dnsPrefix", "domainNameLabel", "resourceGroupName", "nodeResourceGroup")

    def taken(found: Recorded) -> set[str]:
        text = json.dumps([one.inputs for one in found.resources if one.type.startswith("azure-native:")], default=str)
        return {name for key in unique for name in re.findall(rf'"{key}": "([^"$]+)"', text)}

    environments = [recorded("dev"), recorded("prod"), variant(tmp_path, "prod", {}, name="staging")]
    names = [taken(one) for one in environments]
    assert all(names)
    assert not names[0] & names[1] | names[1] & names[2] | names[0] & names[2]


def test_models_in_s3_are_a_change_of_one_section(tmp_path: Path) -> None:
    bucket = {"bucket": "acme-models", "region": "eu-central-1", "roleArn": "arn:aws:iam::123456789012:role/models"}

    found = variant(tmp_path, "dev", {"slipway:model": {"source": "s3", "blob": None, "s3": bucket}})

    gone = {one.type for one in recorded("dev").resources if one.key in keys(recorded("dev")) - keys(found)}
    assert STORE in gone
    assert not [one for one in found.resources if one.type.startswith("azure-native:storage:")]
    assert found.outputs["modelRepository"] == "s3://acme-models"
    (connection,) = found.all("azuredevops:index/serviceEndpointAws:ServiceEndpointAws")
    assert connection.inputs["useOidc"] is True
    assert connection.inputs["roleToAssume"] == "arn:aws:iam::123456789012:role/models"
    assert found.one(CLUSTER) == recorded("dev").one(CLUSTER)


def test_another_region_is_another_word(tmp_path: Path) -> None:
    found = variant(tmp_path, "dev", {"slipway:environment": {"location": "swedencentral"}})

    assert keys(found) == keys(recorded("dev"))
    texts = {text for one in found.resources for text in strings(one.inputs)}
    assert not [text for text in texts if "westeurope" in text or "-weu" in text]
    assert found.one(CLUSTER).inputs["location"] == "swedencentral"


@pytest.mark.parametrize("word", ["dev", "prod", "staging"])
def test_no_code_knows_an_environment_by_name(word: str) -> None:
    literal = re.compile(rf"""["']{word}["']""")
    files = [*(ROOT / "infra").rglob("*.py"), *(ROOT / "delivery").rglob("*.py")]

    assert [str(path) for path in files if literal.search(path.read_text(encoding="utf-8"))] == []
