"""The report where people read it: files, the build's summary and artifact, the pull request."""

import re
from collections.abc import Mapping
from pathlib import Path

from delivery.failure import UsageError

from .comments import Host
from .forms import html, markdown
from .report import Report, to_json

_SUMMARY = 1_000_000
"""Azure DevOps and GitHub take a summary of one MiB."""


def write(report: Report, folder: Path, link: str = "") -> Path:
    """Write every form into `folder`: preview.html, preview.md and preview.json. The page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "preview.html"
    page.write_text(html.render(report), encoding="utf-8")
    (folder / "preview.md").write_text(markdown.render(report, markdown.AZURE_DEVOPS, link), encoding="utf-8")
    (folder / "preview.json").write_bytes(to_json(report))
    return page


def refuse(environment: Mapping[str, str], *, summary: bool, artifact: bool) -> None:
    """UsageError where there is no build that could take what is asked for. Said before any work is done."""
    azure = "TF_BUILD" in environment
    if summary and not azure and not environment.get("GITHUB_STEP_SUMMARY"):
        raise UsageError(
            "--summary: this is no build of Azure Pipelines or GitHub Actions (TF_BUILD, GITHUB_STEP_SUMMARY)"
        )
    if artifact and not azure:
        raise UsageError("--artifact: this is no build of Azure Pipelines (TF_BUILD is not set)")


def summarise(report: Report, folder: Path, environment: Mapping[str, str], link: str = "") -> str:
    """Put the report into the build's summary. What must be printed for that: an order to Azure's agent, or nothing."""
    text = markdown.render(report, _SUMMARY, link)
    if summary := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
        return ""
    if "TF_BUILD" not in environment:
        raise UsageError(
            "--summary: this is no build of Azure Pipelines or GitHub Actions (TF_BUILD, GITHUB_STEP_SUMMARY)"
        )
    file_name = folder / f"Preview of {_name(report.stack)}.md"  # the agent takes the title from it
    folder.mkdir(parents=True, exist_ok=True)
    file_name.write_text(text, encoding="utf-8")
    return f"##vso[task.uploadsummary]{file_name.resolve()}"


def upload(report: Report, page: Path, environment: Mapping[str, str]) -> str:
    """The order to Azure's agent to keep the page as an artifact of the run."""
    # Attempts of a stage share a run, and an artifact's name can be taken only once.
    attempt = environment.get("SYSTEM_STAGEATTEMPT", "1")
    name = f"preview-{_name(report.stack)}" + (f"-{attempt}" if attempt != "1" else "")
    return f"##vso[artifact.upload artifactname={name}]{page.resolve()}"


def comment(report: Report, host: Host, link: str = "") -> str:
    """Write the pull request's comment about this stack. What was done, in words."""
    text = markdown.render(report, host.limit, link)
    marker = markdown.marker(report.project, report.stack)
    return host.put(marker, text, attention=not report.quiet)


def run_link(environment: Mapping[str, str]) -> str:
    """The address of this run, where its artifacts are; empty outside of a build."""
    collection = environment.get("SYSTEM_COLLECTIONURI") or environment.get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")
    project, build = environment.get("SYSTEM_TEAMPROJECTID"), environment.get("BUILD_BUILDID")
    if collection and project and build:
        return f"{collection.rstrip('/')}/{project}/_build/results?buildId={build}"
    server, repository = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_REPOSITORY")
    run = environment.get("GITHUB_RUN_ID")
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


def _name(stack: str) -> str:
    """The stack's name, fit for a file's and for an order to the agent."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", stack) or "stack"
