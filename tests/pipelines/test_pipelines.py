"""The pipelines: what runs when, as whom, and in which order; and that their names are those of the Pulumi program."""

import json
import re
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.paths import ROOT
from delivery.pipelines.facts import FACTS_FILE, facts, rendered
from delivery.release.command import _GRACE_SECONDS as GRACE_SECONDS
from slipway import azure_pipelines as names
from slipway.azure_pipelines import Purpose

from . import rules
from .expansion import expand

Run = dict[str, Any]
Expand = Callable[..., Run]

FOLDER = ROOT / "pipelines"
ROOTS = ("build.yml", "release.yml", "drift.yml", "model-schedule.yml", "model-webhook.yml", "mirror.yml")


def stage(run: Run, name: str) -> Run:
    (found,) = [each for each in run["stages"] if each["stage"] == name]
    assert isinstance(found, dict)
    return found


def stages(run: Run) -> list[str]:
    return [each["stage"] for each in run["stages"]]


def connections(run: Run) -> set[str]:
    return {
        str(step["inputs"][name])
        for _place, step in rules.every_step(run)
        for name in ("azureSubscription", "awsCredentials")
        if name in step.get("inputs", {})
    }


def groups(run: Run) -> set[str]:
    return {variable["group"] for each in run["stages"] for variable in each.get("variables", [])}


def commands(run: Run, of: str) -> list[str]:
    """What the jobs of a stage run, without the steps that prepare for it."""
    only = {"stages": [stage(run, of)]}
    lines = [" ".join(script.split()) for _place, script in rules.scripts(only)]
    wanted = [line for line in lines if "slipway " in line or line == "make check"]
    return [line.removeprefix(".venv/bin/") for line in wanted if "slipway tools install" not in line]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("file", ROOTS)
@pytest.mark.parametrize("reason", ["IndividualCI", "PullRequest"])
def test_no_pipeline_breaks_a_rule(run: Expand, rule: Callable[[Run], Any], file: str, reason: str) -> None:
    assert list(rule(run(file, reason=reason))) == []


def test_every_file_is_part_of_a_pipeline() -> None:
    templates = {
        match
        for path in FOLDER.rglob("*.yml")
        for match in re.findall(r"template: (?:/pipelines/)?(?:stages/)?(?:steps/)?([\w.-]+\.yml)", path.read_text())
    }
    assert {path.name for path in FOLDER.rglob("*.yml")} == {*ROOTS, *templates}


def test_every_definition_has_its_file_and_every_pipeline_its_definition() -> None:
    declared = {pipeline.file for pipeline in vars(names).values() if isinstance(pipeline, names.Pipeline)}
    assert declared == set(ROOTS)


def test_the_release_waits_for_the_image_of_the_build_by_the_builds_name(run: Expand) -> None:
    (resource,) = run("release.yml")["resources"]["pipelines"]

    assert resource["source"] == names.BUILD.name
    assert resource["trigger"]["branches"]["include"] == [resource["branch"]] == ["main"]
    (waited,) = resource["trigger"]["stages"]
    assert waited in stages(run("build.yml"))


def test_connections_variables_and_environments_are_those_that_the_program_declares(run: Expand) -> None:
    build, release, drift, model = (run(file) for file in ("build.yml", "release.yml", "drift.yml", ROOTS[3]))

    assert connections(build) == connections(model) == {names.BUILD_CONNECTION}
    assert groups(build) == groups(model) == groups(run("mirror.yml")) == {names.BUILD_VARIABLES}
    assert connections(release) == {
        names.connection(name, purpose) for name in ("dev", "prod") for purpose in (Purpose.DEPLOY, Purpose.DRIFT)
    }
    assert connections(drift) == {names.connection(name, Purpose.DRIFT) for name in ("dev", "prod")}
    assert groups(release) == groups(drift) == {names.variables("dev"), names.variables("prod")}
    environments = {job["environment"] for each in release["stages"] for job in each["jobs"] if "environment" in job}
    assert environments == {"dev", "prod"}


def test_the_webhook_is_the_programs_and_what_it_brings_is_never_read(run: Expand) -> None:
    (webhook,) = run("model-webhook.yml")["resources"]["webhooks"]

    assert webhook == {"webhook": names.WEBHOOK, "connection": names.WEBHOOK_CONNECTION}
    for path in FOLDER.rglob("*.yml"):
        assert f"parameters.{names.WEBHOOK}" not in path.read_text(encoding="utf-8")


