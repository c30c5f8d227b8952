"""Names that the Azure Pipelines YAML and this program must agree on: pure facts, compared with pipelines/ by a test.

They carry no workload: an Azure DevOps project holds one Slipway.
"""

from dataclasses import dataclass
from enum import StrEnum

FOLDER = "pipelines"
"""Path from the repository's root of the folder that holds the YAML."""

ARTIFACT = "release"
"""Name of the artifact that the build publishes: release.json and the bill of materials."""

WEBHOOK = "SlipwayModel"
"""The incoming webhook that says "look at the model repository". Unique in the organisation."""

AUDIENCE = "api://AzureADTokenExchange"
"""Audience of a federated token (learn.microsoft.com, "Workload identity federation")."""


LOGIN = {"AZURE_USE_AZURE_CLI": "true", "AZURE_TOKEN_CREDENTIALS": "AzureCLICredential"}
"""The connection's login and no other, for the store library and for Azure's own libraries in Go and Python.

Their default chain asks a machine for its managed identity first, and agents in a private network may have one.
"""


@dataclass(frozen=True)
class Pipeline:
    """One definition: its name, by which `resources.pipelines` finds it, and its YAML."""

    name: str
    file: str

    @property
    def path(self) -> str:
        """The YAML as the definition names it."""
        return f"{FOLDER}/{self.file}"


BUILD = Pipeline("slipway-build", "build.yml")
RELEASE = Pipeline("slipway-release", "release.yml")
DRIFT = Pipeline("slipway-drift", "drift.yml")
MIRROR = Pipeline("slipway-mirror", "mirror.yml")
MODEL_ON_SCHEDULE = Pipeline("slipway-model", "model-schedule.yml")
MODEL_ON_WEBHOOK = Pipeline("slipway-model", "model-webhook.yml")


class Purpose(StrEnum):
    """Purpose of a connection to Azure: each has an identity of its own."""

    DEPLOY = "deploy"
    DRIFT = "drift"


BUILD_CONNECTION = "slipway-build"
"""Azure, as the build's identity."""

AWS_CONNECTION = "slipway-models"
"""AWS, where the models lie in S3."""

WEBHOOK_CONNECTION = "slipway-model"
"""The incoming webhook's connection."""

_WEBHOOK_API = "6.0-preview"

BUILD_VARIABLES = "slipway-build"
"""The build's variable group."""


def connection(environment: str, purpose: Purpose) -> str:
    """The connection to an environment's Azure."""
    return f"slipway-{environment}-{purpose}"


def variables(environment: str) -> str:
    """An environment's variable group."""
    return f"slipway-{environment}"


def ref(branch: str) -> str:
    """A branch as Git names it in full, which is the one form that definitions and checks take."""
    return f"refs/heads/{branch}"


def backend_url(account: str, container: str) -> str:
    """The state backend as `pulumi login` takes it."""
    return f"azblob://{container}?storage_account={account}"


def releases_url(account: str, container: str) -> str:
    """The store of releases as `slipway release --store` takes it."""
    return f"az://{account}/{container}"


def container_id(subscription_id: str, resource_group: str, account: str, container: str) -> str:
    """A container as role assignments name it."""
    return (
        f"/subscriptions/{subscription_id}/resourceGroups/{resource_group}/providers/Microsoft.Storage"
        f"/storageAccounts/{account}/blobServices/default/containers/{container}"
    )


def webhook_url(organization: str) -> str:
    """Return the address that rings (learn.microsoft.com, "resources.webhooks"); it has no secret."""
    return f"{organization}/_apis/public/distributedtask/webhooks/{WEBHOOK}?api-version={_WEBHOOK_API}"
