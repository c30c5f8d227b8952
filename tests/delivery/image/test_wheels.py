"""Packages for a base image: chosen for its Python, not for the one that runs this."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from delivery.failure import FailureError
from delivery.image import wheels
from delivery.image.target import Target
from delivery.packages import PackagesError, Tally

LOCK = """\
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:01
    # via typer
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:02 \\
    --hash=sha256:03
    # via -r app/requirements.in
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:04
    # via -r app/requirements.in
uvicorn[standard]==0.54.0 \\
    --hash=sha256:05
"""


def target(python: str) -> Target:
    markers = {"python_version": python, "python_full_version": f"{python}.1", "platform_machine": "x86_64"}
    return Target({**markers, "sys_platform": "linux"}, 36)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Arguments of each run of pip, none of which runs."""
    runs: list[list[str]] = []

    def pip(_python: Path, arguments: Sequence[str], _tally: Tally, _show: Callable[[str], None]) -> None:
        runs.append(list(arguments))

    monkeypatch.setattr(wheels, "pip", pip)
    return runs


def test_markers_are_judged_for_the_image_and_left_out() -> None:
    assert wheels.required([LOCK], target("3.13")) == (
        "numpy==2.5.5 \\\n    --hash=sha256:04\nuvicorn[standard]==0.54.0 \\\n    --hash=sha256:05\n"
    )


def test_every_hash_of_a_chosen_package_is_kept() -> None:
    assert "numpy==2.4.6 \\\n    --hash=sha256:02 \\\n    --hash=sha256:03\n" in wheels.required([LOCK], target("3.11"))


def test_a_package_in_two_locks_is_listed_once() -> None:
    assert wheels.required([LOCK, LOCK], target("3.13")) == wheels.required([LOCK], target("3.13"))


def test_every_package_of_the_apps_own_lock_is_understood() -> None:
    text = (Path(__file__).parents[3] / "app" / "requirements.txt").read_text(encoding="utf-8")
    pinned = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    only_windows = [line for line in pinned if "win32" in line]
    chosen = wheels.required([text], target("3.11")).count("==")
    assert chosen == len(pinned) - len(only_windows)


def test_wheels_are_asked_for_by_the_images_python_and_platform(tmp_path: Path, fetched: list[list[str]]) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK, encoding="utf-8")
    wheels.fetch([lock], target("3.13"), tmp_path / "wheels", lambda _line: None)
    (arguments,) = fetched
    line = " ".join(arguments)
    assert "--require-hashes --no-deps --only-binary :all:" in line
    assert "--implementation cp --python-version 3.13 --platform manylinux_2_36_x86_64" in line
    assert (tmp_path / "wheels" / "requirements.txt").read_text(encoding="utf-8").startswith("numpy==2.5.5")


def test_unchanged_wheels_are_not_fetched_again(tmp_path: Path, fetched: list[list[str]]) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK, encoding="utf-8")
    for _ in range(2):
        wheels.fetch([lock], target("3.13"), tmp_path / "wheels", lambda _line: None)
    assert len(fetched) == 1


def test_another_python_or_another_lock_clears_the_folder_and_fetches_again(
    tmp_path: Path, fetched: list[list[str]]
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK, encoding="utf-8")
    folder = tmp_path / "wheels"
    wheels.fetch([lock], target("3.13"), folder, lambda _line: None)
    (folder / "numpy-2.5.5-cp313.whl").touch()
    wheels.fetch([lock], target("3.12"), folder, lambda _line: None)
    assert not (folder / "numpy-2.5.5-cp313.whl").exists()
    lock.write_text(LOCK.replace("0.54.0", "0.54.1"), encoding="utf-8")
    wheels.fetch([lock], target("3.12"), folder, lambda _line: None)
    assert len(fetched) == 3


def test_a_fetch_that_broke_off_is_not_taken_for_a_whole_one(
    tmp_path: Path, fetched: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK, encoding="utf-8")
    folder = tmp_path / "wheels"
    wheels.fetch([lock], target("3.13"), folder, lambda _line: None)

    def broken(*_arguments: object) -> None:
        raise PackagesError("pip download failed (exit code 1):\nno route to the index")

    lock.write_text(LOCK.replace("0.54.0", "0.54.1"), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(wheels, "pip", broken)
        with pytest.raises(FailureError, match=r"(?s)packages for Python 3\.13 on x86_64: pip .*no route"):
            wheels.fetch([lock], target("3.13"), folder, lambda _line: None)
    lock.write_text(LOCK, encoding="utf-8")
    wheels.fetch([lock], target("3.13"), folder, lambda _line: None)
    assert len(fetched) == 2
