"""The steps as a shell script, for a person who may do what the caller may not."""

import shlex
from collections.abc import Iterable, Iterator

from .step import Step, line, quote

_PAUSE = 10


def write_script(stack: str, steps: Iterable[Step], person: str) -> str:
    """Return a script that can be pasted, and run again. `person` is who gets the roles; empty for its caller."""
    me = shlex.quote(person) if person else "$(az ad signed-in-user show --query id --output tsv)"
    return "\n".join(
        [
            f"# What must exist before `pulumi up --stack {stack}`. Each step looks first, so this can be run again.",
            "# The brackets make the first failure end it, and not your terminal.",
            "(",
            "set -eu",
            "SUBSCRIPTION=$(az account show --query id --output tsv)",
            f"ME={me}  # gets the roles",
            *_write_steps(steps),
            ")",
            "",
        ]
    )


def _write_steps(steps: Iterable[Step]) -> Iterator[str]:
    """Yield the lines; what Azure goes on with by itself is waited for as late as possible."""
    waiting: list[Step] = []
    for step in steps:
        for earlier in [one for one in waiting if one.name in step.needs]:
            waiting.remove(earlier)
            yield from _write_waiting(earlier)
        yield f"\n# {step.name}: {step.why}"
        yield f"{_find(step)} || {' && '.join(line(words) for words in step.make)}"
        if step.settles:
            waiting.append(step)
    for step in waiting:
        yield from _write_waiting(step)


def _write_waiting(step: Step) -> Iterator[str]:
    yield f"\n# until Azure has finished {step.name}"
    yield f"until {_find(step)}; do sleep {_PAUSE}; done"
    yield from (line(words) for words in step.then)


def _find(step: Step) -> str:
    """Return the question with a filter that finds one of the wanted names as a whole line, in any case."""
    wanted = " ".join(f"-e {quote(name)}" for name in step.wanted)
    return f"{line(step.look)} --output tsv | grep -qixF {wanted}"
