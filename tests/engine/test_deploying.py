"""`delivery release` and `delivery drift` over the real engine and the real program."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.drift.drift import look
from delivery.image.registry.client import Stored
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.release import importing
from delivery.release.deploy import deploy
from delivery.release.deployer import Deployer, RestoredError
from delivery.release.engine import Engine, LockedError
from delivery.release.gate import GateError
from delivery.release.record import Image, Release, release_id
from delivery.release.rollback import rollback
from delivery.release.smoke import Demands
from delivery.release.store import ReleaseStore
from delivery.release.verify import verify
from delivery.service.client import await_ready
from delivery.service.process import Process
from tests.delivery.image.altered import Altered
from tests.delivery.release.samples import DOCUMENTS, release
from tests.delivery.release.stand_ins import StandIns
from tests.engine.harness.environments import Environments
from tests.support import models
from tests.support.apps import SAMPLE

pytestmark = pytest.mark.engine

DEPLOYMENT = "kubernetes:apps/v1:Deployment"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The real service; the address before it speaks for whatever image the cluster runs."""
    folder = tmp_path_factory.mktemp("deploying")
    models.write(folder / "model")
    with Process(SAMPLE, folder / "model", folder / "service.log") as running:
        await_ready(running)
        yield running


class Dev:
    """Dev, as whoever deploys to it has it."""

    def __init__(self, found: Environments, folder: Path) -> None:
        self.environments, self.cloud = found, found.workspace.cloud
        self.engine = Engine("dev", found.workspace.project)
        self.store = ReleaseStore(open_store(parse_location(str(folder / "releases")), create=True))
        self.releases: dict[str, Release] = {}
        self.wrong: set[str] = set()
        self.address = ""

    def release(self, number: int) -> Release:
        image = Image(registry="registry.example", repository="scoring", digest=_digest(number), tag="t", size=1)
        plain = release(number)
        made = plain.model_copy(update={"image": image, "id": release_id(plain.created, image.digest)})
        self.releases[image.digest] = made
        if self.store.find(made.id) is None:
            self.store.add(made, DOCUMENTS)
        return made

    @property
    def runs(self) -> str:
        """The digest that the simulated cluster runs."""
        (found,) = self.cloud.all(DEPLOYMENT)
        return str(json.dumps(found.body).partition("@")[2][:71])

    def deployer(self) -> Deployer:
        demands = Demands(latency_ms=20_000, settle_seconds=2, settled=2, samples=3, ready_seconds=30)
        steps = Steps(Console(width=200))
        return Deployer(
            app=SAMPLE, steps=steps, engine=self.engine, store=self.store, demands=demands, address=self.address
        )

    def answer(self, asked: str, status: int, body: bytes) -> tuple[int, bytes]:
        running = self.releases[self.runs]
        if asked == "GET /version" and body.startswith(b"{"):
            document = json.loads(body)
            document["code"] |= {"commit": running.commit, "build": running.build_id}
            document["model"] |= running.model.model_dump()
            return status, json.dumps(document).encode()
        if running.image.digest in self.wrong and asked == "POST /v1/classify":
            return status, body.replace(b'"label":"red"', b'"label":"mauve"')
        return status, body


def _digest(number: int) -> str:
    return f"sha256:{f'{number:02d}' * 32}"


@pytest.fixture
def dev(first: Environments, service: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dev]:
    """Dev after its first `up`, with no release yet. Its registry holds every image."""

    class Registry:
        def __init__(self, place: object) -> None:
            del place

        def manifest(self, reference: str) -> Stored:
            return Stored(reference.encode(), "", "")

    monkeypatch.setattr(importing, "Registry", Registry)
    for name, value in first.workspace.variables.items():
        monkeypatch.setenv(name, value)
    made = Dev(first, tmp_path)
    with Altered(service, made.answer) as front:
        made.address = f"http://{front.host}:{front.port}/"
        yield made


def test_a_release_goes_live_and_the_stack_file_is_not_touched(dev: Dev) -> None:
    file = dev.environments["dev"].file.read_bytes()
    one = dev.release(1)
    deploy(dev.deployer(), one)

    assert dev.runs == one.image.digest
    assert dev.environments["dev"].outputs()["release"] == one.configuration()
    assert dev.environments["dev"].file.read_bytes() == file
    kept = dev.environments["dev"].preview()
    assert (kept.of("kubernetes:"), kept.of("azure")) == ({}, {})


def test_a_bad_release_makes_room_for_the_good_one_and_going_back_goes_back(dev: Dev) -> None:
    one, bad, three = (dev.release(number) for number in (1, 2, 3))
    dev.wrong.add(bad.image.digest)
    deploy(dev.deployer(), one)
    with pytest.raises(RestoredError, match="examples are answered wrongly"):
        deploy(dev.deployer(), bad)
    assert dev.runs == one.image.digest

    deploy(dev.deployer(), three)
    assert verify(dev.deployer()).digest == three.image.digest == dev.runs
    assert rollback(dev.deployer()).digest == one.image.digest == dev.runs


