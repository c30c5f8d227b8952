"""Project and stack files, as commands read them."""

from pathlib import Path

import pytest

from delivery.failure import NotFoundError
from delivery.preview import project


def _project(folder: Path, earlier: dict[str, str]) -> project.Project:
    (folder / "Pulumi.yaml").write_text("name: slipway\n", encoding="utf-8")
    for stack, from_ in earlier.items():
        promotes = f"{{promotesFrom: {from_}}}" if from_ else "{}"
        text = f"config:\n  slipway:environment: {promotes}\n"
        (folder / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")
    return project.read(folder)


def test_the_first_stack_is_the_one_that_promotes_from_none(tmp_path: Path) -> None:
    assert _project(tmp_path, {"alpha": "beta", "beta": "", "gamma": "alpha"}).first == "beta"


def test_of_several_chains_the_first_by_name_is_meant(tmp_path: Path) -> None:
    assert _project(tmp_path, {"beta": "", "alpha": ""}).first == "alpha"


def test_a_circle_has_no_first_stack_and_says_which_there_are(tmp_path: Path) -> None:
    circle = _project(tmp_path, {"alpha": "beta", "beta": "alpha"})

    with pytest.raises(NotFoundError, match=r"no stack without environment\.promotesFrom; stacks here are alpha, beta"):
        _ = circle.first


def test_later_stacks_are_those_that_promote_from_one_also_through_others_and_in_a_circle(tmp_path: Path) -> None:
    chain = _project(tmp_path, {"alpha": "", "beta": "alpha", "gamma": "beta", "other": ""})

    assert chain.later("alpha") == ["beta", "gamma"]
    assert chain.later("gamma") == []
    assert _project(tmp_path, {"alpha": "gamma"}).later("beta") == ["gamma", "alpha"]


def test_the_chain_holds_each_stack_once_after_the_one_that_it_promotes_from(tmp_path: Path) -> None:
    given = {"alpha": "gamma", "beta": "alpha", "gamma": "", "other": "", "apart": "elsewhere"}

    assert _project(tmp_path, given).chain == ["apart", "gamma", "alpha", "beta", "other"]


def test_a_circle_is_no_reason_to_leave_a_stack_out(tmp_path: Path) -> None:
    assert _project(tmp_path, {"alpha": "beta", "beta": "alpha"}).chain == ["alpha", "beta"]


def test_a_stack_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"Pulumi\.gone\.yaml: no such stack file; stacks here are alpha"):
        _project(tmp_path, {"alpha": ""}).config("gone")
