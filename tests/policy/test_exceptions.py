"""Exceptions: who answers for what, and until when."""

from datetime import date, timedelta

from policy.exceptions import EXCEPTIONS, PolicyException
from policy.judge import judge, stopping
from policy.model import Level, Resource
from policy.rules import RULES, STACK_RULES
from tests.policy.samples import TODAY, resource

REGISTRY = "azure-native:containerregistry:Registry"


def admin() -> list[Resource]:
    registry = resource("registry")
    return [Resource(registry.type, "registry", {"adminUserEnabled": True})]


def exception(until: date = TODAY, stack: str = "prod", name: str = "registry") -> PolicyException:
    return PolicyException(
        rule="registry-admin-off",
        stack=stack,
        resource=f"{REGISTRY}::{name}",
        owner="platform@example.com",
        reason="the old scanner signs in so; gone with its contract",
        until=until,
    )


def test_until_its_last_day_an_exception_holds_and_stays_visible() -> None:
    found = judge(admin(), "prod", TODAY, exceptions=[exception()])

    assert stopping(found) == []
    assert [violation.excepted for violation in found] == [
        "platform@example.com answers for it until 2026-11-23: the old scanner signs in so; gone with its contract"
    ]


def test_the_day_after_it_excepts_nothing_and_says_whose_it_was() -> None:
    found = judge(admin(), "prod", TODAY + timedelta(days=1), exceptions=[exception()])

    assert [violation.rule for violation in stopping(found)] == ["registry-admin-off"]
    assert found[0].reason.endswith("The exception of platform@example.com ended on 2026-11-23.")


def test_it_is_about_one_stack_and_one_resource() -> None:
    for other in (exception(stack="dev"), exception(name="other")):
        assert len(stopping(judge(admin(), "prod", TODAY, exceptions=[other]))) == 1
    for wide in (exception(stack="*"), exception(name="*")):
        assert stopping(judge(admin(), "prod", TODAY, exceptions=[wide])) == []


def test_one_that_nothing_needs_is_pointed_out() -> None:
    found = judge([resource("registry")], "prod", TODAY, exceptions=[exception()])

    assert [(violation.rule, violation.level) for violation in found] == [("exception-needless", Level.ADVISORY)]
    assert judge([resource("registry")], "prod", TODAY, exceptions=[exception()], whole=False) == []


def test_those_in_the_code_name_a_rule_an_owner_and_a_reason() -> None:
    rules = {rule.name for rule in RULES} | {rule.name for rule in STACK_RULES}
    for found in EXCEPTIONS:
        assert found.rule in rules
        assert found.owner
        assert found.reason
        assert "::" in found.resource
