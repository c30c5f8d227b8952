"""A wrong contract is refused whole: each mistake once, with its line, what was found and what is allowed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.paths import ROOT
from docs.reference.app_contract_page import SMALLEST
from slipway.contract import ContractError, parse, read

COMMAND = [sys.executable, "-m", "slipway.contract"]


def mistakes(text: str) -> list[str]:
    with pytest.raises(ContractError) as refused:
        parse(text, "app.yaml")
    return [str(mistake) for mistake in refused.value.mistakes]


def test_the_smallest_contract_that_the_page_shows_is_valid() -> None:
    contract = parse(SMALLEST, "app.yaml")

    assert (contract.name, contract.metrics, contract.settings) == ("echo", None, {})
    assert contract.management_port == contract.ports.public
    assert not contract.has_management


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("name: echo", "name: Echo", 'line 1: name: found "Echo", allowed: 2 to 40 of a-z, 0-9 and -'),
        ("user: 1000", "user: 0", "line 2: image.user: found 0, allowed: at least 1"),
        (
            "public: 5000",
            'public: "5000"',
            'line 3: ports.public: found "5000", allowed: a whole number',
        ),
        ("public: 5000", "public: 80", "line 3: ports.public: found 80, allowed: at least 1024"),
        ("health: /health", "health: health", 'line 4: health: found "health", allowed: a path such as /healthz'),
        ("health: /health\n", "", "line 1: health: found nothing, allowed: a value: The path on the public port"),
        ("health: /health", "helth: /health", "line 4: helth: found an unknown key, allowed: name, image"),
        ("liveness: {path: /health}", "liveness: {}", "line 8: probes.liveness.path: found nothing, allowed: a value"),
    ],
)
def test_a_mistake_is_told_with_its_line(before: str, after: str, told: str) -> None:
    assert before in SMALLEST

    assert any(line.startswith(told) for line in mistakes(SMALLEST.replace(before, after, 1)))


def test_an_unknown_key_is_named_with_the_likeliest_one() -> None:
    assert mistakes(SMALLEST + "enviroment: {}\n")[0].endswith("(did you mean environment?)")


def test_all_mistakes_come_at_once_by_line() -> None:
    wrong = SMALLEST.replace("echo}", "echo}").replace("5000", "80").replace("user: 1000", "user: 0")

    assert [line.split(":")[0] for line in mistakes(wrong + "settings: []\n")] == ["line 2", "line 3", "line 9"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: [", "line 1: YAML: found expected the node content, but found '<stream end>', allowed: YAML"),
        ("name: a\nname: b\n", "line 2: YAML: found the key 'name' twice, allowed: each key once, as text"),
        ("[a]: b\n", "line 1: YAML: found a key that is no text, allowed: each key once, as text"),
        ("a: &a [*a]\n", "line 1: YAML: found more than 20 levels, allowed: fewer"),
        ("[" * 9000, "line 1: YAML: found more than 20 levels, allowed: fewer"),
        ("a: .nan\n", "line 1: YAML: found nan, allowed: a finite number"),
        ("a: !!python/object:os.system {}\n", "line 1: "),
        ("", "line 1: document: found null, allowed: a mapping with name, image"),
        ("- a\n", 'line 1: document: found ["a"], allowed: a mapping with name, image'),
        ("a: b\n---\nc: d\n", "line 2: YAML: found but found another document, allowed: YAML"),
    ],
)
def test_what_is_no_contract_at_all_is_one_mistake(text: str, told: str) -> None:
    assert mistakes(text)[0].startswith(told)


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_refused_in_words(text: str) -> None:
    assert mistakes(text)


@given(key=st.sampled_from(["image", "ports", "probes", "metrics", "environment", "settings", "memory", "checks"]))
def test_a_part_of_the_wrong_shape_is_refused_in_words(key: str) -> None:
    lines = [
        line for line in SMALLEST.splitlines() if not line.startswith((f"{key}:", "  " if key == "probes" else "#"))
    ]

    assert any(f"{key}: found 3" in line for line in mistakes("\n".join([*lines, f"{key}: 3\n"])))


def test_the_message_names_the_file_counts_and_says_how_to_check() -> None:
    with pytest.raises(ContractError) as refused:
        parse(SMALLEST.replace("5000", "80"), "apps/echo/app.yaml")

    first, *_, last = str(refused.value).splitlines()
    assert first == "apps/echo/app.yaml has 1 mistake:"
    assert last == "check it with: PYTHONPATH=infra python -m slipway.contract apps/echo/app.yaml"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_bytes(b"name: \xff\n")

    with pytest.raises(ContractError, match="byte: found 0xff at 6, allowed: text in UTF-8"):
        read(tmp_path / "app.yaml")


def test_the_command_accepts_the_sample_and_refuses_another_with_2(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(SMALLEST.replace("5000", "80"))
    environment = {"PYTHONPATH": str(ROOT / "infra")}

    good = subprocess.run(
        [*COMMAND, "app/app.yaml"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    bad = subprocess.run(
        [*COMMAND, str(tmp_path / "app.yaml")], env=environment, capture_output=True, text=True, check=False
    )

    assert (good.returncode, good.stdout) == (0, "app/app.yaml: the contract of scoring, 17 settings\n")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "line 3: ports.public: found 80" in bad.stderr


def test_a_contract_is_read_without_pulumi_and_without_the_app() -> None:
    program = (
        "import json, sys; from pathlib import Path; from slipway.contract import read; "
        "read(Path('app/app.yaml')); print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    environment = {"PYTHONPATH": f"{ROOT / 'infra'}:{ROOT}"}

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    loaded = set(json.loads(done.stdout))
    assert "slipway" in loaded
    assert not {name for name in loaded if name in {"app", "flask", "delivery"} or name.startswith("pulumi")}
