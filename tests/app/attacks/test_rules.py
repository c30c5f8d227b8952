"""Messages that two servers could read differently are refused, and their connections closed, on both ports."""

from random import Random

import pytest

from tests.support.hostile.attacks.dialogue import converse
from tests.support.hostile.attacks.rules import SPOILT, Rule, rules, smuggling, spoilt
from tests.support.hostile.attempt import Target
from tests.support.service import Service

_TARGET = Target("colours", "1", "pixels", "UINT8", (32, 32, 3), "scores", "picture")
_HIDDEN = list(smuggling(Random("sample"), 60))


@pytest.mark.parametrize("rule", list(rules(_TARGET)), ids=lambda rule: rule.name)
def test_a_rule_of_http_is_kept(rule: Rule, service: Service) -> None:
    assert rule.fault(converse((service.host, service.port), rule.message)) == ""


@pytest.mark.parametrize("rule", _HIDDEN, ids=range(len(_HIDDEN)))
def test_a_hidden_request_is_never_answered(rule: Rule, service: Service) -> None:
    assert rule.fault(converse((service.host, service.port), rule.message)) == ""


@pytest.mark.parametrize("name", SPOILT)
def test_the_management_port_refuses_the_same_messages(name: str, service: Service) -> None:
    rule = spoilt(name)

    assert rule.fault(converse((service.host, service.management_port), rule.message)) == ""