def test_the_artifact_is_one(run: Expand) -> None:
    published = [step["artifact"] for _place, step in rules.every_step(run("build.yml")) if "publish" in step]
    taken = {
        step["artifact"] for _place, step in rules.every_step(run("release.yml")) if step.get("download") == "build"
    }
    assert published == [names.ARTIFACT]
    assert taken == {names.ARTIFACT}


def test_a_pull_request_is_tested_and_previewed_and_reaches_nothing(run: Expand) -> None:
    found = run("build.yml", reason="PullRequest")

    assert stages(found) == ["verify"]
    assert connections(found) == groups(found) == set()
    assert not [step for _place, step in rules.every_step(found) if "publish" in step]
    tests, *previews = commands(found, "verify")
    assert tests == "make check"
    assert previews == [
        f"slipway preview report --stack {name} --base origin/main --summary --artifact" for name in ("dev", "prod")
    ]


def test_unreviewed_code_runs_on_no_agent_that_a_release_uses(checkout: Path) -> None:
    for review, expected in ((None, {"vmImage": "ubuntu-24.04"}), ("reviews", {"name": "reviews"})):
        text = yaml.safe_load((checkout / "Pulumi.dev.yaml").read_text())
        text["config"]["slipway:pipelines"]["pool"] = "private"
        text["config"]["slipway:pipelines"]["hub"]["reviewPool"] = review
        (checkout / "Pulumi.dev.yaml").write_text(yaml.safe_dump(text))
        (checkout / "pipelines" / FACTS_FILE).write_text(rendered(facts(checkout)))
        found = expand(checkout, checkout / "pipelines" / "build.yml", {"Build.Reason": "IndividualCI"})
        assert [job["pool"] for job in stage(found, "verify")["jobs"]] == [expected] * 2
        assert [job["pool"] for job in stage(found, "image")["jobs"]] == [{"name": "private"}]


def test_a_pull_requests_own_code_gets_no_token(run: Expand) -> None:
    for _place, step in rules.every_step(run("build.yml", reason="PullRequest")):
        assert "System.AccessToken" not in json.dumps(step)


def test_a_job_with_an_identity_that_deploys_or_looks_installs_only_what_that_needs(run: Expand) -> None:
    for file, parameters in (("release.yml", {}), ("release.yml", {"rollback": "prod"}), ("drift.yml", {})):
        for place, script in rules.scripts(run(file, **parameters)):
            if script.startswith("make "):
                assert script == "make .venv/.deploy", place


def test_tools_are_verified_before_anything_runs_as_an_identity(run: Expand) -> None:
    for file, parameters in (("release.yml", {}), ("release.yml", {"rollback": "prod"}), ("drift.yml", {})):
        for each in run(file, **parameters)["stages"]:
            for job in rules.jobs(each):
                steps = list(rules.steps(job))
                (installed,) = [number for number, step in enumerate(steps) if "tools install" in step.get("bash", "")]
                logins = [number for number, step in enumerate(steps) if step.get("task") == "AzureCLI@2"]
                assert steps[installed]["bash"].startswith("set -euo pipefail\n")
                assert logins
                assert installed < min(logins), each["stage"]
    for path in FOLDER.rglob("*.yml"):
        assert not re.search(r"curl|wget|Installer@", path.read_text(encoding="utf-8")), path


def test_downloads_are_kept_where_no_checkout_removes_them(run: Expand) -> None:
    for file in ROOTS:
        for place, step in rules.every_step(run(file)):
            if step.get("task") == "Cache@2":
                assert step["inputs"]["path"].startswith("$(Pipeline.Workspace)/."), place
            if step.get("script", "").startswith("make .venv/"):
                assert step["env"] == {"PIP_CACHE_DIR": "$(Pipeline.Workspace)/.pip"}, place


@pytest.mark.parametrize("file", ROOTS)
def test_each_job_begins_in_an_empty_workspace(run: Expand, file: str) -> None:
    for each in run(file)["stages"]:
        for job in rules.jobs(each):
            assert job["workspace"] == {"clean": "all"}, each["stage"]


