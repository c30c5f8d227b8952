"""The stack files of five teams, each as changes of the sample's by the pages of docs/how-to."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.sample import SAMPLE

from .variant import GITHUB, OTHER_GIT, S3, SOURCE, change


def own_names(root: Path) -> None:
    """Give both environments names, region and owner of the team's own."""
    facts = {"workload": "fraud", "location": "swedencentral", "suffix": "q9z1", "owner": "risk", "costCentre": "77"}
    for stack in ("dev", "prod"):
        change(root, stack, {"environment": facts, "pipelines": {"organization": "https://dev.azure.com/fabrikam"}})
    change(root, "dev", {"pipelines": {"hub": {"project": {"name": "Risk models"}, "source": {"name": "fraud"}}}})


def staging(root: Path) -> None:
    """Add an environment between the two, by docs/how-to/add-an-environment.md."""
    shutil.copy(root / "Pulumi.prod.yaml", root / "Pulumi.staging.yaml")
    network = {"addressSpace": "10.40.0.0/16"}
    change(root, "staging", {"environment": {"promotesFrom": "dev", "protect": False}, "network": network})
    change(root, "prod", {"environment": {"promotesFrom": "staging"}})


def s3_and_github(root: Path) -> None:
    """Take models from S3 and code from GitHub, by docs/how-to/use-models-in-s3.md and use-github.md."""
    change(root, "dev", {"model": S3, "pipelines": {"hub": {"source": GITHUB}}}, replace=("model", SOURCE))


def one_environment(root: Path) -> None:
    """Keep the first environment alone."""
    (root / "Pulumi.prod.yaml").unlink()


def mirror(root: Path) -> None:
    """Build the mirror of another Git server, by docs/how-to/use-another-git-server.md."""
    named = {"checks": {"branchControl": "named"}}
    change(root, "dev", {"pipelines": {"hub": {"source": OTHER_GIT}, **named}}, replace=(SOURCE,))
    change(root, "prod", {"pipelines": named})


@dataclass(frozen=True)
class Team:
    """`alter` changes the stack files in a folder that has the sample's."""

    name: str
    alter: Callable[[Path], None]

    def write(self, root: Path) -> None:
        """Put the team's stack files into the checkout at `root`, in place of those that are there."""
        for file in root.glob("Pulumi.*.yaml"):
            file.unlink()
        for file in SAMPLE.glob("Pulumi.*.yaml"):
            shutil.copy(file, root)
        self.alter(root)


TEAMS = (
    Team("own-names", own_names),
    Team("staging", staging),
    Team("s3-and-github", s3_and_github),
    Team("one-environment", one_environment),
    Team("mirror", mirror),
)
