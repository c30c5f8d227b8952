"""Property paths as the engine writes them, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.preview import paths

STEPS = st.one_of(
    st.integers(0, 99),
    st.from_regex(r"[A-Za-z_$][A-Za-z0-9_$-]{0,8}", fullmatch=True),
    st.text(min_size=1, max_size=8).filter(lambda text: not text.startswith("[")),
)


@given(st.lists(STEPS, min_size=1, max_size=5).filter(lambda steps: not isinstance(steps[0], int)))
def test_what_is_written_is_read_again(steps: list[str | int]) -> None:
    assert paths.parse(paths.show(steps)) == tuple(steps)


@given(st.text(max_size=40))
def test_any_text_is_some_path(text: str) -> None:
    assert isinstance(paths.parse(text), tuple)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("spec.ports[0].port", "spec.ports[].port"),
        ("spec.template.spec.containers[app].env[LOG].value", "spec.template.spec.containers[].env[].value"),
        ('metadata.annotations["a.b/c"]', "metadata.annotations.a.b/c"),
        ("agentPoolProfiles[system].vmSize", "agentPoolProfiles[].vmSize"),
    ],
)
def test_a_table_finds_a_path_whatever_the_members_are_called(text: str, pattern: str) -> None:
    assert paths.pattern(paths.parse(text)) == pattern


def test_positions_become_names_where_the_members_have_some() -> None:
    inputs = {"spec": {"ports": [{"name": "http", "port": 80}], "plain": [1, 2]}}

    assert paths.named(("spec", "ports", 0, "port"), inputs) == ("spec", "ports", "[http]", "port")
    assert paths.named(("spec", "plain", 1), inputs) == ("spec", "plain", 1)
    assert paths.named(("not", "there"), inputs) == ("not", "there")
