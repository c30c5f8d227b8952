"""The sample follows the rules and, but for what makes it a sample, the advice."""

from delivery.preview import releases, render
from delivery.preview.compare import compare
from delivery.preview.report import report
from delivery.preview.states import parse
from tests.policy.samples import TODAY
from tests.support.sample import SAMPLE


def test_prod_follows_every_advice_but_that_its_sample_is_for_everybody() -> None:
    recorded = render.render(SAMPLE, "prod", releases.STAND_IN)
    state = parse(render.document(recorded, name=render.name(SAMPLE), stack="prod").encode(), "prod")
    breaches = report(compare(state, state, "itself"), TODAY).violations

    assert [(breach.rule, breach.name) for breach in breaches] == [("protected-callers-known", "entry-route")]
