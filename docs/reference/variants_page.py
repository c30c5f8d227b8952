# ruff: noqa: INP001  # a script beside the page that it writes, not a package
"""Writes docs/reference/variants.md from rendered stacks: `python -m docs.reference.variants_page`."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from delivery.paths import ROOT
from delivery.preview.compare import compare
from delivery.preview.model import Change, Operation
from delivery.preview.releases import STAND_IN
from delivery.preview.render import document, render
from delivery.preview.states import Rendered, parse
from tests.support.sample import SAMPLE
from tests.teams.variant import MOVES, VARIANTS, Variant

PAGE = Path(__file__).with_name("variants.md")
STACK = "dev"

_HEAD = """# Variants and moves

The first environment's stack file in its variants, and what a move from one to another does. Made by `make reference`
from rendered stacks, with the sample's names; the tests on a real engine apply the same variants and moves.

*Kept* leaves the stack and stays where it is, with its code, runs or models. It is protected, so the preview stops at
it until `pulumi state unprotect` ([why](../decisions/what-has-history-stays.md)). Pipelines keep their ids, so runs,
leases and the permissions of other environments stay.
"""

_GUIDES = """## Guides

- [GitHub](../how-to/use-github.md), [another Git server](../how-to/use-another-git-server.md), and
  [moving the code](../how-to/move-the-code.md)
- [models in S3](../how-to/use-models-in-s3.md) and [a webhook](../how-to/ring-for-new-models.md)
- [a Managed Grafana](../how-to/see-metrics-in-grafana.md)
- [one more environment](../how-to/add-an-environment.md), [another region](../how-to/move-region.md), and
  [the end](../how-to/destroy.md)
"""


def page() -> str:
    """Return the whole page."""
    found = {variant.name: rendered(variant) for variant in VARIANTS}
    return "\n".join([_HEAD, *_variants(found), *_moves(found), _GUIDES])


def rendered(variant: Variant) -> Rendered:
    """Return what the first environment declares in a variant, with a release."""
    with tempfile.TemporaryDirectory(prefix="slipway-variant-") as folder:
        root = Path(folder)
        shutil.copy(SAMPLE / f"Pulumi.{STACK}.yaml", root)
        project = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
        (root / "Pulumi.yaml").write_text(project.replace("main: infra/", f"main: {ROOT / 'infra'}"), encoding="utf-8")
        variant.write(root, STACK)
        return parse(document(render(root, STACK, STAND_IN), name="slipway", stack=STACK).encode(), STACK)


def _variants(found: Mapping[str, Rendered]) -> Iterator[str]:
    yield "## Variants\n"
    yield "| variant | keys | resources | beside or in place of the first row's |"
    yield "| --- | --- | --- | --- |"
    base = found[VARIANTS[0].name]
    for variant in VARIANTS:
        changes = compare(base, found[variant.name], "variant").changes
        more = _listed(change for change in changes if change.operation is Operation.CREATE)
        less = _listed(change for change in changes if change.operation is Operation.DELETE)
        beside = "; ".join(filter(None, (more, f"without {less}" if less else ""))) or "the same"
        count = sum(not one.component for one in found[variant.name].resources)
        yield f"| {variant.name} | {variant.keys} | {count} | {'' if variant is VARIANTS[0] else beside} |"
    yield ""


def _moves(found: Mapping[str, Rendered]) -> Iterator[str]:
    yield "## Moves\n"
    yield "| from | to | created | changed in place | replaced | deleted | kept |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for before, after in MOVES:
        changes = compare(found[before.name], found[after.name], "move").changes
        gone = [change for change in changes if change.operation is Operation.DELETE]
        cells = [
            _listed(change for change in changes if change.operation is Operation.CREATE),
            _listed(change for change in changes if change.operation is Operation.UPDATE),
            _listed(change for change in changes if change.operation is Operation.REPLACE),
            _listed(change for change in gone if not kept(change)),
            _listed(change for change in gone if kept(change)),
        ]
        yield f"| {before.name} | {after.name} | {' | '.join(cells)} |"
    yield ""


def kept(change: Change) -> bool:
    """Return whether a deletion leaves the resource where it is."""
    return change.old is not None and bool(change.old.options.get("retainOnDelete"))


def _listed(changes: Iterable[Change]) -> str:
    """Return the types with their counts, components left out."""
    counts = Counter(change.state.type.rpartition(":")[2] for change in changes if not change.state.component)
    return ", ".join(f"{count} {name}" if count > 1 else name for name, count in sorted(counts.items()))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
