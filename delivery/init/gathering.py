"""Answers from options, from the stack file that the new one promotes from, and from a person."""

import secrets
import string
from dataclasses import dataclass, field
from typing import Any

from delivery.az import AzError, az
from delivery.bootstrap.place import CONTAINER, GROUP, account_name, key_id
from delivery.failure import UsageError
from delivery.preview.project import Project
from delivery.stack_config import read_stack
from slipway.config.stack import StackConfig

from .answers import S3, Answers, DevOps, Record, free_space
from .groups import find_approver, find_group
from .questions import Questions

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
    ask, listed = questions.ask, questions.ask_list
    known = _known(earlier)
    workload = given.workload or known["workload"] or ask("--workload", "", "workload, a word in every name", "scoring")
    location = given.location or known["location"] or ask("--location", "", "Azure region", "westeurope")
    suffix = given.suffix or known["suffix"] or ask("--suffix", "", "suffix, unique in all of Azure", _new_suffix())
    owner = given.owner or known["owner"] or ask("--owner", "", "owner, a tag on everything")
    cost_centre = given.cost_centre or known["cost_centre"] or ask("--cost-centre", "", "cost centre, a tag")
    admins = tuple(given.admins) or known["admins"] or listed("--admins", [], "Entra group that may do everything")
    emails = tuple(given.emails) or known["emails"] or listed("--email", [], "address that hears of alerts")
    s3 = _bucket(given)
    publishers: tuple[str, ...] = ()
    if not earlier and not s3:
        publishers = listed("--publishers", given.publishers, "Entra group that publishes models")
    organization = given.organization or known["organization"]
    if not earlier and not organization and questions.interactive:
        organization = ask("--organization", "", "Azure DevOps organisation, such as https://dev.azure.com/contoso", "")
    approvers = given.approvers
    if earlier and organization and not approvers:
        approvers = list(listed("--approvers", [], "group of the project that approves releases"))
    questions.finish()
    return Answers(
        stack=given.stack,
        promotes_from=given.promotes_from,
        workload=workload,
        location=location,
        suffix=suffix,
        owner=owner,
        cost_centre=cost_centre,
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
        devops=_devops(given, organization, suffix, approvers, earlier) if organization else None,
        contract=given.contract or known["contract"],
    )


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
