"""`python -m app.models`: what the contract of this app runs for the authors of models."""

import argparse
import os
import sys
from pathlib import Path

from .fault import FaultError


def main() -> int:
    """Run one command. A fault is one message on stderr and exit code 1."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    given = _parser().parse_args()
    try:
        return int(given.run(given))
    except (FaultError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.models", description="Models of pictures, for their authors.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check a model version, and mend its labels")
    check.add_argument("folder", type=Path)
    check.set_defaults(run=_check)
    init = commands.add_parser("init", help="begin a publishable folder from an ONNX file")
    init.add_argument("file", type=Path)
    init.add_argument("folder", type=Path)
    init.set_defaults(run=_init)
    predict = commands.add_parser("predict", help="show the first classes that a started app gives of pictures")
    predict.add_argument("url")
    predict.add_argument("pictures", type=Path, nargs="+")
    predict.add_argument("--write-examples", type=Path, metavar="FOLDER", help="an example for each, in this folder")
    predict.set_defaults(run=_predict)
    sample = commands.add_parser("sample", help="write a real model from the weights of an installed package")
    sample.add_argument("name")
    sample.add_argument("folder", type=Path)
    sample.set_defaults(run=_sample)
    return parser


def _check(given: argparse.Namespace) -> int:
    from .check import check  # noqa: PLC0415 - onnx costs half a second that --help should not wait for

    check(given.folder)
    return 0


def _init(given: argparse.Namespace) -> int:
    from app.scoring.manifest import LABELS_FILE, MODEL_FILE  # noqa: PLC0415 - loaded where it is used

    from .beginning import begin  # noqa: PLC0415 - onnx costs half a second

    description, checks, classes = begin(given.file, given.folder)
    folder = description.parent
    _say(f"wrote {folder / MODEL_FILE}, {folder / LABELS_FILE}, {description}")
    _say(
        f"look at the {checks} lines that say CHECK in {description}, and write the {classes} labels into "
        f"{folder / LABELS_FILE}, line i for class i"
    )
    _say(f"then: slipway model try {folder} PICTURE...")
    return 0


def _predict(given: argparse.Namespace) -> int:
    from . import beginning  # noqa: PLC0415 - onnx costs half a second

    beginning.check_pictures(given.pictures)
    predictions = list(beginning.predict(given.url, given.pictures))
    for one in predictions:
        _say(str(one))
    if given.write_examples:
        written = beginning.write_examples(given.write_examples, predictions)
        for file in written:
            _say(f"wrote {file}")
        if written:
            _say("read them: what the model says is not yet what is right")
    return int(any(one.fault for one in predictions))


def _sample(given: argparse.Namespace) -> int:
    from .sample.catalogue import NAMES  # noqa: PLC0415 - loaded where it is used
    from .sample.made import make  # noqa: PLC0415 - loaded where it is used

    if given.name not in NAMES:
        raise FaultError(f"found the sample {given.name}, allowed are {', '.join(NAMES)}")
    for line in make(given.name, given.folder):
        _say(line)
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
