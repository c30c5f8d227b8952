"""An app of text and word weights goes the whole way, as the sample of pictures does."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.failure import FailureError
from delivery.model.folder import checked
from delivery.rehearse.model import Places
from delivery.rehearse.rehearsal import Rehearsal
from tests.support.apps import TONE


def test_it_is_published_released_under_load_and_rolled_back(tmp_path: Path) -> None:
    said = io.StringIO()
    Rehearsal(app=TONE, steps=Steps(Console(file=said, width=200)), places=Places(tmp_path / "work"), image=False).run()

    text = said.getvalue()
    assert "published as tone version 2; 2 examples as expected" in text
    assert "refusals: a body that is no JSON" in text
    assert text.count(", none failed;") == 2
    assert "the stack files run another app" in text
    assert "the request in flight was answered 200" in text


def test_its_own_check_refuses_a_model_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"name": "tone"}', encoding="utf-8")
    (tmp_path / "weights.json").write_text('{"en": {"good": 1.0}}', encoding="utf-8")

    with pytest.raises(FailureError) as refused, checked(tmp_path, TONE):
        pass

    place = tmp_path / "weights.json"
    assert str(refused.value) == f"{place}: found no weights for ['de'], each is a number such as 0.5"
