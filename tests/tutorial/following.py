"""Pages whose blocks are followed, and the way to follow them."""

from tests.docs.support.console import Block, matches, read_blocks
from tests.docs.support.pages import page
from tests.tutorial.sandbox import Ran, Sandbox

ENVIRONMENT = read_blocks(page("docs/tutorial/first-environment.md"))
RELEASE = read_blocks(page("docs/tutorial/first-release.md"))


def follow(sandbox: Sandbox, blocks: list[Block]) -> list[Ran]:
    """Run what can be run; each command ends well and prints what the page shows."""
    chosen = [block for block in blocks if not block.reason]
    ran = sandbox.run(chosen)
    for one in ran:
        command = chosen[one.block].commands[one.number]
        assert one.code == 0, f"{chosen[one.block]}: $ {command.text}\n{one.printed}"
        assert matches(command.shown, one.printed), f"{chosen[one.block]}: $ {command.text}\n{one.printed}"
    assert len(ran) == sum(len(block.commands) for block in chosen)
    return ran
