"""The doctor asks for the code before anything is made that needs it."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from delivery.doctor import source
from delivery.doctor.finding import Finding, State
from delivery.doctor.target import Source, Target, read

from .fake import Machine


def look(root: Path, found: Source) -> list[Finding]:
    target: Target = read(root, "dev")
    return list(source.look(replace(target, source=found)))


def other(url: str, branch: str = "main") -> Source:
    return Source("other-git", "mirror", "", url, branch)


GITHUB = Source("github", "contoso/scoring", "github", "", "main")


@pytest.fixture
def server(tmp_path: Path) -> str:
    folder = tmp_path / "server"
    quiet = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(folder)], check=True)
    subprocess.run([*quiet, "commit", "--quiet", "--allow-empty", "-m", "one"], cwd=folder, check=True)
    return folder.as_uri()


def test_a_server_that_can_be_mirrored_is_there(root: Path, server: str) -> None:
    (finding,) = look(root, other(server))

    assert (finding.state, finding.found) == (State.THERE, f"{server} answers, and has main")


def test_a_server_without_the_branch_is_named(root: Path, server: str) -> None:
    (finding,) = look(root, other(server, "release"))

    assert (finding.state, finding.found) == (State.MISSING, f"{server} has no branch release")


def test_a_url_that_nobody_answers_is_missing_with_what_git_was_told(root: Path, tmp_path: Path) -> None:
    url = (tmp_path / "nowhere").as_uri()
    (finding,) = look(root, other(url))

    assert finding.state is State.MISSING
    assert finding.found.startswith(f"{url}: ")
    assert "slipway:pipelines.hub.source.url" in finding.remedy


@pytest.mark.parametrize(
    ("kinds", "state", "found"),
    [
        (["github"], State.THERE, "github is a connection to GitHub, where contoso/scoring is"),
        (["azurerm"], State.MISSING, "github is a connection to azurerm"),
        ([], State.MISSING, "the project has no connection github"),
    ],
)
def test_the_kind_of_a_connection_is_looked_up(
    root: Path, machine: Machine, kinds: list[str], state: State, found: str
) -> None:
    machine.az("devops service-endpoint list", kinds)
    (finding,) = look(root, GITHUB)

    assert (finding.state, finding.found) == (state, found)


def test_azure_repos_and_later_environments_need_no_other_server(root: Path) -> None:
    assert look(root, Source("azure-repos", "scoring", "", "", "main")) == []
    assert list(source.look(read(root, "dev"))) == []
