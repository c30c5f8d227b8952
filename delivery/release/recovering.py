"""Recovery of an environment's state: each thing that was being created is adopted where it exists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from delivery.az import DEVOPS, az
from delivery.console import Steps

from .devops_ids import look_up_id
from .engine import Engine
from .resource_ids import compute_id
from .unfinished import Pending, adopt, read_organization, read_pending, read_subscription

_REPEATABLE = ("azuredevops:index/check", "azuredevops:index/branchPolicy")


@dataclass(frozen=True)
class Plan:
    """The unfinished operations of one state, and the id of each resource that may exist without one."""

    pending: Sequence[Pending]
    ids: Mapping[str, str]
    """By URN. A resource with an id that nothing has is taken off the state again by the refresh."""

    @property
    def changing(self) -> list[str]:
        """URNs of resources that the state has, and that may be otherwise by now."""
        return [one.urn for one in self.pending if not one.creates]

    @property
    def unnamed(self) -> list[Pending]:
        """Resources under creation that have no name to find them by, or that do not exist under theirs."""
        return [one for one in self.pending if one.creates and one.urn not in self.ids]

    @property
    def doubled(self) -> list[Pending]:
        """Those of `unnamed` that may be there twice after the next `up`: the service takes any number of them."""
        return [one for one in self.unnamed if one.type.startswith(_REPEATABLE)]


def plan(state: Mapping[str, Any], subscription: Callable[[], str], get: Callable[[str], Any]) -> Plan:
    """Return what `state`, an engine's export, needs. `subscription` is asked where the state names none yet."""
    pending = list(read_pending(state))
    creating = [one for one in pending if one.creates]
    azure = any(one.type.startswith("azure-native:") for one in creating)
    place = (read_subscription(state) or subscription()) if azure else ""
    organization = read_organization(state)
    ids = {
        one.urn: one.id or compute_id(one, place) or (look_up_id(one, organization, get) if organization else "")
        for one in creating
    }
    return Plan(pending, {urn: found for urn, found in ids.items() if found})


def find_plan(engine: Engine) -> Plan:
    """Ask the state, and Azure DevOps for the ids that it alone has. Raises FailureError."""
    return plan(engine.state(), _ask_subscription, _ask_devops)


def recover(engine: Engine, steps: Steps, found: Plan) -> None:
    """Adopt what exists, and read what an engine was changing. Deletes nothing. Raises CommandError, LockedError."""
    with steps.step("Recover") as step:

        def read(line: str) -> None:
            step.log(line)
            step.status(line)

        if found.ids:
            engine.replace_state(adopt(engine.state(), found.ids))
        engine.refresh(sorted({*found.ids, *found.changing}), read)
        step.result = f"{engine.stack}'s state is what exists; {_count_adopted(engine, found)}"


def recover_if_unfinished(engine: Engine, steps: Steps) -> None:
    """Recover a state that an interrupted engine left; a whole one is not touched. Raises FailureError."""
    found = find_plan(engine)
    if found.pending:
        recover(engine, steps, found)


def _count_adopted(engine: Engine, found: Plan) -> str:
    if not found.ids:
        return f"{len(found.pending)} unfinished operations were read again"
    known = {resource.get("urn") for resource in engine.state().get("resources") or ()}
    return f"{sum(urn in known for urn in found.ids)} of {len(found.ids)} that were being created exist"


def _ask_subscription() -> str:
    return str((az("account", "show") or {}).get("id") or "")


def _ask_devops(url: str) -> Any:  # noqa: ANN401  # JSON of any shape
    return az("rest", "--method", "get", "--resource", DEVOPS, "--uri", url)
