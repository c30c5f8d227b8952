"""Locked packages: what pip's words are counted as, and what a person reads when it fails."""

import io
import re
import sys
from pathlib import Path

import pytest

from delivery import packages
from delivery.packages import PackagesError, Tally, environment, pip
from delivery.paths import ROOT

LOCAL_ONLY = ["--no-index", "--find-links", "nowhere"]


def test_downloads_are_counted_in_bytes_whatever_their_unit() -> None:
    tally = Tally()
    for line in (
        "Collecting numpy==2.4.6 (from -r app/requirements.txt (line 5))",
        "  Downloading numpy-2.4.6-cp313-cp313-manylinux_2_28_x86_64.whl.metadata (6 kB)",
        "  Downloading https://index.example/files/numpy-2.4.6-cp313.whl (16.5 MB)",
        "  Downloading marker-1.0-py3-none-any.whl (512 bytes)",
        "  Using cached rich-15.0.0-py3-none-any.whl (310 kB)",
    ):
        tally.read(line)
    assert tally.downloaded == 6_000 + 16_500_000 + 512


def test_the_file_being_downloaded_is_named_without_its_address() -> None:
    assert Tally().read("  Downloading https://u:secret@index.example/a/numpy-2.4.6.whl (16.5 MB)") == "numpy-2.4.6.whl"


def test_installed_packages_are_counted() -> None:
    tally = Tally()
    tally.read("Successfully installed flask-3.1.3 jinja2-3.1.6")
    assert tally.installed == 2


def test_a_failing_pip_is_one_message_with_its_last_lines() -> None:
    with pytest.raises(
        PackagesError, match=r"(?s)pip install failed \(exit code 1\):.*No matching distribution"
    ) as error:
        pip(Path(sys.executable), ["install", *LOCAL_ONLY, "no-such-package-anywhere"], Tally())
    assert len(str(error.value).splitlines()) <= 16


def test_an_environment_is_made_anew_where_its_python_is_gone_and_then_left_as_it_is(tmp_path: Path) -> None:
    folder, mark = tmp_path / "venv", tmp_path / "venv" / "mark"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(tmp_path / "removed-python")
    mark.touch()
    python = environment(folder)
    assert python.exists()
    assert not mark.exists()
    mark.touch()
    assert environment(folder) == python
    assert mark.exists()


def test_the_command_fails_with_one_message_and_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "environment", lambda _folder: Path(sys.executable))
    lock = tmp_path / "requirements.txt"
    lock.write_text("no-such-package-anywhere==1 --hash=sha256:00\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["packages", str(tmp_path / "venv"), str(lock)])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    assert packages.main() == 1
    assert said.getvalue().startswith("\nerror: pip install failed (exit code 1)")


def test_the_command_says_in_one_line_what_it_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: list[list[str]] = []

    def run(_python: Path, arguments: list[str], tally: Tally, _show: object) -> None:
        runs.append(arguments)
        tally.downloaded, tally.installed = 17_400_000, 3

    monkeypatch.setattr(packages, "environment", lambda _folder: Path(sys.executable))
    monkeypatch.setattr(packages, "pip", run)
    monkeypatch.setattr(sys, "argv", ["packages", str(tmp_path), "code.txt", "--data", "data.txt"])
    assert packages.main() == 0
    assert re.fullmatch(r"packages  3 installed in \S+, 17\.4 MB downloaded, \d+ s\n", capsys.readouterr().out)
    assert runs == [
        ["install", "--no-compile", "--require-hashes", "-r", str(ROOT / "delivery" / "requirements-pip.txt")],
        ["install", "--no-compile", "--require-hashes", "-r", "code.txt"],
        ["install", "--no-compile", "--require-hashes", "--no-deps", "-r", "data.txt"],
    ]
