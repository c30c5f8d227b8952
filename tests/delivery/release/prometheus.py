"""A stand-in for Prometheus that scrapes a gateway's proxies, as strict as Azure Monitor's interface for questions."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from delivery.release.canary.figures import REQUESTS, TIMES

LIVE, CANARY, SHADOW = (
    f"httproute/scoring-prod/scoring/rule/0{part}" for part in ("/backend/0", "/backend/1", "-mirror-1")
)
_QUERY = re.compile(r'(?P<name>[a-z_]+)\{envoy_cluster_name=~"(?P<clusters>[^"]+)",cluster="(?P<cluster>[^"]+)"\}')
_BOUNDS = (10.0, 50.0, 100.0, 500.0, 1000.0)


@dataclass
class Traffic:
    """Answers of one of Envoy's clusters each second: requests, those of them that fail, and their milliseconds."""

    rate: float
    failing: float = 0
    milliseconds: float = 30


@dataclass
class Prometheus:
    """Traffic by Envoy's cluster. Each counter grows from `begun` on; `refuses` is a status it answers with."""

    traffic: dict[str, Traffic] = field(default_factory=dict)
    begun: float = field(default_factory=time.time)
    refuses: int = 0
    asked: int = 0
    url: str = ""

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Status and content for a question."""
        self.asked += 1
        if self.refuses:
            return self.refuses, {"status": "error", "error": "no"}
        [text], [moment] = query["query"], query["time"]
        found = _QUERY.fullmatch(text)
        if path != "/api/v1/query" or found is None or found["cluster"] != "aks-prod":
            return 400, {"status": "error", "errorType": "bad_data", "error": f"not understood: {path} {text}"}
        matching = re.compile(f"^(?:{found['clusters']})$")
        seconds = max(0.0, float(moment) - self.begun)
        metric = {"__name__": str(found["name"])}
        series = [
            {"metric": metric | {"envoy_cluster_name": name} | labels, "value": [float(moment), value]}
            for name, traffic in self.traffic.items()
            if matching.match(name)
            for labels, value in _counters(found["name"], traffic, seconds)
        ]
        return 200, {"status": "success", "data": {"resultType": "vector", "result": series}}


def _counters(name: str, traffic: Traffic, seconds: float) -> Iterator[tuple[dict[str, str], str]]:
    total, failed = int(traffic.rate * seconds), int(traffic.failing * seconds)
    if name == REQUESTS:
        yield {"envoy_response_code_class": "2"}, str(total - failed)
        if failed:  # Envoy makes this counter with the first failure
            yield {"envoy_response_code_class": "5"}, str(failed)
    elif name == TIMES:
        for bound in _BOUNDS:
            yield {"le": f"{bound:g}"}, str(total if bound >= traffic.milliseconds else 0)
        yield {"le": "+Inf"}, str(total)


@contextmanager
def prometheus(**traffic: Traffic) -> Iterator[Prometheus]:
    """The stand-in, while it answers."""
    made = Prometheus({{"live": LIVE, "canary": CANARY, "shadow": SHADOW}[name]: one for name, one in traffic.items()})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, content = made.answer(parts.path, parse_qs(parts.query))
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
