"""Putting an environment into the chain: what each environment passes on stays the same value."""

import re
from pathlib import Path

from delivery.paths import ROOT
from delivery.preview.compare import compare
from delivery.preview.releases import STAND_IN
from delivery.preview.render import document, render
from delivery.preview.report import report
from delivery.preview.states import Rendered, parse
from tests.delivery.preview.day import TODAY
from tests.support.sample import SAMPLE


def prod_in(root: Path) -> Rendered:
    return parse(document(render(root, "prod", STAND_IN), name="slipway", stack="prod").encode(), "prod")


def test_a_stage_between_dev_and_prod_moves_prods_role_on_the_earlier_registry_and_nothing_else(tmp_path: Path) -> None:
    project = (SAMPLE / "Pulumi.yaml").read_text(encoding="utf-8")
    (tmp_path / "Pulumi.yaml").write_text(re.sub(r"main: .*", f"main: {ROOT / 'infra'}", project), encoding="utf-8")
    prod = (SAMPLE / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    for name, text in {
        "dev": (SAMPLE / "Pulumi.dev.yaml").read_text(encoding="utf-8"),
        "staging": prod,
        "prod": prod.replace("promotesFrom: dev", "promotesFrom: staging"),
    }.items():
        (tmp_path / f"Pulumi.{name}.yaml").write_text(text, encoding="utf-8")

    shown = report(compare(prod_in(SAMPLE), prod_in(tmp_path), "test"), TODAY)

    assert {(one.noun, one.rank) for one in shown.items} == {("role assignment", "security")}
    assert "with that" not in shown.headline