def test_a_cancelled_engine_has_the_time_to_end_what_it_has_begun(run: Expand) -> None:
    for file, parameters in (("release.yml", {}), ("release.yml", {"rollback": "prod"}), ("drift.yml", {})):
        for each in run(file, **parameters)["stages"]:
            for job in rules.jobs(each):
                polite, hard = (int(job["variables"][f"PROCESS_SIG{name}_TIMEOUT"]) for name in ("INT", "TERM"))
                assert polite == 1000 * GRACE_SECONDS
                assert polite + hard < job["cancelTimeoutInMinutes"] * 60 * 1000


def test_a_commit_on_main_is_built_tested_pushed_and_recorded_once_in_that_order(run: Expand) -> None:
    found = run("build.yml")

    assert stages(found) == ["verify", "image"]
    assert stage(found, "image")["dependsOn"] == ["verify"]
    assert "refs/heads/main" in stage(found, "image")["condition"]
    said = [" ".join(command.split()[1:3]) for command in commands(found, "image")]
    assert said == ["model pull", "image build", "image test", "image push", "release record"]


def test_builds_of_main_are_not_queued_up_commit_by_commit(run: Expand) -> None:
    trigger = run("build.yml")["trigger"]
    assert (trigger["batch"], trigger["branches"]["include"]) == (True, ["main"])


def test_the_registry_is_logged_in_to_after_the_build_and_the_test(run: Expand) -> None:
    """A token from before a long build may have expired by its end."""
    steps = list(rules.steps(stage(run("build.yml"), "image")["jobs"][0]))
    scripts = [str(step.get("script") or step.get("inputs", {}).get("inlineScript", "")) for step in steps]
    pushed = next(number for number, script in enumerate(scripts) if "image push" in script)
    tested = next(number for number, script in enumerate(scripts) if "image test" in script)

    assert tested < pushed
    assert steps[pushed]["task"] == "AzureCLI@2", "which logs in when it begins"
    assert not any("docker login" in script or "acr login" in script for script in scripts)


def test_each_environment_is_previewed_before_anybody_is_asked_and_released_after(run: Expand) -> None:
    found = run("release.yml")

    assert [(each["stage"], each["dependsOn"]) for each in found["stages"]] == [
        ("preview_dev", []),
        ("dev", ["preview_dev"]),
        ("preview_prod", ["dev"]),
        ("prod", ["preview_prod"]),
    ]
    for name in ("dev", "prod"):
        (preview,) = stage(found, f"preview_{name}")["jobs"]
        (release,) = stage(found, name)["jobs"]
        assert "environment" not in preview
        assert release["environment"] == name


def test_what_is_deployed_is_what_was_recorded_and_approved(run: Expand) -> None:
    for name in ("dev", "prod"):
        deploy, retain = commands(run("release.yml"), name)
        assert f"--stack {name}" in deploy
        assert "--release $(Pipeline.Workspace)/build/release" in deploy
        assert "--approved $(Pipeline.Workspace)" in deploy
        assert retain == "slipway release retain"


def test_no_environment_takes_the_approval_of_one_whose_name_begins_like_its_own(run: Expand) -> None:
    found = run("release.yml")
    for name in ("dev", "prod"):
        ours = [step for place, step in rules.every_step(found) if place.startswith((f"{name}/", f"preview_{name}/"))]
        (pattern,) = [step["patterns"] for step in ours if step.get("download") == "current"]
        (artifact,) = [step["artifact"] for step in ours if "publish" in step]
        first = artifact.replace("$(System.JobAttempt)", "1")
        assert fnmatch(f"{first}/approval.json", pattern)
        assert not fnmatch(f"{first.replace(name, f'{name}-eu')}/approval.json", pattern)


def test_a_preview_is_made_by_the_identity_that_can_change_nothing(run: Expand) -> None:
    for name in ("dev", "prod"):
        only = {"stages": [stage(run("release.yml"), f"preview_{name}")]}
        assert connections(only) == {names.connection(name, Purpose.DRIFT)}


def test_a_newer_release_overtakes_one_that_waits(run: Expand) -> None:
    for name in ("dev", "prod"):
        assert stage(run("release.yml"), name)["lockBehavior"] == "runLatest"


def test_going_back_touches_the_named_environment_alone_behind_its_guards(run: Expand) -> None:
    found = run("release.yml", rollback="prod")

    assert stages(found) == ["prod"]
    (job,) = stage(found, "prod")["jobs"]
    assert job["environment"] == "prod"
    assert commands(found, "prod") == ["slipway release rollback --stack prod", "slipway release retain"]
    assert [step["download"] for _place, step in rules.every_step(found) if "download" in step] == ["none"]


