"""The examples in an image: those of its model version, and where that has none, the app's own."""

from delivery.examples.folder import Examples, parse_bundle
from delivery.interrupts import held

from .engine import docker

_SECONDS = 120
# Runs inside, with the image's own Python. A folder of a megabyte too many is not read to its end.
_QUESTION = """
import base64, json, os, pathlib
model = pathlib.Path(os.environ.get("SCORING_MODEL_DIR", "/srv/model"), "examples")
folder = model if model.is_dir() else pathlib.Path("/srv/app/examples")
files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
print(json.dumps({"format": "slipway.examples/1",
                  "files": {path.name: base64.b64encode(path.read_bytes()).decode() for path in files}}))
"""


def read_examples(image: str) -> Examples:
    """The examples that an image must answer. Raises FailureError where they cannot be read."""
    confined = ("--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
    with held():  # a client that is killed leaves its container behind
        text = docker(
            "run", "--rm", *confined, "--entrypoint", "python3", image, "-I", "-c", _QUESTION, seconds=_SECONDS
        )
    return parse_bundle(text.encode(), f"image {image}")
