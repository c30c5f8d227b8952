# ruff: noqa: INP001  # a script beside the page that it writes, not a package
"""Writes docs/reference/reach.md from the recorded stacks: `python -m docs.reference.reach_page`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from delivery.preview import project
from delivery.preview.record import Recorded
from delivery.preview.releases import STAND_IN
from delivery.preview.render import render
from delivery.reach.branches import Reach, reached
from delivery.reach.grants import Grant, grants, identities
from tests.support.sample import SAMPLE

PAGE = Path(__file__).with_name("reach.md")
STACKS = ("dev", "prod")

_HEAD = """# Reach

The branches whose runs reach a connection, an agent pool, a variable group or an environment, and what they get
with it in Azure. Made by `make reference` from the resources of the committed stacks; the names are theirs.

A run takes its YAML from its own branch, so it reaches each resource that its pipeline is permitted to, unless a
check on that resource stops it. *Protected* means that the check also asks for the branch's policies.
[A pipeline cannot change what guards it](../decisions/pipelines-cannot-change-their-guards.md) says why the checks
stand where they do, and which three resources have none. [Rights](rights.md) lists what each identity needs.
"""


def page() -> str:
    """Return the whole page."""
    found = {stack: render(SAMPLE, stack, STAND_IN) for stack in STACKS}
    return "\n".join([_HEAD, *_branches(found), *_blobs(found)]) + "\n"


def _branches(found: Mapping[str, Recorded]) -> Iterator[str]:
    for stack, recorded in found.items():
        yield f"## {stack}\n"
        yield "| resource | pipelines | branch | acts as | reaches in Azure |"
        yield "| --- | --- | --- | --- | --- |"
        yield from (_row(one) for one in reached(stack, recorded))
        yield ""


def _row(one: Reach) -> str:
    branch = f"`{one.branch}`" + (", protected" if one.protected else "")
    gets = "; ".join(f"{_role(grant)} on {grant.where}" for grant in one.grants) or "nothing"
    who = one.identity.removeprefix("pipeline-identities-")
    name = f"{one.kind} `{one.name}`" if one.name != "pool" else one.kind
    return f"| {name} | {', '.join(one.pipelines)} | {branch} | {f'*{who}*' if who else ''} | {gets} |"


def _role(grant: Grant) -> str:
    return grant.role.name.replace("_", " ").lower() + (" (conditional)" if grant.condition else "")


def _blobs(found: Mapping[str, Recorded]) -> Iterator[str]:
    """Yield the table of shared blobs: each condition is judged for one blob of each kind."""
    name = project.read(SAMPLE).name
    state = {f"state of {stack}": ("state", f".pulumi/stacks/{name}/{stack}.json") for stack in STACKS}
    history = {f"deployments of {stack}": ("releases", f"_deployments/{stack}/1/begun.json") for stack in STACKS}
    kinds = {**state, **history, "releases": ("releases", "_releases/one/release.json")}
    yield "## State and releases\n"
    yield "Shared containers, divided by conditions: *w* reads and writes, *r* reads.\n"
    yield f"| identity | {' | '.join(kinds)} |"
    yield f"| --- |{' --- |' * len(kinds)}"
    for stack, recorded in found.items():
        for identity in identities(recorded):
            if identity.name.startswith("pipeline-identities-"):
                held = grants(recorded, identity.name)
                cells = [_cell(held, container, path) for container, path in kinds.values()]
                who = identity.name.removeprefix("pipeline-identities-")
                yield f"| *{who}* of {stack} | {' | '.join(cells)} |"


def _cell(held: list[Grant], container: str, path: str) -> str:
    own = [grant for grant in held if grant.where == f"container {container}"]
    if any(grant.writes_blob(path) for grant in own):
        return "w"
    return "r" if any(grant.reads_blob(path) for grant in own) else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
