"""The end of an environment: each thing with history is listed as lost, or as left where it is."""

from dataclasses import replace

from delivery.preview.compare import compare
from delivery.preview.model import State
from delivery.preview.render import document
from delivery.preview.report import report
from delivery.preview.states import Rendered, parse
from tests.infra.golden.text import recorded
from tests.policy.samples import TODAY

HISTORY = (
    "azure-native:containerregistry:Registry",
    "azure-native:resources:ResourceGroup",
    "azuredevops:index/environment:Environment",
)


def told(stack: str, *, lifted: bool) -> dict[str, list[str]]:
    """Return what the report says of each type in HISTORY when the whole stack goes; `lifted`: without protection."""
    base = parse(document(recorded(stack), name="slipway", stack=stack).encode(), stack)
    if lifted:
        base = replace(base, resources=tuple(_unprotected(base)))
    head = replace(base, resources=())
    items = report(compare(base, head, "the end"), TODAY).items
    return {one.type: list(one.says) for one in items if one.type in HISTORY}


def _unprotected(base: Rendered) -> list[State]:
    return [
        replace(one, options={name: value for name, value in one.options.items() if name != "protect"})
        for one in base.resources
    ]


def test_what_stays_is_told_apart_from_what_is_lost() -> None:
    assert set(told("prod", lifted=True)) == set(HISTORY)
    for says in told("prod", lifted=True).values():
        assert "it is only forgotten: it stays where it is" in says
    lost = told("dev", lifted=True)["azuredevops:index/environment:Environment"]
    assert "gone with it: its deployments" in lost


def test_a_protected_one_is_told_to_be_refused() -> None:
    for says in told("prod", lifted=False).values():
        assert "it is protected, so the engine refuses" in says
