"""The tutorial to the first environment, followed. It has a file of its own, so that another worker runs it."""

from tests.tutorial.following import ENVIRONMENT, follow
from tests.tutorial.sandbox import Sandbox


def test_the_first_environment_can_be_followed(sandbox: Sandbox) -> None:
    follow(sandbox, ENVIRONMENT)
    assert {stack for stack, outputs in sandbox.state["stacks"].items() if outputs} == {"dev", "prod"}
