"""Variants of the first environment's stack file, and the moves between them that people make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.infra.sections import merged

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


@dataclass(frozen=True, kw_only=True, eq=False)
class Variant:
    """`sections` are merged into the sample's; what `replace` names gives way to them."""

    name: str
    keys: str
    sections: Mapping[str, Any] = field(default_factory=dict)
    replace: tuple[str, ...] = ()

    def write(self, root: Path, stack: str = "dev") -> None:
        """Change the stack file in `root`."""
        change(root, stack, self.sections, replace=self.replace)


def _hub(**keys: Any) -> dict[str, Any]:
    return {"pipelines": {"hub": keys}}


_NAMED = {"checks": {"branchControl": "named"}}
_MADE = {"kind": "azure-repos", "name": "fresh", "create": True}

AZURE_REPOS = Variant(name="Azure Repos", keys="`source.kind: azure-repos`")
MADE = Variant(name="Azure Repos, made", keys="`source.create: true`", sections=_hub(source=_MADE), replace=(SOURCE,))
PROJECT = Variant(
    name="project made",
    keys="`project.create: true`, `source.create: true`",
    sections=_hub(project={"name": "Models", "create": True}, source=_MADE),
    replace=(SOURCE,),
)
ON_GITHUB = Variant(name="GitHub", keys="`source.kind: github`", sections=_hub(source=GITHUB), replace=(SOURCE,))
MIRRORED = Variant(
    name="another Git server",
    keys="`source.kind: other-git`, `checks.branchControl: named`",
    sections={"pipelines": {"hub": {"source": OTHER_GIT}, **_NAMED}},
    replace=(SOURCE,),
)
IN_S3 = Variant(name="models in S3", keys="`model.source: s3`", sections={"model": S3}, replace=("model",))
RUNG = Variant(name="webhook", keys="`hub.modelTrigger: webhook`", sections=_hub(modelTrigger="webhook"))
UNTRIGGERED = Variant(name="no trigger", keys="`hub.modelTrigger: none`", sections=_hub(modelTrigger="none"))

VARIANTS = (AZURE_REPOS, MADE, PROJECT, ON_GITHUB, MIRRORED, IN_S3, RUNG, UNTRIGGERED)

MOVES = (
    (AZURE_REPOS, ON_GITHUB),
    (ON_GITHUB, AZURE_REPOS),
    (AZURE_REPOS, MIRRORED),
    (ON_GITHUB, MIRRORED),
    (MIRRORED, ON_GITHUB),
    (MADE, ON_GITHUB),
    (AZURE_REPOS, IN_S3),
    (AZURE_REPOS, RUNG),
    (RUNG, UNTRIGGERED),
    (UNTRIGGERED, AZURE_REPOS),
)
"""From the first to the second; the sample has Azure Repos, models in Blob, and the schedule."""
