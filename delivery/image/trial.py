"""Testing the very image: as production will run it, with its examples and the app's own check."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from delivery.app import App
from delivery.console import Steps
from delivery.examples.check import check_all
from delivery.examples.folder import BUNDLE_FILE, Examples
from delivery.failure import FailureError
from delivery.service.identity import Identity
from delivery.service.running import Running, ServiceError, address
from delivery.service.trial import prove, stop

from .confinement import mebibytes
from .container import Container
from .engine import engine_version, image_id, image_labels
from .examples import read_examples
from .oci import digest_of
from .records import Check, Records, TestRecord


def examine(steps: Steps, app: App, image: str, records: Records) -> TestRecord:
    """Prove the image by the examples in it and record that by its id; a record of an earlier test goes first.

    The examples are kept beside the record. Raises FailureError.
    """
    identity = image_id(image)
    records.forget(TestRecord, identity)
    examples = read_examples(app, identity)
    done: list[Check] = []
    with Container(app, identity, sealed=True) as running:
        prove(steps, running, examples)
        said = f"{len(examples.examples)} as expected; {running.confinement}, no network"
        done.append(Check(name="examples", result=said))
        done.append(_memory(steps, running))
        labelled = Identity.of(image_labels(identity))
        done += _version(steps, app, running, labelled)
        done += _own_check(steps, app, running, identity, labelled.model, examples)
        stop(steps, running, examples)
        done.append(Check(name="SIGTERM", result="the request in flight was answered, exit code 0, nothing written"))
    bundle = examples.to_bundle()
    record = TestRecord(
        image=identity,
        tested=datetime.now(UTC),
        engine=engine_version(),
        checks=tuple(done),
        examples=digest_of(bundle),
    )
    records.folder(identity).mkdir(parents=True, exist_ok=True)
    (records.folder(identity) / BUNDLE_FILE).write_bytes(bundle)
    records.write(record)
    return record


def _memory(steps: Steps, running: Container) -> Check:
    """Hold what the app takes after its first requests to what the stack file counts for it."""
    limits = running.confinement
    with steps.step("Memory") as step:
        taken, counted = running.memory(), limits.model_memory
        if taken > mebibytes(counted):
            raise ServiceError(
                f"the app takes {taken}Mi at rest with this model, and {counted} are counted for it; raise "
                f"slipway:workload.resources.modelMemory in Pulumi.{limits.stack}.yaml, and memory with it"
            )
        step.result = f"{taken}Mi at rest with the model, {counted} are counted for it of {limits.memory}"
    return Check(name="memory", result=step.result)


def _version(steps: Steps, app: App, running: Running, labelled: Identity) -> list[Check]:
    """Ask which code and model answer, where the contract has a path for it."""
    if app.contract.version is None:
        return []
    with steps.step("Version") as step:
        step.result = f"as labelled: {labelled.check(running, app.contract.version)}"
    return [Check(name="version", result=step.result)]


def _own_check(steps: Steps, app: App, running: Container, image: str, model: str, examples: Examples) -> list[Check]:
    """Run the app's check against the image, then ask every example again. Raises ServiceError."""
    line = app.contract.checks.image
    if line is None:
        return []
    with steps.step("Check") as step, TemporaryDirectory(prefix="slipway-check-") as folder:
        step.status(line)
        examples.write(Path(folder))
        management = f"http://{running.host}:{running.management_port}"
        values = {"image": image, "url": address(running).rstrip("/"), "managementUrl": management, "name": model}
        try:
            lines = app.run(line, {**values, "examples": folder}).splitlines()
        except FailureError as error:
            raise ServiceError(f"{error}\n{running.cause()}".strip()) from None
        for said in lines:
            step.log(said)
        for outcome in check_all(running, examples, timed=False):
            if outcome.faults:
                raise ServiceError(f"after the app's check: {outcome.sentence}")
        step.result = f"{len(lines)} of the app's own passed; then every example is right again"
    return [_read_check(said) for said in lines]


def _read_check(line: str) -> Check:
    """A line of the app's check, such as `metrics: model and readiness are there`."""
    name, colon, result = line.partition(": ")
    return Check(name=f"app {name}" if colon else "app", result=result or line)
