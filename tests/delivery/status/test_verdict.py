"""The health of an environment, by what was seen of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from delivery.release.deployment import Deployment
from delivery.status.observed import Alert, Answer, Certificate, Status, Unread
from delivery.status.verdict import Health, judge
from tests.delivery.release.samples import COMMIT, NOON, deployment, release

RELEASE = release(1)
LIVE = deployment(RELEASE, 1)
TOLD = {"commit": COMMIT, "model": "colours", "version": "1"}
NOW = NOON + timedelta(hours=1)
WELL = Status(
    stack="prod",
    url="https://scoring.contoso.com/",
    now=NOW,
    https=True,
    answer=Answer(ready=True, status=200, told=TOLD),
    certificate=Certificate(issuer="Let's Encrypt", expires=NOW + timedelta(days=60)),
    deployments=(LIVE,),
    live=LIVE,
    release=RELEASE,
    configured=RELEASE.configuration(),
    alerts=(),
)


def alert(severity: int) -> Alert:
    return Alert(rule="ErrorBudget", severity=severity, since="2026-01-02 12:30", state="New")


def unread(*, essential: bool) -> tuple[Unread, ...]:
    return (Unread(place="the store", reason="refused", needs="a role", essential=essential),)


def newest(one: Deployment) -> dict[str, Any]:
    return {"deployments": (one, LIVE)}


def test_everything_seen_and_as_it_must_be_is_healthy() -> None:
    assert judge(WELL).health is Health.HEALTHY
    assert judge(WELL).reasons == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answer": None, "silent": "connection refused"}, "no answer from https://scoring.contoso.com/: connection"),
        ({"answer": Answer(ready=False, status=503)}, "the service is not ready: it answers 503"),
        (
            {"answer": Answer(ready=True, status=200, told=TOLD | {"version": "0"})},
            "the service says version 0, and the live release has 1",
        ),
        (
            {"certificate": Certificate(fault="certificate has expired")},
            "callers refuse the certificate: certificate has",
        ),
        ({"certificate": Certificate(expires=NOW + timedelta(days=6))}, "the certificate ends on 2026-01-08"),
        (newest(deployment(RELEASE, 2, "failed")), "deployment 2 failed, and nothing good was put back"),
        (
            {"deployments": (deployment(RELEASE, 2, None), LIVE), "now": NOW + timedelta(hours=2)},
            "deployment 2 was broken off",
        ),
        ({"doubts": ("the Deployment scoring asks for another",)}, "the Deployment scoring asks for another"),
        ({"alerts": (alert(1),)}, "alert ErrorBudget is raised since 2026-01-02 12:30"),
    ],
)
def test_a_problem_makes_it_unhealthy_even_where_something_was_not_seen(change: dict[str, Any], reason: str) -> None:
    found = judge(replace(WELL, **{"unread": unread(essential=True), **change}))
    assert found.health is Health.UNHEALTHY
    assert any(one.startswith(reason) for one in found.reasons), found.reasons


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unread": unread(essential=True)}, "the store was not looked at"),
        (newest(deployment(RELEASE, 2, None)), "deployment 2 is under way"),
        (
            newest(deployment(RELEASE, 2, None))
            | {"answer": Answer(ready=True, status=200, told=TOLD | {"version": "2"}), "doubts": ("another image",)},
            "deployment 2 is under way",
        ),
        ({"deployments": (), "live": None, "release": None, "configured": None}, "nothing was released here yet"),
        (
            {"deployments": (), "live": None, "release": None, "configured": None, "answer": None, "silent": "refused"},
            "nothing was released here yet",
        ),
    ],
)
def test_what_was_not_seen_is_never_taken_for_well(change: dict[str, Any], reason: str) -> None:
    found = judge(replace(WELL, **change))
    assert found.health is Health.UNKNOWN
    assert found.reasons[0].startswith(reason)


@pytest.mark.parametrize(
    "change",
    [
        {"unread": unread(essential=False)},
        {"alerts": None},
        {"alerts": (alert(2),)},
        newest(deployment(RELEASE, 2, "restored")),
        {"certificate": None, "https": False},
        {"release": None},
        {"answer": Answer(ready=True, status=200)},
    ],
)
def test_what_says_nothing_about_callers_changes_nothing(change: dict[str, Any]) -> None:
    assert judge(replace(WELL, **change)).health is Health.HEALTHY
