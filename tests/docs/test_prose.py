"""The mechanical half of "How the code reads" in CONTRIBUTING.md.

Each room has as many offences as prose.json allows, or fewer. `python -m tests.docs.support.prose ROOM` lists them.
"""

import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from delivery.paths import ROOT
from tests.docs.support import subjects
from tests.docs.support.prose import Offence, judge, limits, offences

SHOWN = 20


@cache
def found() -> list[Offence]:
    """Return every offence, or skip where Git cannot list the files."""
    try:
        return offences()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a Git checkout: prose was not judged")


def test_no_room_has_more_offences_than_it_had() -> None:
    allowed, counts = limits(), Counter(one.room for one in found())
    over = {room: count for room, count in counts.items() if count > allowed.get(room, 0)}
    lines = [f"{room}: found {count}, allowed {allowed.get(room, 0)}" for room, count in sorted(over.items())]
    lines += [str(one) for one in found() if one.room in over][:SHOWN]
    hint = "hint: python -m tests.docs.support.prose ROOM"
    assert not over, "\n".join([*lines, hint])


def test_every_limit_is_for_a_room_that_exists() -> None:
    assert [room for room in limits() if room != "root" and not (ROOT / room).is_dir()] == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('"""What the stack declares."""\n', "opening"),
        ('class A:\n    b = 1\n    """Whether it is on."""\n', "opening"),
        ('def a():\n    """Whoever calls."""\n', "opening"),
        ("# writes it anew\n", "word"),
        ('raise ValueError("nobody is\\nthere")\n', "word"),
        ("# as\n# above\n".replace("\n# ", " "), "word"),
        ("a = b  # noqa: S101\n", "no reason"),
        ("a = b  # type: ignore[arg-type]\n", "no reason"),
    ],
)
def test_an_offence_is_found(text: str, rule: str) -> None:
    assert rule in {one.rule for one in judge("app/a.py", text)}


@pytest.mark.parametrize(
    "text",
    [
        '"""Return the stack."""\n',
        '"""Whatsapp is no question word."""\n',
        "a = b  # noqa: S101  # an invariant\n",
        "a = b  # type: ignore[arg-type]  # the SDK's type is too narrow\n",
        "# a renewed lease\n",
    ],
)
def test_good_text_is_no_offence(text: str) -> None:
    assert list(judge("app/a.py", text)) == []


def test_a_new_package_is_a_room_of_its_own() -> None:
    assert Offence("delivery/new/part.py", 1, "word", "anew").room == "delivery/new"
    assert Offence("Makefile", 1, "word", "anew").room == "root"


@pytest.mark.parametrize("subject", ["app: keep the queue", "app, infra: use one port", "Merge branch 'x'"])
def test_a_good_subject_passes(subject: str) -> None:
    assert not subjects.fault(subject)


@pytest.mark.parametrize("subject", ["Fix it", "app: Fix it", "app: fix it.", f"app: {'long ' * 12}"])
def test_a_bad_subject_is_refused(subject: str) -> None:
    assert subjects.fault(subject)


def test_the_hook_refuses_a_message_by_its_subject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    message = tmp_path / "message"
    message.write_text("Fix it\n\napp: because\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["subjects", str(message)])
    assert subjects.main() == 1
    assert "expected `area: change`" in capsys.readouterr().err


def test_commits_that_are_not_on_main_yet_have_good_subjects() -> None:
    for base in ("origin/main", "main"):
        command = ["git", "log", "--no-merges", "--format=%s", f"{base}..HEAD", "--"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            assert [wrong for subject in done.stdout.splitlines() if (wrong := subjects.fault(subject))] == []
            return
    pytest.skip("Git knows no branch main here: subjects were not judged")
