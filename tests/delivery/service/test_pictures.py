"""What a right answer to a picture is."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.failure import FailureError
from delivery.service.pictures import classify_all, expected
from delivery.service.running import ServiceError

from .told import Reply, Told

Start = Callable[[Reply], Told]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with one picture: a daisy, at least half sure."""
    (tmp_path / "flower.jpg").write_bytes(b"bytes of a flower")
    (tmp_path / "expected.json").write_text(
        json.dumps({"flower.jpg": {"labels": ["daisy", "aster"], "probability": 0.5}}), encoding="utf-8"
    )
    return tmp_path


def saying(label: str, probability: float) -> Reply:
    answer = json.dumps({"classes": [{"index": 1, "label": label, "probability": probability}]}).encode()
    return lambda _path, _body: (200, answer)


@pytest.mark.parametrize("label", ["daisy", "aster"])
def test_any_of_the_expected_labels_is_right(told: Start, pictures: Path, label: str) -> None:
    (seen,) = classify_all(told(saying(label, 0.5)), expected(pictures))
    assert (seen.picture.name, seen.label, seen.probability, seen.fault) == ("flower.jpg", label, 0.5, "")


@pytest.mark.parametrize(
    ("label", "probability", "fault"),
    [("bee", 0.9, "expected daisy or aster"), ("daisy", 0.49, "expected at least 0.50")],
)
def test_another_label_and_a_doubtful_one_are_faults(
    told: Start, pictures: Path, label: str, probability: float, fault: str
) -> None:
    (seen,) = classify_all(told(saying(label, probability)), expected(pictures))
    assert seen.fault == fault


def test_the_pictures_bytes_are_what_is_sent(told: Start, pictures: Path) -> None:
    received: list[tuple[str, bytes]] = []
    right = saying("daisy", 0.9)

    def reply(path: str, body: bytes) -> tuple[int, bytes]:
        received.append((path, body))
        return right(path, body)

    service = told(reply)
    list(classify_all(service, expected(pictures)))
    assert received == [("/v1/classify", b"bytes of a flower")]


def test_a_refusal_fails_with_its_words_and_the_services_log(told: Start, pictures: Path) -> None:
    service = told(lambda _path, _body: (415, b'{"detail": "not a picture"}'))
    with pytest.raises(ServiceError, match=r"(?s)flower.jpg: answered 415, expected 200: .*not a picture.*last line"):
        list(classify_all(service, expected(pictures)))


@pytest.mark.parametrize("body", [b"Healthy", b"{}", b'{"classes": []}', b'{"classes": [{"label": 3}]}'])
def test_an_answer_without_classes_fails(told: Start, pictures: Path, body: bytes) -> None:
    with pytest.raises(ServiceError, match=r"flower.jpg: answered something else than classes"):
        list(classify_all(told(lambda _path, _body: (200, body)), expected(pictures)))


def test_a_picture_that_is_listed_but_missing_is_named(pictures: Path) -> None:
    (pictures / "flower.jpg").unlink()
    with pytest.raises(FailureError, match=r"expected.json: names pictures that are not there: flower.jpg"):
        expected(pictures)


@pytest.mark.parametrize("text", ["{}", "[]", '{"a.jpg": {"labels": [], "probability": 2}}', "nothing"])
def test_a_list_that_checks_nothing_is_refused(pictures: Path, text: str) -> None:
    (pictures / "expected.json").write_text(text, encoding="utf-8")
    with pytest.raises(FailureError, match=r"expected\.json: cannot be used"):
        expected(pictures)


def test_the_pictures_beside_the_page_are_all_expected_to_be_something() -> None:
    listed = {path.name for path in expected()}
    assert listed == {path.name for path in next(iter(expected())).parent.glob("*.jpg")}
