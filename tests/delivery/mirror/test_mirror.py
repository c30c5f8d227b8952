"""The mirror follows, with real Git repositories on this machine, and never overwrites."""

import base64
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from delivery.failure import ConflictError, FailureError, UsageError
from delivery.mirror.mirror import Mirror
from tests.delivery.release.stand_ins import StandIns

WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.c"}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | WHO, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@dataclass(frozen=True)
class Sides:
    server: Path
    mirror: Path
    checkout: Path

    def commit(self, text: str, folder: Path | None = None) -> str:
        """A new commit on a side's main; its id."""
        place = folder or self.server
        (place / "file").write_text(text)
        git(place, "add", "file")
        git(place, "commit", "--quiet", "-m", text)
        return git(place, "rev-parse", "HEAD")

    def there(self, name: str = "refs/heads/main") -> str:
        return (git(self.mirror, "ls-remote", ".", name).split() or [""])[0]

    def follow(self) -> str:
        return Mirror(source=self.server.as_uri(), branch="main", folder=self.checkout).run()


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    """A server with one commit, its mirror, and a pipeline's checkout of the mirror."""
    found = Sides(tmp_path / "server", tmp_path / "mirror.git", tmp_path / "checkout")
    found.server.mkdir()
    git(found.server, "init", "--quiet", "--initial-branch", "main")
    found.commit("one")
    git(tmp_path, "clone", "--quiet", "--bare", str(found.server), str(found.mirror))
    git(tmp_path, "clone", "--quiet", str(found.mirror), str(found.checkout))
    return found


def test_a_new_commit_arrives(sides: Sides) -> None:
    before, after = sides.there(), sides.commit("two")

    assert sides.follow() == f"main went from {before[:12]} to {after[:12]}"
    assert sides.there() == after


def test_tags_arrive_too_and_other_branches_do_not(sides: Sides) -> None:
    commit = sides.commit("two")
    git(sides.server, "tag", "v1")
    git(sides.server, "branch", "somebodys-work")
    sides.follow()

    assert sides.there("refs/tags/v1") == commit
    assert sides.there("refs/heads/somebodys-work") == ""


def test_where_nothing_is_new_that_is_said(sides: Sides) -> None:
    assert sides.follow() == f"main is at {sides.there()[:12]} on both sides"


def test_an_empty_mirror_is_filled(sides: Sides, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", "empty.git")
    git(sides.checkout, "remote", "set-url", "origin", str(tmp_path / "empty.git"))

    assert sides.follow().startswith("main went from nothing to ")


def test_work_that_is_only_on_the_mirror_is_never_overwritten(sides: Sides) -> None:
    theirs = sides.commit("pushed to the mirror", sides.checkout)
    git(sides.checkout, "push", "--quiet", "origin", "main")
    sides.commit("two")

    with pytest.raises(ConflictError, match="the two sides have parted"):
        sides.follow()
    assert sides.there() == theirs


def test_a_server_that_does_not_answer_is_named(sides: Sides, tmp_path: Path) -> None:
    with pytest.raises(FailureError, match="git fetch ended with exit code"):
        Mirror(source=(tmp_path / "nowhere").as_uri(), branch="main", folder=sides.checkout).run()


def test_without_a_server_to_follow_the_variable_is_named() -> None:
    with pytest.raises(UsageError, match="SLIPWAY_SOURCE"):
        Mirror(source="", branch="main").run()


def test_azure_repos_is_spoken_to_with_the_azure_login_and_no_token_is_written(
    sides: Sides, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    az = StandIns(tmp_path / "stand-ins")
    az.install()
    az.change(az={"account get-access-token --resource": {"accessToken": "of-the-session"}})
    monkeypatch.setenv("PATH", str(az.folder / "bin"), prepend=":")
    git(sides.checkout, "remote", "set-url", "origin", "https://dev.azure.com/contoso/scoring/_git/scoring")

    told = Mirror(source="", branch="main", folder=sides.checkout)._authenticated()._variables

    assert told["GIT_CONFIG_KEY_0"] == "http.https://dev.azure.com/.extraheader"
    assert base64.b64decode(told["GIT_CONFIG_VALUE_0"].split()[-1]) == b":of-the-session"
    assert "of-the-session" not in (sides.checkout / ".git" / "config").read_text()


def test_a_tag_that_moved_stops_neither_branch_nor_new_tags_and_is_named(sides: Sides) -> None:
    first = sides.there()
    git(sides.server, "tag", "latest")
    sides.follow()
    second = sides.commit("two")
    git(sides.server, "tag", "--force", "latest")
    git(sides.server, "tag", "v2")

    told = sides.follow()

    assert told.splitlines()[1:] == [
        f"refs/tags/latest has moved on {sides.server.as_uri()} to {second[:12]}; here it stays at {first[:12]}"
    ]
    assert (sides.there(), sides.there("refs/tags/v2"), sides.there("refs/tags/latest")) == (second, second, first)
