"""`az` as a program: AZ_STATE names the file that holds its Azure, AZ_PERSON the person who is logged in."""

import json
import os
import sys
from pathlib import Path

from . import devops as _devops  # noqa: F401  # adds its answers
from .answer import write_answer
from .cloud import ADA, run
from .parsing import AzureError, parse


def main() -> int:
    """Answer one call; return its exit code."""
    file = Path(os.environ["AZ_STATE"])
    state = json.loads(file.read_text(encoding="utf-8"))
    try:
        call = parse(sys.argv[1:])
        text = write_answer(call, run(state, call, os.environ.get("AZ_PERSON", ADA)))
    except AzureError as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return error.code
    file.write_text(json.dumps(state, indent=1), encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
