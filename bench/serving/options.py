"""Options of the serving bench."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .server import KINDS, Kind, variant

PARTS = ("load", "open", "probe", "bad", "start")


@dataclass(frozen=True)
class Options:
    """What is measured, and how long."""

    model: Path
    photos: Path | None
    kinds: list[Kind]
    parts: list[str]
    rounds: int
    connections: list[int]
    seconds: float
    raw_seconds: float
    foreign_limit: float
    report: Path


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; a wrong one ends with status 2 and what is allowed."""
    parser = _parser()
    found = parser.parse_args(arguments)
    if found.quick:
        found.only, found.parts, found.rounds = found.only or "ours,raw", found.parts or "load", found.rounds or 3
    names = _list(parser, "--only", found.only or ",".join((*KINDS, "raw")), (*KINDS, "raw"))
    if not (found.model / "manifest.json").is_file():
        parser.error(
            f"--model {found.model}: has no manifest.json; `make rehearse` pulls a model version to .slipway/model"
        )
    try:
        return Options(
            model=found.model.resolve(),
            photos=found.photos,
            kinds=[KINDS[name] for name in names if name != "raw"] + [_variant(text) for text in found.variant],
            parts=_list(parser, "--parts", found.parts or ",".join(PARTS), PARTS),
            rounds=found.rounds or 7,
            connections=[int(text) for text in found.connections.split(",")],
            seconds=found.seconds,
            raw_seconds=found.raw_seconds,
            foreign_limit=found.foreign_limit,
            report=found.json,
        )
    except ValueError as error:
        parser.error(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.serving",
        description="Measure the service beside the raw limit and other servers. See bench/README.md.",
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="about a minute: --only ours,raw --rounds 3 --parts load")
    add("--only", help="what is compared, of: " + ",".join((*KINDS, "raw")) + " (all; raw is always taken)")
    add("--parts", help="what is measured, of: " + ",".join(PARTS) + " (all)")
    add("--rounds", type=int, help="quiet slices for each server and connection count (7)")
    add("--connections", default="4,16", help="kept-alive connections of the load (4,16)")
    add("--seconds", type=float, default=3.0, help="length of a slice of load (3)")
    add("--raw-seconds", type=float, default=1.5, help="length of the raw takings before and after it (1.5)")
    add("--foreign-limit", type=float, default=0.12, help="share of the machine others may use in a slice (0.12)")
    add("--model", type=Path, default=Path(".slipway/model"), help="folder of one model version (.slipway/model)")
    add("--photos", type=Path, help="folder of *.jpg to send instead of the bench's own eight")
    add("--json", type=Path, default=Path(".slipway/bench/serving.json"), help="where the report goes")
    add(
        "--variant",
        action="append",
        default=[],
        metavar="NAME:KEY=VALUE[,KEY=VALUE]",
        help="our own service once more with other variables, such as three:SCORING_WORKERS=3; may be repeated",
    )
    return parser


def _list(parser: argparse.ArgumentParser, option: str, text: str, allowed: Sequence[str]) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in allowed]:
        parser.error(f"{option}: found {', '.join(unknown)}; allowed are {', '.join(allowed)}")
    return names


def _variant(text: str) -> Kind:
    name, colon, pairs = text.partition(":")
    variables = dict(pair.partition("=")[::2] for pair in pairs.split(","))
    if not colon or not name or name in KINDS or not all(variables):
        raise ValueError(f"--variant: found {text!r}; allowed is NAME:KEY=VALUE[,KEY=VALUE] with a new NAME")
    return variant(name, variables)
