"""The program itself, in every environment that it has a stack file for, keeps the rules."""

import pytest

from delivery.paths import ROOT
from delivery.preview import releases, render
from delivery.preview.compare import compare
from delivery.preview.report import report
from delivery.preview.states import Rendered, parse
from tests.policy.samples import TODAY

STACKS = sorted(file.name.split(".")[1] for file in ROOT.glob("Pulumi.*.yaml"))


def rendered(stack: str) -> Rendered:
    recorded = render.render(ROOT, stack, releases.STAND_IN)
    return parse(render.document(recorded, name=render.name(ROOT), stack=stack).encode(), stack)


@pytest.mark.parametrize("stack", STACKS)
def test_no_mandatory_rule_is_broken_but_by_exception(stack: str) -> None:
    state = rendered(stack)
    breaches = report(compare(state, state, "itself"), TODAY).violations

    mandatory = [breach for breach in breaches if breach.level == "mandatory"]
    assert [(breach.rule, breach.name, breach.reason) for breach in mandatory if not breach.excepted] == []


def test_prod_follows_every_advice_but_that_its_sample_is_for_everybody() -> None:
    state = rendered("prod")
    breaches = report(compare(state, state, "itself"), TODAY).violations

    assert [(breach.rule, breach.name) for breach in breaches] == [("protected-callers-known", "entry-route")]
