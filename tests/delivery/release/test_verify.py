"""The smoke test alone, and the commands around it: what they print and how they end."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery import cli
from delivery.failure import NotFoundError, UsageError
from delivery.release.deploy import deploy
from delivery.release.verify import verify
from delivery.service.remote import parse_remote
from delivery.service.running import ServiceError

from .samples import DOCUMENTS
from .world import World

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(prod: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`slipway release ...` on the production environment, from its checkout."""
    monkeypatch.setattr("delivery.release.engine.Engine.__init__.__defaults__", (prod.root, None))
    monkeypatch.setenv("SLIPWAY_RELEASES", str(prod.store.store.location).removeprefix("file://"))
    monkeypatch.setenv("COLUMNS", "300")

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["delivery", "release", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return code, *capsys.readouterr()

    return command


ASKING = ("--stack", "prod", "--settle", "0.5", "--latency-ms", "5000")


def test_the_release_that_the_stack_names_is_proved(prod: World) -> None:
    release = prod.release(1)
    deploy(prod.deployer(), release)

    assert verify(prod.deployer()).digest == release.image.digest


def test_another_release_than_the_live_one_is_not(prod: World) -> None:
    deploy(prod.deployer(), prod.release(1))

    with pytest.raises(ServiceError, match=r"the release still is another: GET /version: code\.build"):
        verify(prod.deployer(), prod.release(2))


def test_before_the_first_release_there_is_nothing_to_verify(prod: World) -> None:
    with pytest.raises(NotFoundError, match="stack prod runs no release yet"):
        verify(prod.deployer())


def test_everything_is_asked_through_the_public_address(prod: World) -> None:
    deploy(prod.deployer(), prod.release(1))

    paths = {asked.partition(" ")[2] for asked in prod.asked}
    assert {"/v2/health/ready", "/version", "/score", "/v1/classify", "/no-such-path"} <= paths
    assert {"POST /score", "GET /score", "DELETE /v1/classify"} <= set(prod.asked)
    assert not {"/metrics", "/healthz", "/readyz"} & paths


def test_another_address_can_be_named(prod: World) -> None:
    deploy(prod.deployer(), prod.release(1))
    outputs = prod.engine.read()["outputs"]
    outputs["prod"]["endpointUrl"] = "http://nowhere.invalid/"
    prod.engine.change(outputs=outputs)

    assert verify(prod.deployer()).digest == prod.live


@pytest.mark.parametrize(
    ("url", "host", "port", "secure"),
    [
        ("http://scoring.westeurope.cloudapp.azure.com/", "scoring.westeurope.cloudapp.azure.com", 80, False),
        ("https://scoring.example", "scoring.example", 443, True),
        ("https://scoring.example:8443/", "scoring.example", 8443, True),
        ("127.0.0.1:8080", "127.0.0.1", 8080, False),
    ],
)
def test_addresses_are_read_with_their_ports_and_tls(url: str, host: str, port: int, secure: object) -> None:
    found = parse_remote(url, "/health")
    assert (found.host, found.port, found.secure) == (host, port, secure)


@pytest.mark.parametrize(
    "url", ["ftp://host/", "http://", "http://host/path", "http://me:x@host/", "http://host:port/"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="allowed is"):
        parse_remote(url, "/health")


def test_commands_deploy_show_and_go_back(prod: World, run: Run, tmp_path: Path) -> None:
    """A release that was recorded on another machine becomes known to the store by being deployed."""
    first, second = prod.release(1), prod.release(2)
    folder = tmp_path / "artifact"
    folder.mkdir()
    for name, data in (*DOCUMENTS.items(), ("release.json", first.to_json())):
        (folder / name).write_bytes(data)

    code, out, _ = run("deploy", *ASKING, "--release", folder)
    assert (code, prod.live) == (0, first.image.digest)
    assert f"{first.id} (commit c0ffee000000, colours 1) is live in prod" in out
    assert run("deploy", *ASKING, "--release", second.id)[0] == 0
    assert run("verify", *ASKING)[0] == 0
    assert "prod" in run("list")[1]
    code, out, _ = run("rollback", *ASKING)
    assert (code, prod.live) == (0, first.image.digest)
    assert "is live in prod again" in out


def test_exit_codes_tell_what_became_of_it(prod: World, run: Run) -> None:
    good, bad = prod.release(1), prod.release(2)
    prod.faults[bad.image.digest] = "wrong"

    assert run("deploy", *ASKING, "--release", bad.id)[0] == 7
    assert run("deploy", *ASKING, "--release", good.id)[0] == 0
    code, _, err = run("deploy", *ASKING, "--release", bad.id)
    assert code == 6
    assert "is live again, and was proved" in err
    assert run("deploy", *ASKING, "--release", "no-such")[0] == 3
    assert run("deploy", *ASKING, "--release", good.id, "--rights", "everything")[0] == 2
    prod.faults[good.image.digest] = "wrong"
    assert run("verify", *ASKING)[0] == 1


def test_a_preview_is_shown_written_and_approved_by_being_approved(prod: World, run: Run, tmp_path: Path) -> None:
    release = prod.release(1)
    step = {"op": "update", "urn": "urn:pulumi:STACK::slipway::kubernetes:core/v1:ConfigMap::settings"}
    state = {"type": "kubernetes:core/v1:ConfigMap", "custom": True}
    sides = {side: {**state, "inputs": {"data": {"a": side}}} for side in ("oldState", "newState")}
    prod.engine.change(steps=[{**step, **sides}])

    code, out, _ = run("preview", "--stack", "prod", "--release", release.id, "--to", tmp_path / "preview")

    assert code == 0
    assert "settings" in out
    assert "settings" in (tmp_path / "preview" / "preview.md").read_text()
    approved = json.loads((tmp_path / "preview" / "approval.json").read_text())
    assert [change["operation"] for change in approved["changes"]] == ["update"]
    assert prod.ups == []
    assert run("deploy", *ASKING, "--release", release.id, "--approved", tmp_path)[0] == 0


def test_a_preview_with_a_shut_gate_says_so_before_anybody_is_asked(prod: World, run: Run, tmp_path: Path) -> None:
    state = {"type": "azure-native:storage:StorageAccount", "custom": True, "inputs": {}, "protect": True}
    urn = "urn:pulumi:STACK::slipway::azure-native:storage:StorageAccount::store"
    prod.engine.change(steps=[{"op": "delete", "urn": urn, "oldState": state}])

    code, _, err = run("preview", "--stack", "prod", "--release", prod.release(1).id, "--to", tmp_path)

    assert code == 10
    assert "this release cannot be deployed" in err


def test_a_release_without_its_documents_is_not_taken_in(prod: World, run: Run, tmp_path: Path) -> None:
    release = prod.release(1).model_copy(update={"id": "20300101T000000Z-000000000000"})
    (tmp_path / "release.json").write_bytes(release.to_json())

    code, _, err = run("deploy", *ASKING, "--release", tmp_path / "release.json")

    assert code == 2
    assert "a release comes with the documents that it names" in err
