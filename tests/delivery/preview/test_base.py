"""Another commit is rendered by its own command, in its own tree, and leaves nothing behind."""

import functools
import json
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from delivery.failure import FailureError, UsageError
from delivery.preview import base, show

_RENDER = """
import json, sys
from pathlib import Path
out = Path(sys.argv[sys.argv.index("--out") + 1])
{what}
out.mkdir(parents=True, exist_ok=True)
inputs = {{"told": sys.argv[1:3], "release": "--release" in sys.argv, "value": Path("value.txt").read_text()}}
resource = {{"type": "x:y:Z", "name": "z", "parent": None, "inputs": inputs, "options": {{}}}}
whole = {{"format": 1, "project": "p", "stack": "prod", "resources": [resource], "outputs": {{}}}}
(out / "resources.json").write_text(json.dumps(whole))
"""


class Repository:
    """A git repository whose program says what a file says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "delivery" / "preview").mkdir(parents=True)
        (root / "Pulumi.prod.yaml").write_text("", encoding="utf-8")
        (root / "delivery" / "preview" / "kept.py").write_text("", encoding="utf-8")
        self.program()
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("first")

    def program(self, what: str = "") -> None:
        (self.root / "delivery" / "__main__.py").write_text(_RENDER.format(what=what), encoding="utf-8")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        done = subprocess.run(["git", *who, *arguments], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, value: str) -> str:
        (self.root / "value.txt").write_text(value, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", value)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def values(sides: base.Sides) -> tuple[object, object]:
    return (
        sides.base.resources[0].inputs["value"] if sides.base else None,
        sides.head.resources[0].inputs["value"],
    )


def test_each_side_is_what_its_own_tree_says(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create", "change")
    repository.commit("second")
    commit = base.branching_point("main", repository.root)

    sides = base.both(commit, "prod", (None, None), repository.root)

    assert values(sides) == ("first", "second")
    assert (commit.name, str(commit)) == ("main", f"main ({commit.sha[:8]})")


def test_uncommitted_changes_count_and_are_said(repository: Repository) -> None:
    (repository.root / "value.txt").write_text("not committed", encoding="utf-8")

    sides = base.both(base.branching_point("main", repository.root), "prod", (None, None), repository.root)

    assert values(sides) == ("first", "not committed")
    assert base.head_name(repository.root).endswith(" with uncommitted changes")


def test_an_edited_stack_file_is_told_though_nothing_follows_from_it(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "both", functools.partial(base.both, root=repository.root))
    monkeypatch.setattr(base, "branching_point", functools.partial(base.branching_point, root=repository.root))
    source = show.Source("prod", "main", "", False, None, None, (None, None))  # noqa: FBT003 - no engine
    same = show.preview(source)
    (repository.root / "Pulumi.prod.yaml").write_text("config: {}\n", encoding="utf-8")

    assert same.notes == ()
    (note,) = show.preview(source).notes
    assert re.fullmatch(r"Pulumi\.prod\.yaml differs from main \(\w{8}\)'s, and nothing follows from that", note)
    assert same.source.endswith(", without a dry run")


def test_what_the_other_branch_did_since_is_not_this_changes_doing(repository: Repository) -> None:
    left = repository.git("rev-parse", "HEAD")
    repository.git("switch", "--quiet", "--create", "change")
    repository.commit("ours")
    repository.git("switch", "--quiet", "main")
    repository.commit("theirs")
    repository.git("switch", "--quiet", "change")

    assert base.branching_point("main", repository.root).sha == left


def test_a_release_is_shown_on_the_side_that_it_is_given_for(repository: Repository, tmp_path: Path) -> None:
    release = tmp_path / "release.json"
    release.write_text("{}", encoding="utf-8")
    sides = base.both(base.branching_point("main", repository.root), "prod", (release, None), repository.root)

    assert sides.base is not None
    assert (sides.base.resources[0].inputs["release"], sides.head.resources[0].inputs["release"]) == (False, True)


def test_a_base_without_the_stack_makes_everything_new(repository: Repository) -> None:
    commit = base.branching_point("main", repository.root)
    (repository.root / "Pulumi.dev.yaml").write_text("", encoding="utf-8")

    sides = base.both(commit, "dev", (None, None), repository.root)

    assert sides.base is None
    assert sides.note == f"main ({commit.sha[:8]}) has no stack dev: everything counts as new"


@pytest.mark.parametrize("how", ["command", "folder"])
def test_a_base_from_before_the_command_makes_everything_new(repository: Repository, how: str) -> None:
    if how == "command":
        repository.program("sys.exit(\"Error: No such command 'preview'.\")")
    else:
        (repository.root / "delivery" / "preview" / "kept.py").unlink()
    repository.commit("old")
    commit = base.branching_point("main", repository.root)
    repository.program()

    sides = base.both(commit, "prod", (None, None), repository.root)

    assert sides.note.endswith("is from before there was a command to render it: everything counts as new")
    assert sides.base is None


def test_a_base_that_breaks_says_why_in_one_sentence(repository: Repository) -> None:
    repository.program('raise ValueError("the program is broken")')
    repository.commit("broken")
    commit = base.branching_point("main", repository.root)
    repository.program()

    with pytest.raises(FailureError) as refusal:
        base.both(commit, "prod", (None, None), repository.root)

    assert str(refusal.value).endswith("stack prod cannot be rendered: ValueError: the program is broken")
    assert "\n" not in str(refusal.value)


def test_nothing_is_left_behind(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    base.both(base.branching_point("main", repository.root), "prod", (None, None), repository.root)

    assert list(scratch.iterdir()) == []
    assert repository.git("status", "--porcelain") == ""
    assert repository.git("worktree", "list").count("\n") == 0


def test_a_commit_that_git_does_not_know_says_how_to_get_it(repository: Repository) -> None:
    with pytest.raises(UsageError, match="a shallow clone needs `git fetch origin nowhere`"):
        base.branching_point("nowhere", repository.root)


def test_states_are_read_as_json(repository: Repository) -> None:
    sides = base.both(base.branching_point("main", repository.root), "prod", (None, None), repository.root)

    assert json.dumps(sides.head.resources[0].inputs["told"]) == '["preview", "render"]'
