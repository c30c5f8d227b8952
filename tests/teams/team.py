"""The stack files of five teams, each as changes of the sample's by the pages of docs/how-to."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.infra.sections import merged
from tests.support.sample import SAMPLE

S3: Mapping[str, Any] = {
    "source": "s3",
    "s3": {
        "bucket": "contoso-models",
        "region": "eu-central-1",
        "roleArn": "arn:aws:iam::123456789012:role/slipway-models",
        "prefix": "scoring/live",
    },
}
SOURCE = "pipelines.hub.source"

GITHUB: Mapping[str, Any] = {"kind": "github", "name": "contoso/scoring", "connection": "github"}
OTHER_GIT: Mapping[str, Any] = {
    "kind": "other-git",
    "name": "scoring-mirror",
    "url": "https://git.example.com/team/scoring.git",
}


def change(root: Path, stack: str, sections: Mapping[str, Any], *, replace: tuple[str, ...] = ()) -> None:
    """Merge `sections` into a stack file; those in `replace` stand in place of the section, or of the path in it."""
    file = root / f"Pulumi.{stack}.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for path in replace:
        first, *inner = path.split(".")
        place = content["config"]
        for key in [f"slipway:{first}", *inner][:-1]:
            place = place[key]
        place.pop([f"slipway:{first}", *inner][-1], None)
    named = {f"slipway:{name}": value for name, value in sections.items()}
    content["config"] = merged(content["config"], named)
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


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
