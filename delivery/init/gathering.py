"""Answers from options, from the stack file that the new one promotes from, and from a person."""

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from delivery.az import AzError, az
from delivery.bootstrap.place import CONTAINER, GROUP, account_name, key_id
from delivery.failure import UsageError
from delivery.preview.project import Project
from delivery.stack_config import read_stack
from slipway.config.environment import Environment
from slipway.config.monitoring import Notify
from slipway.config.pipelines import Pipelines
from slipway.config.stack import StackConfig

from .answers import S3, Answers, DevOps, Record, free_space
from .checking import find_fault
from .groups import find_approver, find_group
from .questions import Questions

_NAMES = {
    "workload": ("workload, a word in every name", "scoring"),
    "location": ("Azure region", "westeurope"),
    "suffix": ("suffix, unique in all of Azure", None),
    "owner": ("owner, a tag on everything", None),
    "cost_centre": ("cost centre, a tag on everything", None),
}
"""Facts of `slipway:environment`: the question for each, and its default. A suffix is made up."""

_ORGANIZATION = "Azure DevOps organisation, such as https://dev.azure.com/contoso; none: no pipelines"
_LETTERS = string.ascii_lowercase + string.digits
_MONTHLY = {False: 250, True: 2500}
"""Budgets of a first and of a later environment, unless a person names another."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """Options as they were given; empty where they were not."""

    stack: str
    promotes_from: str = ""
    workload: str = ""
    location: str = ""
    suffix: str = ""
    owner: str = ""
    cost_centre: str = ""
    admins: list[str] = field(default_factory=list)
    publishers: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    approvers: list[str] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    bucket: str = ""
    bucket_region: str = ""
    bucket_role: str = ""
    zone: str = ""
    zone_group: str = ""
    record: str = ""
    organization: str = ""
    project: str = ""
    code: str = "azure-repos"
    repository: str = ""
    connection: str = ""
    url: str = ""
    branch: str = "main"
    pool: str = ""
    subscription: str = ""
    contract: str = ""
    budget: int = 0
    protect: bool | None = None
    https: bool = False


def gather(given: Given, project: Project, questions: Questions) -> Answers:
    """Return every answer. Raises UsageError, or FailureError of the earlier stack file or of `az`."""
    earlier = read_stack(project, given.promotes_from) if given.promotes_from else None
    known, s3 = _known(earlier), _bucket(given)
    names = {key: _ask_name(key, given, known, questions) for key in _NAMES}
    admins = tuple(given.admins) or known["admins"] or _ask_groups("--admins", "that may do everything", questions)
    emails = tuple(given.emails) or known["emails"] or _ask_emails(questions)
    publishers = tuple(given.publishers)
    if not (earlier or s3 or publishers):
        publishers = _ask_groups("--publishers", "that publishes models", questions)
    organization = given.organization or known["organization"]
    if not earlier and not organization and questions.interactive:
        organization = questions.ask("--organization", "", _ORGANIZATION, "", _check_organization)
    approvers = given.approvers
    if earlier and organization and not approvers:
        approvers = list(questions.ask_list("--approvers", [], "group of the project that approves releases"))
    questions.finish()
    return Answers(
        stack=given.stack,
        promotes_from=given.promotes_from,
        **names,
        protect=bool(earlier) if given.protect is None else given.protect,
        address_space=free_space(_spaces(given, project)),
        admins=tuple(map(find_group, admins)),
        publishers=tuple(map(find_group, publishers)),
        emails=emails,
        budget=given.budget or _MONTHLY[bool(earlier)],
        https=given.https,
        callers=tuple(given.callers),
        s3=s3,
        record=_record(given),
        devops=_devops(given, organization, names["suffix"], approvers, earlier) if organization else None,
        contract=given.contract or known["contract"],
    )


def _ask_name(key: str, given: Given, known: Mapping[str, Any], questions: Questions) -> str:
    """Return a name: as given, else as the earlier environment has it, else as a person answers."""
    question, default = _NAMES[key]
    option = f"--{key.replace('_', '-')}"
    return questions.ask(
        option,
        getattr(given, key) or known[key],
        question,
        _new_suffix() if key == "suffix" else default,
        partial(find_fault, Environment, key),
    )


def _ask_groups(option: str, purpose: str, questions: Questions) -> tuple[str, ...]:
    return questions.ask_list(option, [], f"Entra group {purpose}", check=_check_group)


def _ask_emails(questions: Questions) -> tuple[str, ...]:
    return questions.ask_list(
        "--email", [], "address that hears of alerts", check=lambda answer: find_fault(Notify, "emails", (answer,))
    )


def _check_group(answer: str) -> str:
    try:
        find_group(answer)
    except AzError as error:
        return f"a group that exists: {error}"
    return ""


def _check_organization(answer: str) -> str:
    return find_fault(Pipelines, "organization", answer) if answer else ""


def _spaces(given: Given, project: Project) -> dict[str, str]:
    """Return the address space of each other stack."""
    others = [stack for stack in project.stacks if stack != given.stack]
    return {stack: read_stack(project, stack).network.address_space for stack in others}


def _known(earlier: StackConfig | None) -> dict[str, Any]:
    """Return what a later environment takes over from the one before."""
    if earlier is None:
        nothing = dict.fromkeys(
            ("workload", "location", "suffix", "owner", "cost_centre", "organization", "contract"), ""
        )
        return {**nothing, "admins": (), "emails": ()}
    environment = earlier.environment
    return {
        "workload": environment.workload,
        "location": environment.location,
        "suffix": environment.suffix,
        "owner": environment.owner,
        "cost_centre": environment.cost_centre,
        "admins": earlier.cluster.access.admins,
        "emails": earlier.monitoring.notify.emails,
        "organization": earlier.pipelines.organization if earlier.pipelines else "",
        "contract": earlier.app.contract if earlier.app else "",
    }


def _bucket(given: Given) -> S3 | None:
    if not given.bucket:
        return None
    if given.promotes_from:
        raise UsageError(f"--bucket: found {given.bucket}, allowed: nothing; models come from the first environment")
    if not given.bucket_region or not given.bucket_role:
        raise UsageError("--bucket: found no --bucket-region or no --bucket-role, allowed: all three")
    return S3(bucket=given.bucket, region=given.bucket_region, role=given.bucket_role)


def _record(given: Given) -> Record | None:
    if not given.zone:
        return None
    if not given.zone_group:
        raise UsageError("--zone: found no --zone-group, allowed: the resource group of the DNS zone")
    return Record(zone=given.zone, group=given.zone_group, name=given.record or given.stack)


def _devops(given: Given, organization: str, suffix: str, approvers: list[str], earlier: StackConfig | None) -> DevOps:
    before = earlier.pipelines if earlier else None
    project = given.project or (before.hub.project.name if before and before.hub else "") or "scoring"
    if before:
        state = before.state.model_dump(mode="json", by_alias=True, exclude_unset=True)
    else:
        state = {"resourceGroup": GROUP, "account": account_name(suffix), "container": CONTAINER}
        if subscription := given.subscription or _subscription():
            state["secretsKey"] = key_id(subscription, suffix)
    facts = {"connection": given.connection, "url": given.url}
    source = {
        "kind": given.code,
        "name": given.repository or project,
        **{key: text for key, text in facts.items() if text},
    }
    return DevOps(
        organization=organization,
        project=project,
        branch=before.branch if before else given.branch,
        pool=given.pool,
        approvers=tuple(find_approver(one, organization, project) for one in approvers),
        state=state,
        source={} if before else source,
    )


def _subscription() -> str:
    """Return the subscription of the login; empty without a login."""
    try:
        return str(az("account", "show", "--query", "id"))
    except AzError:
        return ""


def _new_suffix() -> str:
    return secrets.choice(string.ascii_lowercase) + "".join(secrets.choice(_LETTERS) for _ in range(4))
