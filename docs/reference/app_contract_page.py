# ruff: noqa: INP001  # a script beside the page that it writes, not a package
"""Writes docs/reference/app-contract.md from the types that check contracts: `make reference`."""

import sys
from pathlib import Path

from docs.reference.tables import table
from slipway.contract import Contract
from slipway.contract.words import Fact

PAGE = Path(__file__).with_name("app-contract.md")

SMALLEST = """name: echo
image: {repository: echo, user: 1000}
ports: {public: 5000}
health: /health
probes:
  startup: {path: /health}
  readiness: {path: /health}
  liveness: {path: /health}
"""
"""A contract with what none can do without."""

_FACTS = {
    Fact.PORT: "`ports.public`",
    Fact.MANAGEMENT_PORT: "`ports.management`, or the public port where there is none",
    Fact.CORES: "`slipway:workload.resources.cpuLimit`",
    Fact.MEMORY_BYTES: "`slipway:workload.resources.memory`, in bytes",
    Fact.DRAIN_SECONDS: "`slipway:workload.rollout.drainSeconds`",
    Fact.GRACE_SECONDS: "`slipway:workload.rollout.graceSeconds`",
    Fact.OTLP_ENDPOINT: "the collector of `slipway:workload.tracing`; without one the variable is not set",
    Fact.ENVIRONMENT: "the stack's name",
    Fact.COMMIT: "the release's commit",
    Fact.BUILD: "the release's build",
}

_HEAD = """# App contract

All that the platform knows of an app is one file beside it, `app/app.yaml`: ports, probes, variables, settings, series,
alerts and dashboard. Another app is another such file, which `slipway:app.contract` of a stack names. This page is made
by `make reference` from the types that check it.

A contract is read whole before the first resource, and every mistake is named with its line. The same check alone:

```
PYTHONPATH=infra python -m slipway.contract app/app.yaml
```

The smallest contract; its alerts and its dashboard show what the cluster sees of the app from outside:

```yaml
@SMALLEST@```

## Settings

A setting is a variable that an environment may choose in `slipway:app.settings`, by the contract's name for it. It is
set only where it is chosen; the contract's `default` says what the app does otherwise, and is what the platform counts
with. Variables that the platform sets by itself stand under `environment`, each with one of these facts:

| fact | value |
| --- | --- |
@FACTS@

## Placeholders

Expressions of `metrics.alerts` and `metrics.rows` are PromQL with placeholders. Each expression names the environment's
own series by one of the first four, between the braces of a series.

| placeholder | stands for |
| --- | --- |
| `${app}` | matchers of the app's own series: the environment's namespace |
| `${kube}` | matchers of the cluster's series about the environment's objects and containers |
| `${requests}` | `${app}` and `metrics.requests.matching` |
| `${latency}` | `${app}` and `metrics.latency.matching` |
| `${pod}` | the label that names a pod on the app's own series |
| `${settings.<name>}` | a setting's number |
| `${serviceLevel.<name>}` | `availability`, `p99Seconds`, `queueSeconds` or `leastFailures` of the stack file |

The commands of `start`, `checks` and `authors` run in the folder of `image.context`, without a shell. `python` is
the one that runs `slipway`. The keys below say which placeholders each has.

## Keys

Keys without a default are required inside their section.

"""


def page() -> str:
    """The whole page."""
    facts = "\n".join(f"| `{fact.value}` | {meaning} |" for fact, meaning in _FACTS.items())
    head = _HEAD.replace("@SMALLEST@", SMALLEST).replace("@FACTS@", facts)
    return head + "\n".join(table(Contract)) + "\n"


if __name__ == "__main__":
    sys.exit(0 if PAGE.write_text(page(), encoding="utf-8") else 1)
