"""The examples of an image: those of the model version in it, and where that has none, the app's own."""

from pathlib import Path
from tempfile import TemporaryDirectory

from delivery.app import App
from delivery.examples.example import FOLDER
from delivery.examples.folder import Examples, read_folder
from delivery.failure import FailureError
from delivery.interrupts import held
from delivery.paths import short

from .engine import EngineError, docker

_ABSENT = ("could not find the file", "no such container:path")
"""The engine's words for a folder that an image has not."""


def read_examples(app: App, image: str) -> Examples:
    """The examples that an image must answer. Raises FailureError where there are none, or they cannot be read."""
    if app.contract.model and (found := _inside(image, f"{app.contract.model.folder}/{FOLDER}")):
        return found
    if app.examples is None:
        raise FailureError(
            f"image {image}: its model version has no examples, and {short(app.file)} names none of the app's own; "
            "publish a model with examples, or write some beside the app"
        )
    return read_folder(app.examples)


def _inside(image: str, folder: str) -> Examples | None:
    """The examples in a folder of an image, which is not started for it; None where there is no such folder."""
    with TemporaryDirectory(prefix="slipway-examples-") as temporary:
        copy = Path(temporary) / FOLDER
        with held():  # a client that is killed leaves its container behind
            container = docker("create", "--network", "none", image, "none")
            try:
                docker("cp", f"{container}:{folder}", str(copy))
            except EngineError as error:
                if any(words in str(error).lower() for words in _ABSENT):
                    return None
                raise
            finally:
                docker("rm", "--force", "--volumes", container)
        return read_folder(copy)
