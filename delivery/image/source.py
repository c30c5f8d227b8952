"""The code that goes into an image, and the labels that name it."""

import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from delivery.model.manifest import Manifest

_OCI = "org.opencontainers.image"
_MODEL = "slipway.model"
_CREDENTIALS = re.compile(r"(?<=://)[^/@]+@")
_SHORT = 12


@dataclass(frozen=True)
class Source:
    """The code's commit, its time in seconds since 1970, and where it can be found; empty where git does not know."""

    commit: str = ""
    time: int | None = None
    url: str = ""

    @classmethod
    def of(cls, root: Path, app: Path) -> "Source":
        """The commit of `root`. Uncommitted changes in the folder `app` show in it: no image hides them."""
        commit, _, time = _git(root, "log", "-1", "--format=%H %ct").partition(" ")
        if not commit:
            return cls()
        changed = _git(root, "status", "--porcelain", "--", str(app))
        url = _CREDENTIALS.sub("", _git(root, "config", "--get", "remote.origin.url"))
        return cls(f"{commit}-dirty" if changed else commit, int(time), url if "://" in url else "")

    @property
    def short(self) -> str:
        """For people and tags."""
        commit, _, mark = self.commit.partition("-")
        return f"{commit[:_SHORT]}-{mark}" if mark else commit[:_SHORT]


def labels(source: Source, model: Manifest, build: str) -> dict[str, str]:
    """The image's labels, without unknown ones. The time is the commit's: the same code is the same image."""
    known = {
        f"{_OCI}.revision": source.commit,
        f"{_OCI}.created": "" if source.time is None else datetime.fromtimestamp(source.time, UTC).isoformat(),
        f"{_OCI}.source": source.url,
        f"{_OCI}.version": "-".join(part for part in (source.short, model.name, model.version) if part),
        f"{_MODEL}.name": model.name,
        f"{_MODEL}.version": model.version,
        f"{_MODEL}.sha256": model.sha256,
        f"{_MODEL}.licence": model.licence,
        "slipway.build": build,
    }
    return {name: value for name, value in known.items() if value}


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
