"""The rendered state of another commit: its own tree, rendered by its own command, in this environment."""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from delivery.failure import FailureError, UsageError
from delivery.paths import ROOT

from .states import Rendered, read

_PATIENCE = 600
_NO_COMMAND = ("No such command", "No module named delivery", "No module named 'delivery'")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit to compare with. `name` is how it was asked for."""

    name: str
    sha: str

    def __str__(self) -> str:
        short = self.sha[:8]
        return short if self.sha.startswith(self.name) else f"{self.name} ({short})"


@dataclass(frozen=True, slots=True)
class Sides:
    """Both states. Without a `base`, `note` says why everything counts as new."""

    base: Rendered | None
    head: Rendered
    note: str
    edited: bool = False
    """True where the stack file differs."""


def branching_point(name: str, root: Path = ROOT) -> Commit:
    """Return the commit at which this one left `name`: the other side's later changes are not this change's doing."""
    sha = _resolved(name, root)
    merge_base = _git(root, "merge-base", sha, "HEAD", check=False)
    return Commit(name, merge_base or sha)


def head_name(root: Path = ROOT) -> str:
    """Return the name of what is compared: this commit, with a note where the work tree has more."""
    sha = _git(root, "rev-parse", "HEAD")[:8]
    return f"{sha} with uncommitted changes" if _git(root, "status", "--porcelain") else sha


def both(commit: Commit, stack: str, releases: tuple[Path | None, Path | None], root: Path = ROOT) -> Sides:
    """The stack as the commit declares it, and as this work tree does. Both are rendered at the same time.

    `releases`: what to show as deployed here and there.
    """
    here_told, base_told = map(_told, releases)
    with _exported(commit, root) as tree, tempfile.TemporaryDirectory(prefix="slipway-preview-") as folder:
        head = _start(root, stack, Path(folder) / "head", here_told)
        missing = _missing(tree, stack, commit)
        base = None if missing else _start(tree, stack, Path(folder) / "base", base_told)
        here = _finished(head, Path(folder) / "head", f"this work tree, stack {stack}")
        if base is None:
            return Sides(None, here, missing)
        try:
            there = _finished(base, Path(folder) / "base", f"{commit}, stack {stack}")
            files = ((one / f"Pulumi.{stack}.yaml").read_bytes() for one in (tree, root))
            return Sides(there, here, "", edited=len(set(files)) > 1)
        except _NoRenderError:
            return Sides(None, here, _no_command(commit))


def rendered(stack: str, root: Path = ROOT) -> Rendered:
    """The stack as this work tree declares it."""
    with tempfile.TemporaryDirectory(prefix="slipway-preview-") as folder:
        return _finished(_start(root, stack, Path(folder), []), Path(folder), f"this work tree, stack {stack}")


def _told(release: Path | None) -> list[str]:
    return ["--release", str(release.resolve())] if release else []


class _NoRenderError(Exception):
    """The tree is from before there was a command to render it."""


@contextmanager
def _exported(commit: Commit, root: Path) -> Iterator[Path]:
    """The commit's files in a folder of their own. No work tree of git's: being killed leaves none behind."""
    packed = subprocess.run(["git", "archive", "--format=tar", commit.sha], cwd=root, capture_output=True, check=False)
    if packed.returncode:
        raise FailureError(f"git cannot export {commit}: {packed.stderr.decode(errors='replace').strip()}")
    with tempfile.TemporaryDirectory(prefix="slipway-base-") as folder:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder)


def _missing(tree: Path, stack: str, commit: Commit) -> str:
    """Return why the tree cannot have such a state; empty if it can."""
    if not (tree / f"Pulumi.{stack}.yaml").exists():
        return f"{commit} has no stack {stack}: everything counts as new"
    if not (tree / "delivery" / "preview").is_dir():
        return _no_command(commit)
    return ""


def _no_command(commit: Commit) -> str:
    return f"{commit} is from before there was a command to render it: everything counts as new"


def _start(tree: Path, stack: str, out: Path, told: list[str]) -> subprocess.Popen[str]:
    # The tree's own code must run, not what this process was told to import.
    kept = {name: text for name, text in os.environ.items() if name not in ("PYTHONPATH", "PYTHONSAFEPATH")}
    return subprocess.Popen(
        [sys.executable, "-m", "delivery", "preview", "render", "--stack", stack, "--out", str(out), *told],
        cwd=tree,
        env=kept | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finished(process: subprocess.Popen[str], out: Path, what: str) -> Rendered:
    try:
        _, said = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise FailureError(f"{what}: rendering took more than {_PATIENCE} s and was stopped") from None
    except BaseException:
        process.kill()
        raise
    if process.returncode == 0:
        return read(out)
    if any(sign in said for sign in _NO_COMMAND):
        raise _NoRenderError
    told = said.strip().removeprefix("error: ") or f"exit code {process.returncode}"
    # A program of that commit that breaks says why in its last line.
    raise FailureError(f"{what} cannot be rendered: {told.splitlines()[-1] if 'Traceback' in told else told}")


def _resolved(name: str, root: Path) -> str:
    for candidate in (name, f"origin/{name}"):
        sha = _git(root, "rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}", check=False)
        if sha:
            return sha
    raise UsageError(f"--base {name}: git knows no such commit here; a shallow clone needs `git fetch origin {name}`")


def _git(root: Path, *arguments: str, check: bool = True) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise FailureError("git is not installed here; it is needed to compare with another commit") from None
    if done.returncode and check:
        raise FailureError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip() if done.returncode == 0 else ""
