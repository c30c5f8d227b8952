"""The type checker sees into every SDK: a setting that saves it gigabytes must not turn their classes into Any."""

import re
import subprocess
import sys

from delivery.paths import ROOT

WRONG = ROOT / "tests" / "infra" / "typing" / "wrong_arguments.py"


def test_each_wrong_argument_is_an_error() -> None:
    lines = WRONG.read_text(encoding="utf-8").splitlines()
    calls = {number for number, line in enumerate(lines, start=1) if re.match(r"[A-Za-z.]+\(", line)}

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", str(WRONG)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    flagged = {int(found) for found in re.findall(r"wrong_arguments\.py:(\d+): error", done.stdout)}
    assert len(calls) == 4
    assert flagged == calls, done.stdout
