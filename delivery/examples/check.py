"""Asking a running service the examples: what it answers to each, and every way in which that is wrong."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from delivery.service.client import Answer, ask
from delivery.service.running import Running, ServiceError, with_cause

from .call import Call, make_call
from .example import Example, Latency
from .faults import short
from .folder import Examples
from .matching import Seen, compare

SHARE = 0.9


@dataclass(frozen=True)
class Outcome:
    """The result of one example. `faults` is empty where all is right."""

    name: str
    call: Call
    status: int
    milliseconds: float
    seen: tuple[Seen, ...]
    faults: tuple[str, ...]

    def __str__(self) -> str:
        """The example's name, what was seen at the places that it looks at, and the time."""
        found = " ".join(_value(one.value) for one in self.seen) or str(self.status)
        wrong = f"  {'; '.join(self.faults)}" if self.faults else ""
        return f"{self.name:12} {found:24} {self.milliseconds:5.0f} ms{wrong}"

    @property
    def sentence(self) -> str:
        """Everything that is wrong with it."""
        return f"{self.name}: {self.call}: {'; '.join(self.faults)}"


def check_all(running: Running, examples: Examples, *, timed: bool = True) -> Iterator[Outcome]:
    """Ask each example in turn. Latencies are judged where `timed`. Raises ServiceError where none is answered."""
    for name, example in examples.examples.items():
        yield check_one(running, name, example, examples, timed=timed)


def check_one(running: Running, name: str, example: Example, examples: Examples, *, timed: bool) -> Outcome:
    """Ask one example. Raises ServiceError where it is not answered."""
    call = make_call(example.request, examples.files)
    answer = send(running, call)
    seen, faults = _judge(example, answer)
    if timed and example.expect.latency and not faults:
        faults = list(_slow(running, call, example.expect.latency))
    return Outcome(name, call, answer.status, answer.milliseconds, tuple(seen), tuple(faults))


def prove(running: Running, examples: Examples, *, timed: bool = True) -> list[Outcome]:
    """Ask every example. Raises ServiceError with a sentence for each that is answered wrongly."""
    outcomes = list(check_all(running, examples, timed=timed))
    refuse_wrong(running, outcomes)
    return outcomes


def refuse_wrong(running: Running, outcomes: list[Outcome]) -> None:
    """Raise ServiceError with a sentence for each that is answered wrongly, where there is one."""
    if wrong := [one.sentence for one in outcomes if one.faults]:
        what = f"{len(wrong)} of {len(outcomes)} examples are answered wrongly"
        said = "\n".join([f"{what}:", *wrong]) if len(wrong) > 1 else f"{what}: {wrong[0]}"
        raise ServiceError(with_cause(running, said))


def send(running: Running, call: Call) -> Answer:
    """Send a call. Raises ServiceError where it is not answered."""
    return ask(running, call.method, call.target, call.body, headers=call.headers)


def within(milliseconds: list[float]) -> float:
    """The time that nine of ten of these are within."""
    return sorted(milliseconds)[math.ceil(SHARE * len(milliseconds)) - 1]


def _judge(example: Example, answer: Answer) -> tuple[list[Seen], list[str]]:
    expect = example.expect
    said = answer.body[:200].decode(errors="replace")
    if answer.status != expect.status:
        return [], [f"answered {answer.status}, expected {expect.status}: {said}"]
    seen: list[Seen] = []
    faults = []
    if expect.text is not None and expect.text not in answer.body.decode(errors="replace"):
        faults.append(f"the answer lacks the text {short(expect.text)}: {said}")
    if expect.has_document:
        try:
            seen = list(compare(expect.document, answer.json(), expect.tolerance))
        except ValueError:
            faults.append(f"the answer is not JSON: {said}")
    faults += [f"{one.path}: {_found(one)}" for one in seen if one.fault]
    return seen, faults


def _found(seen: Seen) -> str:
    return seen.fault if seen.fault.startswith("is not there") else f"found {short(seen.value)}, {seen.fault}"


def _slow(running: Running, call: Call, wanted: Latency) -> Iterator[str]:
    slowest = within([send(running, call).milliseconds for _ in range(wanted.calls)])
    if slowest > wanted.p90_ms:
        yield f"nine of ten of {wanted.calls} calls within {slowest:.0f} ms, allowed are {wanted.p90_ms:g} ms"


def _value(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)[:40]
