"""The proof of a model: the serving app is started with it here, and every example asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from delivery.app import App
from delivery.examples import check
from delivery.examples.check import Outcome
from delivery.examples.example import FOLDER
from delivery.examples.folder import Examples, read_folder
from delivery.failure import FailureError
from delivery.paths import short
from delivery.service.client import await_ready
from delivery.service.process import Process
from delivery.service.running import Running, ServiceError

from .candidate import Candidate


@contextmanager
def serving(candidate: Candidate, app: App) -> Iterator[Running]:
    """The app with the candidate's model, as a process of this machine, ready. Raises ServiceError."""
    with (
        TemporaryDirectory(prefix="slipway-proof-") as temporary,
        Process(app, candidate.folder, Path(temporary) / "service.log") as running,
    ):
        await_ready(running)
        yield running


def prove(candidate: Candidate, folder: Path, app: App) -> list[Outcome]:
    """Ask every example of the candidate, which came from `folder`. An app that starts in its image alone is not asked.

    Raises FailureError with a sentence for each that is answered wrongly.
    """
    if app.contract.start is None:
        return []
    examples = candidate.examples or _own(folder, app)
    try:
        with serving(candidate, app) as running:
            return check.prove(running, examples, timed=False)
    except ServiceError as error:
        raise FailureError(f"{_place(candidate, folder, app)}: {error}\n{_way_on(candidate, folder)}") from None


def ask_examples(running: Running, examples: Examples) -> list[Outcome]:
    """Each example's outcome, right or wrong. Latencies are not judged on a machine like this."""
    return list(check.check_all(running, examples, timed=False))


def _own(folder: Path, app: App) -> Examples:
    if app.examples is None:
        raise FailureError(
            f"{folder / FOLDER}: is not there, and {short(app.file)} names no examples of the app's own; a model goes "
            "live only once its examples pass"
        )
    return read_folder(app.examples)


def _place(candidate: Candidate, folder: Path, app: App) -> str:
    return str(folder / FOLDER) if candidate.examples or app.examples is None else short(app.examples)


def _way_on(candidate: Candidate, folder: Path) -> str:
    if candidate.examples:
        return f"nothing was published; to see what it answers: slipway model try {folder}"
    return (
        f"nothing was published; {folder} brings no examples of its own, so the app's were asked. To write some from "
        f"files whose answers you know: slipway model try {folder} FILE... --write-examples"
    )
