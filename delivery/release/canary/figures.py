"""The gateway's own figures, as Prometheus keeps them: requests by the class of their answers, and their times."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from delivery.failure import FailureError, UsageError
from delivery.preview.comments import web
from delivery.release.command import Command

from .growth import Sample

REQUESTS = "envoy_cluster_upstream_rq_xx"
TIMES = "envoy_cluster_upstream_rq_time_bucket"
CLUSTER, CLASS = "envoy_cluster_name", "envoy_response_code_class"
"""Labels of Envoy: which of its clusters answered, and the first digit of the status."""

_AUDIENCE = "https://prometheus.monitor.azure.com"
_AZURE = ".prometheus.monitor.azure.com"
_MISSING = "install the Azure CLI, and log in: az login"


class FiguresError(FailureError):
    """The gateway's figures cannot be read."""


@dataclass(frozen=True)
class Names:
    """Names of Envoy's clusters: of the live release, of the canary's place, and of what is mirrored."""

    live: str
    canary: str
    shadow: str


@dataclass(frozen=True)
class Figures:
    """A place that answers questions in PromQL. `cluster` is the Kubernetes cluster, empty where it has but one."""

    url: str
    names: Names
    cluster: str = ""
    now: Callable[[], float] = time.time

    def read(self, at: float) -> Sample:
        """Return the counters as they were at a moment. Raises FiguresError.

        Each question names one metric: Azure Monitor takes no other.
        """
        clusters = f"{self.names.live}|{self.names.canary}|{self.names.shadow}"
        matchers = f'{CLUSTER}=~"{clusters}"' + (f',cluster="{self.cluster}"' if self.cluster else "")
        found: dict[frozenset[tuple[str, str]], float] = {}
        headers = self._headers()
        for metric in (REQUESTS, TIMES):
            query = urlencode({"query": f"{metric}{{{matchers}}}", "time": f"{at:.3f}"})
            found |= dict(_counters(self._asked(f"{self.url.rstrip('/')}/api/v1/query?{query}", headers)))
        return found

    def _asked(self, url: str, headers: Mapping[str, str]) -> Any:  # noqa: ANN401  # JSON of any shape
        try:
            return web.ask("GET", url, headers).content
        except FailureError as error:
            raise FiguresError(f"the gateway's figures cannot be read: {error}") from None

    def _headers(self) -> dict[str, str]:
        """Return a token of the login of az for Azure's own; another place asks for none."""
        if not str(urlsplit(self.url).hostname).endswith(_AZURE):
            return {}
        asked = ("account", "get-access-token", "--resource", _AUDIENCE, "--query", "accessToken", "--output", "tsv")
        token = Command("az", _MISSING).run(*asked, "--only-show-errors", seconds=60).decode().strip()
        return {"Authorization": f"Bearer {token}"}


def open_figures(outputs: Mapping[str, Any], url: str = "") -> Figures:
    """Return the figures that a stack's outputs name, or those at `url`. Raises UsageError where there are none."""
    found = outputs.get("canaryFigures")
    if not isinstance(found, Mapping):
        raise UsageError("the stack keeps no place for a canary yet: pulumi up makes it, from entry.gateway.canary")
    names = Names(*(str(found[name]) for name in ("live", "canary", "shadow")))
    return Figures(url or str(found["url"]), names, str(found.get("cluster") or ""))


def _counters(answer: Any) -> Iterable[tuple[frozenset[tuple[str, str]], float]]:  # noqa: ANN401  # JSON of any shape
    try:
        if answer["status"] != "success":
            raise FiguresError(f"the gateway's figures cannot be read: {answer.get('error', answer)}")
        for one in answer["data"]["result"]:
            labels = frozenset((str(key), str(value)) for key, value in one["metric"].items() if key != "__name__")
            yield labels | {("metric", str(one["metric"]["__name__"]))}, float(one["value"][1])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise FiguresError(f"the gateway's figures cannot be read: an answer without {error}") from None
