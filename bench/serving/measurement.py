"""One run of the bench: everything started, measured in turn, stopped, reported."""

import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from . import badclients, coldstart, load, openloop, photos, probe, wrk
from .options import Options
from .quiet import Quiet, foreign_share
from .raw import Raw
from .report import Findings, Report
from .rounds import Plan, Rounds
from .server import Server, ServerError

_TURNS = 3


def run(options: Options) -> int:
    """Measure and print. The status is 0 when every target of the parts measured was met, 1 when one was missed."""
    console = Console() if sys.stdout.isatty() else Console(width=120)
    if not wrk.available():
        console.print(wrk.NEEDED, style="bold red")
        return 2
    try:
        report = _measured(options, console)
    except (ServerError, photos.PhotosError) as error:
        console.print(str(error), style="bold red", highlight=False, markup=False)
        return 2
    report.show(console)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(report.document(), indent=1) + "\n")
    console.print(f"report: {options.report}")
    return 0 if all(target.met for target in report.targets) else 1


def _measured(options: Options, console: Console) -> Report:
    pictures = photos.load(options.photos)
    report = Report(options, pictures, foreign_share(2.0))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-bench-")))
        for name, data in pictures.items():
            (folder / f"{name}.jpg").write_bytes(data)
        raw = stack.enter_context(Raw(options.model, list(pictures.values())))
        servers = [stack.enter_context(Server(kind, options.model)) for kind in options.kinds]
        _check_answers(servers, pictures)
        Measurement(options, servers, pictures, wrk.Wrk(sorted(folder.glob("*.jpg"))), console).take(report, raw)
    return report


class Measurement:
    """The parts of the bench, over servers that are all up."""

    def __init__(
        self, options: Options, servers: list[Server], pictures: dict[str, bytes], load: wrk.Wrk, console: Console
    ) -> None:
        self._options = options
        self._servers = servers
        self._photos = list(pictures.values())
        self._wrk = load
        self._console = console
        self._quiet = Quiet(servers, options.foreign_limit, self._tell)
        self._names = [server.kind.name for server in servers]
        self._rates: dict[str, float] = {}

    def take(self, report: Report, raw: Raw) -> None:
        """Measure the parts that were asked for, in the order that leaves each a warm and calm server."""
        parts = self._options.parts
        if "load" in parts:
            report.add(self._load(raw))
        if "open" in parts:
            rates = {server.kind.name: self._rate(server) for server in self._servers}
            report.add(openloop.findings(rates, self._servers, self._photos, self._quiet, _TURNS))
        if "probe" in parts:
            report.add(probe.findings(self._servers, self._wrk, self._quiet))
        if "bad" in parts:
            report.add(badclients.findings(self._servers, self._photos, self._quiet))
        if "start" in parts:
            memories = coldstart.memory(self._servers)
            report.add(coldstart.findings(self._options.kinds, self._options.model, memories, self._quiet))

    def _load(self, raw: Raw) -> Findings:
        chosen = self._options
        plan = Plan(chosen.rounds, chosen.connections, chosen.seconds, chosen.raw_seconds, chosen.foreign_limit)
        rounds = Rounds(self._servers, raw, self._wrk, plan, self._tell)
        rounds.take()
        for name in self._names:
            if slices := rounds.of(name, 4):
                self._rates[name] = load.summary(slices)["per_second"]
        return load.findings(rounds, self._names, chosen.connections)

    def _rate(self, server: Server) -> float:
        """What the server can do with 4 connections, taken now where the rounds have not."""
        known = self._rates.get(server.kind.name)
        return known or self._wrk.run(server, 4, self._options.seconds).per_second

    def _tell(self, text: str) -> None:
        self._console.print(f"{time.strftime('%H:%M:%S')} {text}", style="dim", highlight=False, markup=False)


def _check_answers(servers: list[Server], pictures: dict[str, bytes]) -> None:
    """Nobody is fast by answering something else."""
    for name, photo in pictures.items():
        answers = {server.kind.name: tuple(server.classify(photo)) for server in servers}
        if len(set(answers.values())) > 1:
            raise ServerError(f"{name}: the servers do not agree on its classes: {answers}")
