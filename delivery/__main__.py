"""`python -m delivery`."""

import contextlib
import os
import sys


def run() -> int:
    """Run the command line; its exit code."""
    try:
        from .cli import main  # noqa: PLC0415  # Ctrl-C while the parts are being imported ends as it does later

        main()
    except KeyboardInterrupt:
        # The shell's own code for Ctrl-C; commands with something to tidy up have done so by now.
        return 130
    except SystemExit as done:
        if isinstance(done.code, str):
            sys.stderr.write(f"{done.code}\n")
            return 1
        return done.code or 0
    return 0


if __name__ == "__main__":
    code = run()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # who read it may be gone
            stream.flush()
    # Not sys.exit: the store library's threads may still be busy with what failed, and an interpreter that takes itself
    # apart under them is aborted by them, one time in four, with an exit code that is nobody's.
    os._exit(code)