def test_a_rollout_that_the_engine_gives_up_is_undone(dev: Dev) -> None:
    one, two = dev.release(1), dev.release(2)
    deploy(dev.deployer(), one)
    dev.cloud.fail(DEPLOYMENT, "update", "ProgressDeadlineExceeded", kind="break")

    with pytest.raises(RestoredError, match="ProgressDeadlineExceeded"):
        deploy(dev.deployer(), two)

    assert dev.runs == one.image.digest
    assert dev.environments["dev"].outputs()["release"] == one.configuration()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_release_whose_engine_was_killed_is_undone(dev: Dev, number: int) -> None:
    """The lock is the dead engine's own, and what it had changed is read before the last good release is put back."""
    one, two = dev.release(1), dev.release(2)
    deploy(dev.deployer(), one)
    dev.cloud.kill_engine(number)

    with pytest.raises(RestoredError, match="pulumi up was ended by SIGKILL"):
        deploy(dev.deployer(), two)

    assert dev.runs == one.image.digest
    assert dev.environments["dev"].outputs()["release"] == one.configuration()
    deploy(dev.deployer(), two)
    assert dev.runs == two.image.digest
    dev.environments["dev"].configure("slipway:release", two.configuration())
    assert dev.environments["dev"].up("--refresh", "--expect-no-changes").operations == {}


def test_what_a_lost_agent_left_is_finished_once_its_lock_is_taken_away(dev: Dev) -> None:
    one, two = dev.release(1), dev.release(2)
    deploy(dev.deployer(), one)
    dev.environments["dev"].configure("slipway:release", two.configuration())
    dev.cloud.kill_engine(1)
    dev.environments["dev"].up(must=False)
    assert dev.runs == two.image.digest

    with pytest.raises(LockedError, match=r"(?s)changed nothing.*pulumi cancel --stack dev"):
        deploy(dev.deployer(), one, older=True)
    assert dev.environments.workspace.run("cancel", "--yes", "--stack", "dev").ok
    deploy(dev.deployer(), one, older=True)
    assert dev.runs == one.image.digest


def test_without_an_answer_of_the_cluster_nothing_is_previewed_or_changed(dev: Dev) -> None:
    for number in (1, 2):
        deploy(dev.deployer(), dev.release(number))
    before, reason = dev.environments["dev"].state(), "configured Kubernetes cluster is unreachable: AADSTS700082"
    dev.cloud.fail(DEPLOYMENT, "read", reason, times=2)

    refusal = r"(?s)dev: the cluster does not answer; nothing was changed.*AADSTS700082"
    with pytest.raises(GateError, match=refusal):
        deploy(dev.deployer(), dev.release(3))
    with pytest.raises(GateError, match=refusal):
        rollback(dev.deployer())
    assert dev.environments["dev"].state() == before


def test_a_pipeline_that_may_only_release_stops_at_a_change_of_the_cluster(dev: Dev) -> None:
    deploy(dev.deployer(), dev.release(1), rights=None)
    dev.environments["dev"].configure("slipway:cluster.pools.app.maxCount", 5)
    before = dev.environments["dev"].state()

    with pytest.raises(GateError, match=r"(?s)AgentPool.*a person applies that first: pulumi up -s dev"):
        deploy(dev.deployer(), dev.release(2), rights="release")
    assert dev.environments["dev"].state() == before


def test_drift_is_found_and_left_as_it_is(dev: Dev, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    az = StandIns(tmp_path / "stand-ins")
    az.install()
    (az.folder / "bin" / "pulumi").unlink()
    monkeypatch.setenv("PATH", str(az.folder / "bin"), prepend=":")
    assignments = dev.cloud.all("azure-native:authorization:RoleAssignment")
    listed: list[dict[str, Any]] = [
        {
            "id": one.id,
            "properties": {
                "scope": one.id.partition("/providers/Microsoft.Authorization")[0],
                "roleDefinitionId": "known",
                "principalId": "p",
            },
        }
        for one in assignments
    ]
    az.change(az={"rest --method get": {"value": listed}})
    (account,) = [one for one in dev.cloud.all("azure-native:storage:StorageAccount") if one.name]
    steps = Steps(Console(width=200))
    assert look(dev.engine, steps).headline.startswith("dev: nothing differs")

    dev.cloud.drift(account.id, "allowSharedKeyAccess", True)  # noqa: FBT003 - the value that somebody clicked
    inside = next(one for one in listed if account.id.rpartition("/providers/")[0] in one["id"])
    by_hand = {**inside, "id": f"{inside['id']}-by-hand"}
    az.change(az={"rest --method get": {"value": [*listed, by_hand]}})
    before = dev.environments["dev"].state()
    found = look(dev.engine, steps)

    assert [item.type for item in found.items] == ["azure-native:storage:StorageAccount"]
    assert [one.id for one in found.assignments] == [by_hand["id"]]
    assert dev.environments["dev"].state() == before
    drifted = dev.cloud.get(account.id)
    assert drifted is not None
    assert drifted.body["allowSharedKeyAccess"] is True


def test_a_replaced_identity_takes_its_way_in_and_its_roles_along(first: Environments) -> None:
    """What the runbook for a rotated identity says, to the end: nothing is left to mend."""
    cloud = first.workspace.cloud
    identity = "azure-native:managedidentity:UserAssignedIdentity"
    credential = "azure-native:managedidentity:FederatedIdentityCredential"

    done = first["dev"].up("--replace", "**pipeline-identities-deploy")

    assert done.operations[f"{identity}::pipeline-identities-deploy"] == "replace"
    assert len(cloud.all(credential)) == 3
    assert first["dev"].up("--refresh", "--expect-no-changes").operations == {}
