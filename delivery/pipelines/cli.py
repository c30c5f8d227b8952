"""`slipway pipelines`: keep the YAML in step with the stack files."""

from pathlib import Path
from typing import Annotated

import typer

from delivery.failure import FailureError
from delivery.paths import ROOT, short

from .facts import FACTS_FILE, facts, rendered

app = typer.Typer(help="Keep the Azure Pipelines YAML in step with the stack files.")


@app.command()
def pipelines(
    root: Annotated[Path, typer.Option(help="the project: Pulumi.yaml, stack files and pipelines/")] = ROOT,
    *,
    check: Annotated[bool, typer.Option("--check", help="write nothing; fail where the file is another")] = False,
) -> None:
    """Write pipelines/facts.yml: the environments in their order, their agents, where models lie."""
    file = root / "pipelines" / FACTS_FILE
    found = facts(root)
    text = rendered(found)
    chain = " -> ".join(str(environment["name"]) for environment in found["chain"])
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        typer.echo(f"{short(file)} is as the stack files say: {chain}")
    elif check:
        raise FailureError(f"{short(file)}: is not as the stack files say: {chain}; run: slipway pipelines")
    else:
        file.write_text(text, encoding="utf-8")
        typer.echo(f"{short(file)} written: {chain}")
