"""The code and model that a service must say it runs, where its contract has a path that tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .client import ask
from .running import Running, failure

_JSON = {"Accept": "application/json"}


@dataclass(frozen=True)
class Identity:
    """Code and model by the labels of an image, or by a release."""

    commit: str
    build: str
    model: str
    version: str
    sha256: str

    @classmethod
    def of(cls, labels: Mapping[str, str]) -> "Identity":
        """The identity that the labels of an image declare; what has no label is empty."""
        names = ("org.opencontainers.image.revision", "slipway.build")
        model = ("slipway.model.name", "slipway.model.version", "slipway.model.sha256")
        return cls(*(labels.get(name, "") for name in (*names, *model)))

    def check(self, running: Running, path: str) -> str:
        """Ask `path` and say what it told. Raises ServiceError where that is another code or model."""
        answer = ask(running, "GET", path, headers=_JSON)
        if answer.status != 200:
            said = answer.body[:300].decode(errors="replace")
            raise failure(running, f"GET {path}: answered {answer.status}, expected 200: {said}")
        document = answer.json()
        told = {
            **{f"code.{name}": value for name, value in _part(document, "code").items()},
            **{f"model.{name}": value for name, value in _part(document, "model").items()},
        }
        for key, right in (
            ("code.commit", self.commit),
            ("code.build", self.build),
            ("model.name", self.model),
            ("model.version", self.version),
            ("model.sha256", self.sha256),
        ):
            if told.get(key, "") != right:
                raise failure(running, f"GET {path}: {key}: found {told.get(key)!r}, expected {right!r}")
        return f"{self.model} version {self.version}, commit {self.commit[:12] or 'unknown'}"


def _part(document: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - JSON of any shape
    part = document.get(name) if isinstance(document, dict) else None
    return part if isinstance(part, dict) else {}
