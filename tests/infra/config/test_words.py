"""Conditions in words refuse in words, and still tell the reference page their bounds."""

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from slipway.config.words import Counted, Matching

MONTH = TypeAdapter(Annotated[str, Matching(r"20[0-9]{2}-(0[1-9]|1[0-2])", "a month such as 2026-12")])
FEW: TypeAdapter[tuple[int, ...]] = TypeAdapter(Annotated[tuple[int, ...], Counted(1, 2, "numbers")])


def test_text_matches_as_a_whole() -> None:
    assert MONTH.validate_python("2026-12") == "2026-12"
    for wrong in ("2026-13", "2026-12-01", "x2026-12", "2026-12\n"):
        with pytest.raises(ValidationError, match="a month such as 2026-12"):
            MONTH.validate_python(wrong)


@pytest.mark.parametrize("entries", [(), (1, 2, 3)])
def test_too_few_and_too_many_are_told_how_many(entries: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="1 to 2 numbers"):
        FEW.validate_python(entries)


def test_a_wrong_entry_is_told_alone() -> None:
    with pytest.raises(ValidationError) as refused:
        FEW.validate_python(("one",))

    assert refused.value.error_count() == 1


def test_bounds_show_in_the_schema() -> None:
    assert MONTH.json_schema()["pattern"] == r"^(?:20[0-9]{2}-(0[1-9]|1[0-2]))$"
    assert (FEW.json_schema()["minItems"], FEW.json_schema()["maxItems"]) == (1, 2)
