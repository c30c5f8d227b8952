"""`python -m bench.serving`: how near the service comes to what the machine can do, and whom it leaves behind."""

import signal
import sys

from .measurement import run
from .options import parse

if __name__ == "__main__":
    # Ended from outside, it still stops the servers it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(run(parse(sys.argv[1:])))
