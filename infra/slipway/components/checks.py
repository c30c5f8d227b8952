"""Checks that a run passes before it uses a resource: its branch everywhere, on an environment also the others."""

from dataclasses import dataclass

import pulumi
from pulumi_azuredevops.check_approval import CheckApproval
from pulumi_azuredevops.check_branch_control import CheckBranchControl
from pulumi_azuredevops.check_business_hours import CheckBusinessHours
from pulumi_azuredevops.check_exclusive_lock import CheckExclusiveLock

from slipway.azure_pipelines import ref
from slipway.config.pipelines import Approval, BusinessHours, Checks
from slipway.pipeline_access import Kind

_MINUTES = 60
_LOCK_MINUTES = 2 * 24 * _MINUTES
"""Minutes that a release waits for the one before it, which may wait for its approval."""


@dataclass(frozen=True, kw_only=True)
class GuardArgs:
    """Target to guard, and its checks. An environment gets every check of config, each other kind branch control alone.

    Approval, lock and hours need no second place: YAML of the protected branch reaches a connection through its
    environment, and other YAML reaches neither.
    """

    project_id: pulumi.Input[str]
    target_id: pulumi.Input[str]
    target: Kind
    checks: Checks
    branch: str


class Guard(pulumi.ComponentResource):
    """The checks of one target."""

    def __init__(self, name: str, args: GuardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Guard", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._branch(protected=args.checks.branch_control == "protected")
        if args.target is Kind.ENVIRONMENT:
            if args.checks.approval:
                self._approval(args.checks.approval)
            if args.checks.exclusive_lock:
                self._lock()
            if args.checks.business_hours:
                self._hours(args.checks.business_hours)
        self.register_outputs({})

    def _branch(self, *, protected: bool) -> None:
        CheckBranchControl(
            f"{self._name}-branch",
            project_id=self._args.project_id,
            target_resource_id=self._args.target_id,
            target_resource_type=self._args.target,
            display_name=f"Only {self._args.branch}{', and only while it is protected' if protected else ''}",
            allowed_branches=ref(self._args.branch),
            verify_branch_protection=protected,
            ignore_unknown_protection_status=False,
            opts=self._child,
        )

    def _approval(self, approval: Approval) -> None:
        CheckApproval(
            f"{self._name}-approval",
            project_id=self._args.project_id,
            target_resource_id=self._args.target_id,
            target_resource_type=self._args.target,
            approvers=list(approval.approvers),
            minimum_required_approvers=approval.minimum,
            requester_can_approve=False,
            instructions=approval.instructions,
            timeout=approval.timeout_hours * _MINUTES,
            opts=self._child,
        )

    def _lock(self) -> None:
        CheckExclusiveLock(
            f"{self._name}-lock",
            project_id=self._args.project_id,
            target_resource_id=self._args.target_id,
            target_resource_type=self._args.target,
            timeout=_LOCK_MINUTES,
            opts=self._child,
        )

    def _hours(self, hours: BusinessHours) -> None:
        days = set(hours.days)
        CheckBusinessHours(
            f"{self._name}-hours",
            project_id=self._args.project_id,
            target_resource_id=self._args.target_id,
            target_resource_type=self._args.target,
            display_name="Within business hours",
            start_time=hours.start,
            end_time=hours.end,
            time_zone=hours.time_zone,
            monday="monday" in days,
            tuesday="tuesday" in days,
            wednesday="wednesday" in days,
            thursday="thursday" in days,
            friday="friday" in days,
            saturday="saturday" in days,
            sunday="sunday" in days,
            opts=self._child,
        )
