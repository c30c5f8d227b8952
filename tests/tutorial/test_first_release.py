"""The tutorial to the first release, and guides, followed: each block in its order, or with its reason why not."""

import re
from dataclasses import replace

import pytest

from tests.docs.support.console import Block, matches, read_blocks
from tests.docs.support.pages import PAGES, page
from tests.tutorial.following import ENVIRONMENT, RELEASE, follow
from tests.tutorial.sandbox import Sandbox

GROUPS = [block for block in ENVIRONMENT if "az ad group create" in block.text]
"""The release's first step names the environment's steps 1 and 2."""

PUSH = """\
$ git commit --quiet --allow-empty --message x && ! git push azure HEAD:main
…TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.
$ git reset --quiet --hard HEAD~1
"""
UNMERGED = """\
$ git fetch --quiet azure && ! git merge-base --is-ancestor budget azure/main
"""


BEFORE_DESTROYING = (
    "runbooks/failed-build",
    "runbooks/rollback-code",
    "runbooks/rotated-identity",
    "rotate",
    "add-an-environment",
)
"""Guides that are followed where the first release ends, in this order; then one destroys dev."""

HOW_TO = [block for name in (*BEFORE_DESTROYING, "destroy") for block in read_blocks(page(f"docs/how-to/{name}.md"))]

ELSEWHERE = {
    "add-a-policy-rule": "it installs Pulumi's SDK for policies; tests/policy runs the rules",
    "bring-your-own-app": "tests/delivery/rehearse and tests/image take the second app this way",
    "build-the-image": "tests/image builds with an engine",
    "limit-and-know-callers": "tests/cluster knows callers by their keys",
    "move-the-code": "tests/engine/test_moves.py walks from one server to another",
    "publish-a-model": "tests/delivery/model publishes to stand-ins for Azure Blob and S3",
    "publish-your-own-model": "tests/delivery/model/test_own_model_page.py runs its blocks",
    "read-a-preview": "tests/delivery/preview makes the reports",
    "release-a-canary": "tests/cluster/test_canary.py releases canaries on a real cluster",
    "ring-for-new-models": "it calls a webhook of Azure DevOps; tests/engine/test_variants.py makes its connection",
    "runbooks/certificates": "it looks at cert-manager's objects; tests/cluster/test_entry.py renews certificates",
    "see-metrics-in-grafana": "it needs a Managed Grafana; tests/infra declares one",
    "test-on-a-cluster": "tests/cluster is run by it",
    "use-another-git-server": "tests/delivery/mirror fills mirrors, tests/engine/test_moves.py brings one up",
    "use-github": "it needs GitHub; tests/engine/test_variants.py brings its environment up",
}
"""Guides whose blocks other tests stand for."""

PROMOTES = """\
$ sed -i 's/promotesFrom: dev/promotesFrom: staging/' Pulumi.prod.yaml
"""


ALL = [
    *ENVIRONMENT,
    *RELEASE,
    *(block for one in PAGES if str(one).startswith("docs/how-to/") for block in read_blocks(one)),
]


def test_the_first_release_and_what_comes_after_can_be_followed_by_two_people_and_not_by_one(sandbox: Sandbox) -> None:
    follow(sandbox, [*GROUPS, *(one for block in [*RELEASE, *HOW_TO] for one in with_trials(block))])
    devops = sandbox.state["devops"]
    assert [one["status"] for one in devops["requests"]] == ["completed"]
    assert [one["status"] for one in devops["approvals"]] == ["approved"]
    assert {stack for stack, outputs in sandbox.state["stacks"].items() if outputs} == {"staging", "prod"}


def with_trials(block: Block) -> list[Block]:
    """Return a block with what must be refused around it: a direct push, a vote and an approval of one's own."""
    if "pulumi up --stack dev" in block.text:
        return [block, replace(block, text=PUSH)] if block in RELEASE else [block]
    if "slipway init --stack staging" in block.text:
        return [block, replace(block, text=PROMOTES)]
    if block.reviewer and "set-vote" in block.text:
        return [replace(block, text=f"{block.text}{UNMERGED}", reviewer=False), block]
    if block.reviewer and "approve.json" in block.text:
        refused = re.sub(r"\$ (az devops invoke .*\\\n *--http-method)", r"$ ! \1", block.text)
        assert refused != block.text
        return [replace(block, text=refused, reviewer=False), block]
    return [block]


@pytest.mark.parametrize("block", [one for one in ALL if one.reason], ids=str)
def test_a_block_that_cannot_run_here_gives_its_reason(block: Block) -> None:
    assert len(block.reason.split()) > 3
    pytest.skip(block.reason)


def test_every_guide_is_followed_or_says_why_not() -> None:
    run = {str(block) for block in [*ENVIRONMENT, *RELEASE, *HOW_TO]}
    elsewhere = {f"docs/how-to/{name}.md" for name in ELSEWHERE}
    assert {
        str(one) for one in ALL if not one.reason and str(one) not in run and str(one.page) not in elsewhere
    } == set()


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("", "anything", True),
        ("made\n…\nleft", "made\none\ntwo\nleft\n", True),
        ("dev, in … as …", "dev, in Dev as ada", True),
        ("made\nleft", "left\nmade\n", False),
        ("made", "nothing", False),
    ],
)
def test_shown_output_is_compared_with_what_is_printed(shown: str, printed: str, *, same: bool) -> None:
    assert matches(shown, printed) is same
