"""Contradictions between the app's contract or settings and the rest of a stack file.

Each rule yields (path, what was found, what is allowed). Its parameters are named after the sections that it reads.
"""

from collections.abc import Iterator

from slipway.alert_rules import groups, watched
from slipway.contract.application import Application, Facts
from slipway.contract.settings import Product
from slipway.contract.words import Fact

from .facts import counted
from .monitoring import Monitoring
from .quantities import mebibytes
from .workload import Workload

_Problem = tuple[str, str, str]

_KEYS = {
    Fact.CORES: "workload.resources.cpuLimit",
    Fact.MEMORY_BYTES: "workload.resources.memory, in bytes",
    Fact.DRAIN_SECONDS: "workload.rollout.drainSeconds",
    Fact.GRACE_SECONDS: "workload.rollout.graceSeconds",
}


def settings_within_facts(app: Application, workload: Workload) -> Iterator[_Problem]:
    """A setting that the contract holds to a fact of the stack file."""
    facts = counted(workload)
    for name, value in app.chosen.items():
        bound = app.contract.settings[name].at_most
        most = facts[bound] if bound else None
        if bound and isinstance(value, int | float) and isinstance(most, int | float) and value > most:
            yield f"app.settings.{name}", f"{value:g}", f"at most {_KEYS[Fact(bound)]}, {most:g}"


def memory_for_the_worst(app: Application, workload: Workload) -> Iterator[_Problem]:
    """All that the contract counts, at once: a container beyond its limit is killed whole."""
    facts, resources = counted(workload), workload.resources
    worst = sum(app.size(part, facts) for part in app.contract.memory)
    needed = mebibytes(resources.model_memory) + -(-worst // (1 << 20))
    if app.contract.memory and mebibytes(resources.memory) < needed:
        parts = ", ".join(_explained(app, part, facts) for part in app.contract.memory)
        yield "workload.resources.memory", resources.memory, f"at least {needed}Mi: modelMemory, {parts}"


def _explained(app: Application, part: Product, facts: Facts) -> str:
    """`bodies in hand (budgetBytes 1024)`."""
    numbers = [f"{name} {app.number(name, facts):.15g}" for name in part.of]
    each = [str(part.times)] if part.times > 1 else []
    return f"{part.description} ({' x '.join([*each, *numbers])})"


def grace_covers_a_request(app: Application, workload: Workload) -> Iterator[_Problem]:
    """The last request may take as long as the app lets any."""
    longest, grace = app.longest_seconds(counted(workload)), workload.rollout.grace_seconds
    if longest is not None and grace < longest:
        names = " + ".join(f"app.settings.{name}" for name in app.contract.requests.longest)
        yield "workload.rollout.graceSeconds", str(grace), f"at least {names}, {longest:g}"


def spans_reach_the_app(app: Application, workload: Workload) -> Iterator[_Problem]:
    """A collector that the app never hears of gets no spans."""
    if workload.tracing and Fact.OTLP_ENDPOINT not in app.contract.environment.values():
        allowed = f"nothing, since {app.path} puts otlpEndpoint into no variable"
        yield "workload.tracing", f"the collector {workload.tracing.service}", allowed


def alerts_have_names_of_their_own(app: Application, workload: Workload, monitoring: Monitoring) -> Iterator[_Problem]:
    """One name is one alert: the page of alerts has one heading for it."""
    seen = watched("namespace", app, workload, monitoring.service_level)
    names = [rule.name for group in groups(seen, issued=True) for rule in group.rules]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield "app.contract", f"{app.path}, which names an alert {name}", "another name: the platform has that alert"


RULES = (
    settings_within_facts,
    memory_for_the_worst,
    grace_covers_a_request,
    spans_reach_the_app,
    alerts_have_names_of_their_own,
)
"""Every rule above."""
