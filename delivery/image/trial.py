"""Testing the very image: as production will run it, through its HTTP contract, with examples and hostile requests."""

from datetime import UTC, datetime

from delivery.console import Step, Steps
from delivery.examples.check import check_all
from delivery.examples.folder import BUNDLE_FILE, Examples
from delivery.paths import PICTURES
from delivery.service.client import probe
from delivery.service.running import Running, ServiceError, failure
from delivery.service.trial import prove, stop

from .confinement import mebibytes
from .container import Container
from .contract import Contract, Identity
from .engine import engine_version, image_id, image_labels
from .examples import read_examples
from .hostile import refuse, requests
from .oci import digest_of
from .records import Check, Records, TestRecord

_LOST = "scoring_workers_lost_total"


def examine(steps: Steps, image: str, records: Records) -> TestRecord:
    """Prove the image by the examples in it and record that by its id; a record of an earlier test goes first.

    The examples are kept beside the record. Raises FailureError.
    """
    identity = image_id(image)
    records.forget(TestRecord, identity)
    examples = read_examples(identity)
    done: list[Check] = []
    with Container(identity, sealed=True) as running:
        prove(steps, running, examples)
        said = f"{len(examples.examples)} as expected; {running.confinement}, no network"
        done.append(Check(name="examples", result=said))
        done.append(_memory(steps, running))
        done += _promises(steps, Contract(running, Identity.of(image_labels(identity))))
        done += _hostile(steps, running, examples, Identity.of(image_labels(identity)).model)
        stop(steps, running)
        done.append(Check(name="SIGTERM", result="the picture in flight was answered, exit code 0, nothing written"))
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


def _promises(steps: Steps, contract: Contract) -> list[Check]:
    done = []
    with steps.step("Contract") as step:
        for name, check in contract.checks():
            step.status(name)
            done.append(Check(name=f"contract {name}", result=_logged(step, name, check())))
        step.result = f"{len(done)} promises kept: {', '.join(check.name.removeprefix('contract ') for check in done)}"
    return done


def _hostile(steps: Steps, running: Running, examples: Examples, model: str) -> list[Check]:
    with steps.step("Hostile") as step:
        count = 0
        for request in requests(PICTURES[0], model):
            step.status(request.name)
            _logged(step, request.name, str(refuse(running, request)))
            count += 1
        _still_well(running, examples)
        step.result = f"{count} requests refused, each with its reason; then every example is right again"
    return [Check(name="hostile", result=step.result)]


def _still_well(running: Running, examples: Examples) -> None:
    """After all of it: right, and no worker had to be replaced."""
    for outcome in check_all(running, examples, timed=False):
        if outcome.faults:
            raise ServiceError(f"after the hostile requests: {outcome.sentence}")
    metrics = probe(running, "/metrics").body.decode()
    lost = [line for line in metrics.splitlines() if line.startswith(f"{_LOST} ")]
    if not lost:
        raise failure(running, f"after the hostile requests: GET /metrics: lacks {_LOST}")
    if float(lost[0].split()[1]) > 0:
        raise failure(running, f"a hostile request ended a worker process: {lost[0]}")


def _logged(step: Step, name: str, result: str) -> str:
    step.log(f"{name}: {result}")
    return result
