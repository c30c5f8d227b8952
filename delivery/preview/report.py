"""The report: one preview, judged, as plain data. Every form shows it, and its JSON is the published one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from policy.judge import judge as judge_policy
from policy.model import Level, Resource, Violation
from policy.rules import RULES

from . import gates as gates_module
from . import sentences
from .approval import Approval
from .kinds import noun
from .model import Change, Difference, Operation, OutputChange, Preview, State
from .risk import Finding, Rank, judge

RankName = Literal["loss", "security", "replace", "update", "create", "harmless"]
_NAMES: dict[Rank, RankName] = {
    Rank.LOSS: "loss",
    Rank.REPLACE: "replace",
    Rank.SECURITY: "security",
    Rank.UPDATE: "update",
    Rank.CREATE: "create",
    Rank.HARMLESS: "harmless",
}


@dataclass(frozen=True, slots=True)
class SecurityEffect:
    """One thing that a change loosens or tightens."""

    text: str
    loosens: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One resource that changes."""

    key: Annotated[str, Field(description="types of the parents and its own, then its name, as in an engine's URN")]
    type: str
    name: str
    noun: Annotated[str, Field(description="what a person calls the type")]
    operation: Operation
    rank: RankName
    says: Annotated[tuple[str, ...], Field(description="clauses about the resource in plain words, gravest first")]
    details: Annotated[tuple[str, ...], Field(description="the properties that differ, as clauses; long lists cut")]
    differences: tuple[Difference, ...]
    security: tuple[SecurityEffect, ...]
    because: Annotated[tuple[str, ...], Field(description="keys of the resources from whose end this follows")]
    parent: str | None
    protected: bool
    renamed_from: str
    needs: Annotated[tuple[str, ...], Field(description="keys of the resources that it takes something from")] = ()
    inputs: Annotated[dict[str, Any] | None, Field(description="all inputs of a new or deleted resource")] = None


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule of the policy that a resource breaks."""

    rule: str
    level: Level
    type: str
    name: str
    path: str
    reason: str
    remedy: str
    key: str
    excepted: Annotated[str, Field(description="who answers for the exception, until when and why; empty without one")]
    standing: Annotated[bool, Field(description="whether it was so before this change")]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """One resource that stays as it is, or a component, which only holds others together."""

    key: str
    type: str
    name: str
    noun: str
    parent: str | None
    component: bool
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateState:
    """A gate, and what shuts it."""

    name: str
    exit_code: int
    stop: str
    shut: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is said about a change of one stack."""

    format: Literal["slipway.preview/1"]
    project: str
    stack: str
    source: Annotated[str, Field(description="what was compared with what, in words")]
    headline: Annotated[str, Field(description="the gravest in at most 160 characters")]
    points: Annotated[tuple[str, ...], Field(description="every clause, where the headline has no room for all")]
    counts: dict[str, int]
    items: Annotated[tuple[Item, ...], Field(description="gravest first")]
    outputs: Annotated[tuple[OutputChange, ...] | None, Field(description="null where the source does not tell")]
    violations: tuple[Breach, ...]
    gates: tuple[GateState, ...]
    notes: Annotated[tuple[str, ...], Field(description="what a reader must know about the source")]
    unchanged: tuple[Unchanged, ...]
    unlisted: Annotated[int, Field(description="unchanged resources that the source counts without naming them")]

    @property
    def exit_code(self) -> int:
        """0, or the code of the first gate that is shut."""
        return next((gate.exit_code for gate in self.gates if gate.shut), 0)

    @property
    def more(self) -> tuple[str, ...]:
        """Return the clauses that the headline has no room for."""
        return tuple(point for point in self.points if point not in self.headline)

    @property
    def quiet(self) -> bool:
        """Return True where nothing of consequence changes and no gate is shut."""
        return self.exit_code == 0 and all(item.rank == "harmless" for item in self.items)


