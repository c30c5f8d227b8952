"""The expansion of templates itself: what it makes of each form, and that it refuses what it does not know."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from .expansion import ExpansionError, Scope, evaluate, expand


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.yml").write_text(text)
        return tmp_path

    return written


def steps(root: Path, **parameters: object) -> Any:
    return expand(root, root / "main.yml", {}, **parameters)["steps"]


def test_a_template_brings_its_steps_and_its_defaults(write: Any) -> None:
    root = write(
        main="steps:\n- template: inner.yml\n  parameters: {word: hello}\n- script: last",
        inner="parameters:\n- {name: word}\n- {name: times, default: 2}\nsteps:\n- script: say ${{ parameters.word }} "
        "${{ parameters.times }}",
    )
    assert steps(root) == [{"script": "say hello 2"}, {"script": "last"}]


def test_if_elseif_and_else_take_the_first_that_holds(write: Any) -> None:
    root = write(
        main="parameters:\n- {name: way}\nsteps:\n"
        "- ${{ if eq(parameters.way, 'a') }}:\n  - script: first\n"
        "- ${{ elseif ne(parameters.way, 'c') }}:\n  - script: second\n"
        "- ${{ else }}:\n  - script: third\n"
    )
    assert [steps(root, way=way)[0]["script"] for way in "abc"] == ["first", "second", "third"]


def test_each_repeats_and_whole_expressions_keep_their_type(write: Any) -> None:
    root = write(
        main="parameters:\n- name: all\n  default: [{name: a, of: [x]}, {name: b, of: []}]\nsteps:\n"
        "- ${{ each one in parameters.all }}:\n  - script: ${{ one.name }}\n    of: ${{ one.of }}\n"
    )
    assert steps(root) == [{"script": "a", "of": ["x"]}, {"script": "b", "of": []}]


def test_directives_work_in_mappings_too(write: Any) -> None:
    root = write(main="pool:\n  ${{ if eq(1, 2) }}:\n    name: mine\n  ${{ else }}:\n    vmImage: theirs\n")
    assert expand(root, root / "main.yml", {})["pool"] == {"vmImage": "theirs"}


@pytest.mark.parametrize(
    ("main", "complaint"),
    [
        ("steps:\n- template: nowhere.yml", "is not there"),
        ("parameters:\n- {name: needed}\nsteps: []", "not given"),
        ("steps:\n- script: ${{ coalesce('a') }}", "not known here"),
        ("steps:\n- script: ${{ somewhere.else }}", "not known here"),
        ("parameters:\n- {name: way, default: c, values: [a, b]}\nsteps: []", "allowed"),
    ],
)
def test_what_azure_would_refuse_or_is_not_known_here_is_an_error(write: Any, main: str, complaint: str) -> None:
    root = write(main=main)
    with pytest.raises(ExpansionError, match=complaint):
        expand(root, root / "main.yml", {})


def test_a_parameter_that_a_template_does_not_take_is_an_error(write: Any) -> None:
    root = write(main="steps:\n- template: inner.yml\n  parameters: {a: 1}", inner="steps: []")
    with pytest.raises(ExpansionError, match="takes no parameter a"):
        expand(root, root / "main.yml", {})


def test_functions_compare_text_without_case_as_azure_does() -> None:
    scope = Scope({"variables": {"Build.Reason": "PullRequest"}})
    assert evaluate("and(eq(variables['Build.Reason'], 'pullrequest'), not(eq('a', 'b')))", scope) is True


def test_yaml_that_is_no_mapping_is_an_error(write: Any) -> None:
    root = write(main=yaml.safe_dump(["a"]))
    with pytest.raises(ExpansionError, match="no mapping"):
        expand(root, root / "main.yml", {})
