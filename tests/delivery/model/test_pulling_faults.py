"""Pulling over bad lines, and being stopped on the way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from delivery.failure import FailureError
from delivery.model.cache import Cache
from delivery.model.location import parse_location
from delivery.model.pulling import pull
from delivery.model.repository import Repository
from delivery.model.store import open_store
from tests.support.service import ROOT
from tests.support.waiting import PATIENCE

from .candidates import facts, read_all
from .proxy import Faults, proxied
from .pulls import MODEL, publish_bytes, pull_live, unreachable


def test_a_broken_off_download_is_continued_by_the_next_pull(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache
) -> None:
    manifest = publish_bytes(folder_repository, tmp_path, MODEL)
    arrived = 0

    def interrupt(count: int) -> None:
        nonlocal arrived
        arrived += count
        if arrived > 10_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull_live(folder_repository, to, cache, interrupt)
    assert not to.exists()

    pulled = pull_live(folder_repository, to, cache)

    assert 0 < pulled.downloaded <= len(MODEL) - 10_000_000 + manifest.files["labels.txt"].size
    assert read_all(to)[1] == MODEL


@pytest.mark.parametrize("left", [b"x" * 2, b"x" * 4, b"x" * 9])
def test_a_partial_download_that_is_wrong_is_begun_anew(
    repository: Repository, tmp_path: Path, to: Path, cache: Cache, left: bytes
) -> None:
    manifest = publish_bytes(repository, tmp_path, b"aaaa")
    (cache.root / "partial").mkdir(parents=True)
    (cache.root / "partial" / manifest.sha256).write_bytes(left)

    pull_live(repository, to, cache)

    assert read_all(to)[1] == b"aaaa"


def test_a_pull_killed_between_its_two_renames_is_put_right_by_the_next(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_bytes(folder_repository, tmp_path, b"a")
    pull_live(folder_repository, to, cache)
    aside = to.parent / f".{to.name}.pull"
    aside.mkdir()
    to.rename(aside / "old")
    monkeypatch.setattr(folder_repository.store, "chunks", unreachable)

    assert not pull_live(folder_repository, to, cache).changed
    assert read_all(to)[1] == b"a"
    assert not aside.exists()


def test_a_pull_killed_at_any_moment_leaves_a_whole_version_or_none(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache
) -> None:
    old = publish_bytes(folder_repository, tmp_path, MODEL[:5_000_000])
    new = publish_bytes(folder_repository, tmp_path, MODEL)
    kills = 8
    with ExitStack() as started:
        pullers = [started.enter_context(_puller(folder_repository, to, cache)) for _ in range(kills + 1)]
        first = pullers.pop()
        assert first.stdout is not None
        first.stdout.readline()
        began = time.monotonic()
        first.communicate(b"go\n")
        whole = time.monotonic() - began
        killed = 0
        for number, puller in enumerate(pullers):
            pull(folder_repository, old, to, cache, lambda _: None)
            (cache.root / "sha256" / new.sha256).unlink(missing_ok=True)
            killed += _told_and_killed(puller, whole * number / kills)
            if to.exists():
                manifest, model, _ = read_all(to)
                assert facts(model) == manifest.files["model.onnx"]
                assert manifest in (old, new)
    assert killed > 0, "every pull was over before it was killed: this test showed nothing"
    assert pull(folder_repository, new, to, cache, lambda _: None).manifest == new
    assert read_all(to)[1] == MODEL


@pytest.mark.parametrize("times", [1, 3])
def test_a_cut_connection_is_resumed_where_it_broke(
    s3_url: str, tmp_path: Path, to: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    location = parse_location(f"s3://models/{tmp_path.name}")
    publish_bytes(Repository(open_store(location)), tmp_path, MODEL)
    faults = Faults(s3_url, after=3_000_000, times=times)
    with proxied(faults) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        pulled = pull_live(Repository(open_store(location)), to, cache)

    last = len(MODEL) - 1
    assert faults.ranges == [None, *(f"bytes={3_000_000 * cut}-{last}" for cut in range(1, times + 1))]
    assert pulled.downloaded == len(MODEL) + len(b"yes\nno\n")
    assert read_all(to)[1] == MODEL


def test_a_line_that_stays_broken_fails_clearly_and_the_next_pull_asks_only_for_the_rest(
    s3_url: str, tmp_path: Path, to: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = parse_location(f"s3://models/{tmp_path.name}")
    manifest = publish_bytes(Repository(open_store(location)), tmp_path, MODEL)
    with proxied(Faults(s3_url, after=1_000_000, times=1000)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(FailureError, match=r"of 20000000 bytes are kept; the next pull continues"):
            pull_live(Repository(open_store(location)), to, cache)
    assert not to.exists()
    kept = (cache.root / "partial" / manifest.sha256).stat().st_size
    assert kept > 0

    healed = Faults(s3_url)
    with proxied(healed) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        pull_live(Repository(open_store(location)), to, cache)

    assert healed.ranges == [f"bytes={kept}-"]
    assert read_all(to)[1] == MODEL


def test_ctrl_c_ends_a_stalled_pull_at_once_and_leaves_nothing_in_place(
    s3_url: str, tmp_path: Path, to: Path, cache: Cache
) -> None:
    url = f"s3://models/{tmp_path.name}"
    publish_bytes(Repository(open_store(parse_location(url))), tmp_path, MODEL)
    faults = Faults(s3_url, after=3_000_000, times=1, stall=True)
    command = [sys.executable, "-m", "delivery", "model", "pull", "--repository", url, "--to", str(to)]
    with proxied(faults) as endpoint:
        process = subprocess.Popen(
            [*command, "--cache", str(cache.root)],
            cwd=ROOT,
            env=os.environ | {"AWS_ENDPOINT_URL": endpoint},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not faults.ranges:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        output, errors = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert time.monotonic() - started < 25  # the stall alone would last 30
    assert (output.strip(), errors.strip()) == ("", "")
    assert list(to.parent.iterdir()) == []


@contextmanager
def _puller(repository: Repository, to: Path, cache: Cache) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ready to pull, started together with the others: that is what takes the time."""
    command = [sys.executable, "-m", "tests.delivery.model.race", str(repository.store.location), str(to)]
    with subprocess.Popen(
        [*command, str(cache.root)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _told_and_killed(puller: subprocess.Popen[bytes], seconds: float) -> bool:
    assert puller.stdin is not None
    assert puller.stdout is not None
    assert puller.stdout.readline() == b"ready\n"
    puller.stdin.write(b"go\n")
    puller.stdin.flush()
    time.sleep(seconds)
    finished = puller.poll() is not None
    puller.kill()
    puller.wait()
    return not finished
