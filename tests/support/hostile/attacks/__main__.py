"""The attacker, `python -m tests.support.hostile.attacks`: one line on stdin names the attack, the next starts it."""

import json
import os
import resource
import sys
import time

from tests.support.hostile.attempt import Target

from .attack import Act, Aim, Harvest
from .catalogue import BY_NAME

_NICE = 5
"""An attacker elsewhere would not take processor time from the service: on one machine it stands back."""


def main() -> None:
    """Prepare, report that, wait for the start, attack, and report the harvest."""
    order = json.loads(sys.stdin.readline())
    target = order["target"]
    aim = Aim(
        address=(order["address"][0], order["address"][1]),
        target=Target(**target | {"row": tuple(target["row"])}),
        full=order["full"],
        seconds=order["seconds"],
        seed=order["seed"],
    )
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.nice(_NICE)
    act = BY_NAME[order["name"]].prepare(aim)
    _report("prepared")
    sys.stdin.readline()
    _report(json.dumps(vars(_attack(act, aim.seconds))))


def _attack(act: Act, seconds: float) -> Harvest:
    """Act for at least so many seconds: one that counts requests ends sooner on a faster machine."""
    harvest = Harvest()
    deadline = time.monotonic() + seconds
    try:
        act(harvest)
        while time.monotonic() < deadline:
            act(harvest)
    except OSError as error:
        harvest.blame(f"the attacker met {type(error).__name__}: {error}")
    return harvest


def _report(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
