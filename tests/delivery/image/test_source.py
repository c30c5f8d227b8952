"""Which code an image says it carries."""

import subprocess
from pathlib import Path

import pytest

from delivery.image.source import Source, labels
from tests.support import models
from tests.support.apps import reread


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with one commit of 2026-01-02 03:04:05 UTC."""
    root = tmp_path / "checkout"
    (root / "app").mkdir(parents=True)
    (root / "app" / "view.py").write_text("one = 1\n", encoding="utf-8")
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "one", "--date", "@1")
    return root


def git(root: Path, *arguments: str) -> str:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    environment = {**identity, "GIT_COMMITTER_DATE": "@1767323045 +0000", "PATH": "/usr/bin:/bin:/usr/local/bin"}
    done = subprocess.run(["git", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_commit_and_its_time_come_from_git(checkout: Path) -> None:
    source = Source.of(checkout, checkout / "app")
    assert source.commit == git(checkout, "rev-parse", "HEAD")
    assert source.time == 1767323045


def test_an_image_of_changed_code_does_not_pass_for_its_commit(checkout: Path) -> None:
    (checkout / "app" / "view.py").write_text("one = 2\n", encoding="utf-8")
    source = Source.of(checkout, checkout / "app")
    assert source.commit == git(checkout, "rev-parse", "HEAD") + "-dirty"
    assert source.short.endswith("-dirty")
    assert len(source.short) == 12 + len("-dirty")


def test_changes_outside_the_app_do_not_make_it_another_app(checkout: Path) -> None:
    (checkout / "notes.txt").write_text("x", encoding="utf-8")
    assert "dirty" not in Source.of(checkout, checkout / "app").commit


def test_a_folder_without_history_has_an_unknown_source(tmp_path: Path) -> None:
    assert Source.of(tmp_path, tmp_path / "app") == Source()


def test_credentials_in_the_remotes_address_reach_no_label(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "remote", "add", "origin", "https://me:secret@git.example/team/app.git")
    named = labels(Source.of(checkout, checkout / "app"), reread(models.write(tmp_path / "model")), "77")
    assert named["org.opencontainers.image.source"] == "https://git.example/team/app.git"
    assert "secret" not in str(named)


def test_labels_name_code_model_and_build(checkout: Path, tmp_path: Path) -> None:
    manifest = reread(models.write(tmp_path / "model", version="4"))
    source = Source.of(checkout, checkout / "app")
    assert labels(source, manifest, "77") == {
        "org.opencontainers.image.revision": source.commit,
        "org.opencontainers.image.created": "2026-01-02T03:04:05+00:00",
        "org.opencontainers.image.version": f"{source.commit[:12]}-colours-4",
        "slipway.model.name": "colours",
        "slipway.model.version": "4",
        "slipway.model.sha256": manifest.sha256,
        "slipway.build": "77",
    }


def test_what_is_unknown_has_no_label(tmp_path: Path) -> None:
    named = labels(Source(), reread(models.write(tmp_path / "model")), "")
    assert all(named.values())
    assert not {name for name in named if name.endswith((".revision", ".created", ".source", ".build"))}