RULE_NAMES = frozenset(rule.name for rule in RULES)
"""Rules about one resource at a time."""

_ADAPTER: TypeAdapter[Report] = TypeAdapter(Report)


def report(preview: Preview, today: date, approved: Approval | None = None) -> Report:
    """The preview, judged on this day."""
    findings = judge(preview)
    headline, points = sentences.headline(preview, findings)
    whole = not preview.unlisted
    violations = judge_policy(_resources(preview.changes, old=False), preview.stack, today, whole=whole)
    known = _known(preview, violations, today)
    shown = gates_module.gates(preview, findings, violations, approved)
    changing = {finding.change.key for finding in findings}
    return Report(
        format="slipway.preview/1",
        project=preview.project,
        stack=preview.stack,
        source=preview.source,
        headline=headline,
        points=points,
        counts=sentences.counts(preview),
        items=tuple(_item(finding) for finding in findings),
        outputs=preview.outputs,
        violations=tuple(_breach(found, standing=(found.rule, found.key, found.path) in known) for found in violations),
        gates=tuple(GateState(gate.name, gate.code, gate.stop, gate.shut, gate.reasons) for gate in shown),
        notes=preview.notes,
        unchanged=tuple(
            _unchanged(change.new)
            for change in preview.changes
            if change.key not in changing and change.new is not None
        ),
        unlisted=preview.unlisted,
    )


def to_json(shown: Report) -> bytes:
    """The published form."""
    return _ADAPTER.dump_json(shown, indent=2) + b"\n"


def schema() -> dict[str, Any]:
    """The JSON schema of the published form."""
    found = _ADAPTER.json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _item(finding: Finding) -> Item:
    change = finding.change
    state = change.state
    alone = change.operation in (Operation.CREATE, Operation.DELETE, Operation.IMPORT)
    return Item(
        key=change.key,
        type=state.type,
        name=state.name,
        noun=noun(state.type),
        operation=change.operation,
        rank=_NAMES[finding.rank],
        says=finding.says,
        details=finding.details,
        differences=_ordered(change.differences),
        security=tuple(SecurityEffect(effect.text, effect.loosens) for effect in finding.effects),
        because=change.because,
        parent=state.parent,
        protected=bool((change.old and change.old.protected) or (change.new and change.new.protected)),
        renamed_from=change.renamed_from,
        needs=state.needs,
        inputs=state.inputs if alone else None,
    )


def _unchanged(state: State) -> Unchanged:
    return Unchanged(state.key, state.type, state.name, noun(state.type), state.parent, state.component, state.needs)


def _ordered(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """Return the differences by path; those that replace come first."""
    return tuple(sorted(differences, key=lambda found: (not found.replaces, found.path)))


def _known(preview: Preview, violations: Sequence[Violation], today: date) -> set[tuple[str, str, str]]:
    """Return which of the violations there were before. Where there are any, the other side is judged too."""
    if not violations:
        return set()
    keys = {violation.key for violation in violations}
    alone = all(violation.rule in RULE_NAMES for violation in violations)
    changes = [change for change in preview.changes if change.key in keys] if alone else preview.changes
    before = judge_policy(_resources(changes, old=True), preview.stack, today, whole=not alone)
    return {(found.rule, found.key, found.path) for found in before}


def _breach(found: Violation, *, standing: bool) -> Breach:
    return Breach(
        rule=found.rule,
        level=found.level,
        type=found.type,
        name=found.name,
        path=found.path,
        reason=found.reason,
        remedy=found.remedy,
        key=found.key,
        excepted=found.excepted,
        standing=standing,
    )


def _resources(changes: Sequence[Change], *, old: bool) -> list[Resource]:
    """One side as the policy sees it. A renamed resource goes by its new key on both."""
    return [
        Resource(state.type, state.name, state.inputs, state.options, change.key)
        for change in changes
        if (state := change.old if old else change.new) is not None and not state.component
    ]
