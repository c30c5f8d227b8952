"""The entry of `slipway` and of `python -m delivery`."""

import contextlib
import os
import sys
from typing import NoReturn

_endings: list[BaseException] = []
"""Kept until the process ends: their traces hold what a signal interrupted, and Python complains when it frees some of
that, such as a task that was never awaited."""


def run() -> int:
    """Run the command line; return its exit code."""
    try:
        from .cli import main as run_command  # noqa: PLC0415  # Ctrl-C during this import ends the same way as later

        run_command()
    except KeyboardInterrupt as stopped:
        _endings.append(stopped)
        # The shell's own code for Ctrl-C; commands with something to tidy up have done so by now.
        return 130
    except SystemExit as done:
        _endings.append(done)
        if isinstance(done.code, str):
            sys.stderr.write(f"{done.code}\n")
            return 1
        return done.code or 0
    return 0


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    code = run()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # the reader may be gone
            stream.flush()
    # Not sys.exit: threads of the store library may still run, and one time in four the interpreter's shutdown aborts
    # under them, with an exit code that has nothing to do with the command.
    os._exit(code)


if __name__ == "__main__":
    main()
