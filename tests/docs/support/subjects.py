"""Judge subjects of commits: `python -m tests.docs.support.subjects FILE` judges the message of a commit."""

import re
import sys
from pathlib import Path

LONGEST = 60
_FORM = re.compile(r"[a-z][\w./-]*(, [a-z][\w./-]*)*: [a-z`].*[^.]")
_BY_GIT = re.compile(r"(Merge|Revert|fixup!|squash!) ?")


def fault(subject: str) -> str:
    """Return what is wrong with a subject, and nothing for a good one."""
    if _BY_GIT.match(subject):
        return ""
    if len(subject) > LONGEST:
        return f"{subject!r}: found {len(subject)} characters, allowed are {LONGEST}"
    if not _FORM.fullmatch(subject):
        return f"{subject!r}: expected `area: change`, imperative, without a dot at the end"
    return ""


def main() -> int:
    """Return 1 after one message if the subject is wrong."""
    wrong = fault(Path(sys.argv[1]).read_text(encoding="utf-8").split("\n", 1)[0])
    if wrong:
        sys.stderr.write(f"error: {wrong}\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
