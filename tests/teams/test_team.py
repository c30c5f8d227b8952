"""Each team's stack files are accepted, make one chain, and give the pipelines their facts."""

import shutil
from pathlib import Path

import pytest

from delivery.paths import ROOT
from delivery.pipelines.facts import facts
from delivery.preview import project
from slipway.config.load import parse

from .team import TEAMS, Team
from .variant import VARIANTS, Variant

CHAINS = {"staging": ["dev", "staging", "prod"], "one-environment": ["dev"]}


@pytest.mark.parametrize("team", TEAMS, ids=lambda team: team.name)
def test_a_teams_files_are_accepted_and_make_a_chain(team: Team, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    team.write(tmp_path)

    found = project.read(tmp_path)
    assert [parse(stack, found.config(stack)).stack for stack in found.stacks] == found.stacks
    assert [one["name"] for one in facts(tmp_path)["chain"]] == CHAINS.get(team.name, ["dev", "prod"])


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_variant_of_the_first_environment_is_accepted(variant: Variant, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    shutil.copy(ROOT / "tests" / "sample" / "Pulumi.dev.yaml", tmp_path)
    variant.write(tmp_path)

    assert parse("dev", project.read(tmp_path).config("dev")).stack == "dev"
