"""What the schema is blind to: rules over an expanded pipeline. Each yields its complaints as sentences."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

_NAMES_NEEDED = {
    "AzureCLI@2": ("azureSubscription", "scriptType", "scriptLocation", "inlineScript"),
    "AWSShellScript@1": ("awsCredentials", "regionName", "scriptType", "inlineScript"),
    "UsePythonVersion@0": ("versionSpec",),
    "Cache@2": ("key", "path"),
    "PublishTestResults@2": ("testResultsFormat", "testResultsFiles"),
}
_FREE_MINUTES, _JOB_MINUTES, _CANCEL_MINUTES = 60, 60, 5
"""The end of a free job, and what a job has where its YAML has no other number."""
_SCRIPTS = ("script", "bash", "pwsh", "powershell")
_COMMAND = re.compile(r"^(make \S+|\.venv/bin/slipway [a-z]+.*)$", re.DOTALL)


def jobs(stage: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from stage["jobs"]


def steps(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Of a job, or of a deployment's strategy."""
    yield from job.get("steps", [])
    for phase in job.get("strategy", {}).get("runOnce", {}).values():
        yield from phase.get("steps", [])


def every_step(run: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for stage in run["stages"]:
        for job in jobs(stage):
            for step in steps(job):
                yield f"{stage['stage']}/{job.get('job') or job.get('deployment')}", step


def scripts(run: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every line that a shell gets, and where."""
    for place, step in every_step(run):
        for kind in _SCRIPTS:
            if kind in step:
                yield place, step[kind]
        if "inlineScript" in step.get("inputs", {}):
            yield place, step["inputs"]["inlineScript"]


def duplicates(run: dict[str, Any]) -> Iterator[str]:
    stages = Counter(stage["stage"] for stage in run["stages"])
    yield from (f"{count} stages are called {name}" for name, count in stages.items() if count > 1)
    for stage in run["stages"]:
        named = Counter(job.get("job") or job.get("deployment") for job in jobs(stage))
        yield from (f"{stage['stage']}: {count} jobs are called {name}" for name, count in named.items() if count > 1)


def dangling(run: dict[str, Any]) -> Iterator[str]:
    """A stage that waits for one that is not there, or that comes after it."""
    known: set[str] = set()
    for stage in run["stages"]:
        wanted = stage.get("dependsOn", [])
        for name in [wanted] if isinstance(wanted, str) else wanted:
            if name not in known:
                yield f"{stage['stage']} depends on {name}, which is no stage before it"
        known.add(stage["stage"])
        inside = {job.get("job") or job.get("deployment") for job in jobs(stage)}
        for job in jobs(stage):
            for name in job.get("dependsOn", []):
                if name not in inside:
                    yield f"{stage['stage']}: a job depends on {name}, which is no job of it"


def without_environment(run: dict[str, Any]) -> Iterator[str]:
    """A deployment without an environment is guarded by nothing."""
    for stage in run["stages"]:
        for job in jobs(stage):
            if "deployment" in job and not job.get("environment"):
                yield f"{stage['stage']}/{job['deployment']}: a deployment without an environment"


def missing_inputs(run: dict[str, Any]) -> Iterator[str]:
    for place, step in every_step(run):
        if "task" in step:
            if step["task"] not in _NAMES_NEEDED:
                yield f"{place}: {step['task']} is not among the tasks that are looked at here"
            for name in _NAMES_NEEDED.get(step["task"], ()):
                if not step.get("inputs", {}).get(name):
                    yield f"{place}: {step['task']} lacks {name}"


def injectable(run: dict[str, Any]) -> Iterator[str]:
    """Text from outside must not become part of a script: it goes through `env`, or nowhere."""
    for place, script in scripts(run):
        for found in re.findall(r"\$\{\{.*?\}\}|\$\((?:System\.PullRequest|Build\.SourceVersionMessage).*?\)", script):
            yield f"{place}: {found} inside a script"


def without_pool(run: dict[str, Any]) -> Iterator[str]:
    for stage in run["stages"]:
        for job in jobs(stage):
            pool = job.get("pool", {})
            if pool.get("vmImage", "").endswith("latest") or not (pool.get("vmImage") or pool.get("name")):
                yield f"{stage['stage']}: {pool or 'no pool'} is no agent that stays what it is"


def more_than_a_command(run: dict[str, Any]) -> Iterator[str]:
    """Whatever a pipeline does, a person can do on a laptop: `make ...` or `slipway ...`, one a step."""
    for place, whole in scripts(run):
        script = whole.removeprefix("set -euo pipefail\n")
        if not _COMMAND.match(script.strip()) or any(mark in script for mark in ("&&", ";", "|", "`", "\n.")):
            yield f"{place}: more than one command: {script}"


def longer_than_free(run: dict[str, Any]) -> Iterator[str]:
    """Yield each job that a hosted agent of a private project would end: after 60 minutes, cancelling included."""
    for stage in run["stages"]:
        for job in jobs(stage):
            most = job.get("timeoutInMinutes", _JOB_MINUTES) + job.get("cancelTimeoutInMinutes", _CANCEL_MINUTES)
            if "vmImage" in job.get("pool", {}) and most > _FREE_MINUTES:
                yield f"{stage['stage']}: {most} minutes on a hosted agent, which ends a free job after {_FREE_MINUTES}"


RULES = (
    duplicates,
    dangling,
    without_environment,
    missing_inputs,
    injectable,
    without_pool,
    longer_than_free,
    more_than_a_command,
)