def test_drift_is_looked_for_every_night_in_every_environment_at_once(run: Expand) -> None:
    found = run("drift.yml")

    (schedule,) = found["schedules"]
    assert schedule["always"] is True
    assert (schedule["cron"], schedule["branches"]["include"]) == ("30 3 * * *", ["main"])
    assert [(each["stage"], each["dependsOn"]) for each in found["stages"]] == [("drift_dev", []), ("drift_prod", [])]
    assert commands(found, "drift_prod") == ["slipway drift --stack prod --to .slipway/drift.md"]


@pytest.mark.parametrize("file", ["release.yml", "drift.yml", "model-schedule.yml", "model-webhook.yml", "mirror.yml"])
def test_only_the_build_is_started_by_a_commit(run: Expand, file: str) -> None:
    found = run(file)
    assert (found["trigger"], found["pr"]) == ("none", "none")


@pytest.mark.parametrize("file", ["model-schedule.yml", "model-webhook.yml"])
def test_a_new_model_is_looked_for_by_command(run: Expand, file: str) -> None:
    _live, watch = commands(run(file), "model")
    assert watch == "slipway model watch --live live.json --environment dev --queue"


def test_a_model_in_s3_is_pulled_with_the_role_and_everything_else_stays(checkout: Path) -> None:
    text = yaml.safe_load((checkout / "Pulumi.dev.yaml").read_text())
    text["config"]["slipway:model"] = {"source": "s3", "s3": {"bucket": "models", "region": "eu-central-1"}}
    (checkout / "Pulumi.dev.yaml").write_text(yaml.safe_dump(text))
    (checkout / "pipelines" / FACTS_FILE).write_text(rendered(facts(checkout)))

    for file in ("build.yml", "model-schedule.yml"):
        found = expand(checkout, checkout / "pipelines" / file, {"Build.Reason": "Manual"})
        assert connections(found) == {names.BUILD_CONNECTION, names.AWS_CONNECTION}
        (task,) = [step for _place, step in rules.every_step(found) if step.get("task") == "AWSShellScript@1"]
        assert task["inputs"]["regionName"] == "eu-central-1"
        assert [list(rule(found)) for rule in rules.RULES] == [[]] * len(rules.RULES)


def test_a_third_environment_appears_from_its_stack_file_alone(staging: Path) -> None:
    found = expand(staging, staging / "pipelines" / "release.yml", {"Build.Reason": "Manual"})

    assert stages(found) == ["preview_dev", "dev", "preview_staging", "staging", "preview_prod", "prod"]
    assert stage(found, "preview_staging")["dependsOn"] == ["dev"]
    assert stage(found, "preview_prod")["dependsOn"] == ["staging"]
    assert {names.connection("staging", purpose) for purpose in Purpose} <= connections(found)
    assert names.variables("staging") in groups(found)
    assert [list(rule(found)) for rule in rules.RULES] == [[]] * len(rules.RULES)
    drift = expand(staging, staging / "pipelines" / "drift.yml", {"Build.Reason": "Schedule"})
    assert stages(drift) == ["drift_dev", "drift_staging", "drift_prod"]


def test_steps_that_reach_azure_for_long_keep_their_session(run: Expand) -> None:
    for file in ("release.yml", "drift.yml"):
        for place, step in rules.every_step(run(file)):
            if step.get("task") == "AzureCLI@2":
                assert step["inputs"]["keepAzSessionActive"] is True, place


def test_no_token_and_no_secret_is_named_but_the_jobs_own_for_leases() -> None:
    uses = {"environment.yml": 1, "rollback.yml": 1}
    for path in FOLDER.rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?i)password|client_?secret|access_?key|_PAT\b|addSpnToEnvironment", text), path
        count = 0 if path.parent == FOLDER else uses.get(path.name, 0)
        assert text.count("System.AccessToken") == count, path


def test_every_make_target_and_every_command_is_there(run: Expand) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(VENV)", ".venv")
    targets = set(re.findall(r"^([\w./-]+):", makefile, re.MULTILINE))
    for file in ROOTS:
        for _place, script in rules.scripts(run(file)):
            for target in re.findall(r"^make (\S+)", script):
                assert target in targets, f"make {target}"
