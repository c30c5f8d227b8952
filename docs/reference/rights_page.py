# ruff: noqa: INP001  # a script beside the page that it writes, not a package
"""Writes docs/reference/rights.md from the recorded stacks: `python -m docs.reference.rights_page`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from delivery.preview.record import Recorded
from delivery.preview.releases import STAND_IN
from delivery.preview.render import render
from delivery.reach.commands import PIPELINE_IDENTITY, find_exceptions, find_needs, is_unread
from delivery.reach.facts import Facts, read_facts
from delivery.reach.grants import Grant
from delivery.reach.limits import Beyond
from delivery.reach.needs import find_meeting
from delivery.reach.role_actions import published
from tests.support.sample import SAMPLE

PAGE = Path(__file__).with_name("rights.md")
STACKS = ("dev", "prod")

_Row = tuple[str, str, Grant | None]
"""A command, what it is about, and the grant for it."""

_HEAD = """# Rights

The needs of each command, and the role that meets each one. Made by `make reference` from the resources of the
committed stacks, and from the actions that Azure publishes for its roles. Tests hold both against each other: each need
is met, and without any one grant a command fails.

Count says how many resources, objects or blobs a row stands for. Azure DevOps is not among them: there, *deploy* and
*drift* are readers of the project. [Reach](reach.md) says which branches get at an identity.
"""

_BEYOND = """## What only a person changes

A commit that asks for one of these stops before the `up`, with the command that a person runs.
"""

_UNREAD = """## What drift does not look at

The identity that looks for drift cannot read these, so its refresh leaves them out. `pulumi up --refresh`, by a person,
reads them.
"""

_MORE = """## What the roles allow beyond the needs

Azure's roles are coarser than the needs in these places:

- With `rights: environment`, *Contributor* on the group also reaches the settings and keys of the model store's
  account, and the federated credentials of the other identities there. By such a change the first environment's
  *deploy* could publish a model or record a release, which later environments take over. `rights: release` excludes
  that; otherwise guard the first environment like the last one.
- *Storage Blob Data Contributor* may delete its container. Soft delete brings it back.
- *Key Vault Crypto User* may sign and wrap with the key of the state as well as decrypt.
- *Cost Management Reader* reads all costs of the subscription, to read one budget.
"""


def page() -> str:
    """Return the whole page."""
    found = {stack: (render(SAMPLE, stack, STAND_IN), read_facts(SAMPLE, stack)) for stack in STACKS}
    lines = [_HEAD]
    for stack, (recorded, facts) in found.items():
        lines += [f"## {stack}\n", f"`rights: {facts.rights}`\n", *_identities(recorded, facts)]
    return "\n".join([*lines, *_exceptions(found), *_unread(found), _MORE.rstrip()]) + "\n"


def _identities(recorded: Recorded, facts: Facts) -> Iterator[str]:
    rows: dict[str, dict[_Row, dict[str, set[str]]]] = {}
    for need, grant in find_meeting(recorded, find_needs(recorded, facts)):
        verb, _, noun = need.what.partition(" ")
        row = rows.setdefault(need.identity, {}).setdefault((need.command, noun, grant), {})
        row.setdefault(verb, set()).add(need.cause)
    for identity, found in rows.items():
        who = identity.removeprefix(PIPELINE_IDENTITY)
        yield f"### *{who}*\n" if who != identity else f"### publishers, group `{identity}`\n"
        yield "| command | needs to | count | role | scope |"
        yield "| --- | --- | --- | --- | --- |"
        before = ""
        for (command, noun, grant), verbs in found.items():
            shown = f"`{command}`" if command != before else ""
            count = len(set().union(*verbs.values()))
            what = f"{', '.join(verbs)} {noun}"
            yield f"| {shown} | {what} | {count} | {_role(grant)} | {grant.where if grant else ''} |"
            before = command
        yield ""


def _role(grant: Grant | None) -> str:
    if grant is None:
        return "none"
    return published()[grant.role]["name"] + (", conditional" if grant.condition else "")


def _exceptions(found: Mapping[str, tuple[Recorded, Facts]]) -> Iterator[str]:
    yield _BEYOND
    for stack, (recorded, facts) in found.items():
        yield f"### in {stack}\n"
        yield "| resources | because |"
        yield "| --- | --- |"
        for reason, records in find_exceptions(recorded, facts).items():
            yield f"| {_listed([one.name for one in records], reason)} | {reason} |"
        yield ""


def _listed(names: list[str], reason: Beyond) -> str:
    """Return the resources by name; where a reason holds for whole providers, how many they are."""
    if reason in (Beyond.GUARD, Beyond.INFRASTRUCTURE):
        return f"{len(names)} resources of {'Azure DevOps' if reason is Beyond.GUARD else 'Azure and Azure DevOps'}"
    return ", ".join(f"`{name}`" for name in names)


def _unread(found: Mapping[str, tuple[Recorded, Facts]]) -> Iterator[str]:
    yield _UNREAD
    for stack, (recorded, _facts) in found.items():
        names = [one.name for one in recorded.resources if is_unread(recorded, one)]
        yield f"- {stack}: {', '.join(f'`{name}`' for name in names)}"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
