"""`python -m delivery`."""

import sys

try:
    from .cli import main

    main()
except KeyboardInterrupt:
    # The shell's own code for Ctrl-C; commands with something to tidy up have done so by now.
    sys.exit(130)
