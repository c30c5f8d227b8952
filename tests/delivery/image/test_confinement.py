"""A tested container has the memory and the cores of a Pod, by the stack files, and a kill for memory is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from delivery.failure import FailureError
from delivery.image.confinement import Confinement, mebibytes, read_confinement
from delivery.image.container import Container
from delivery.preview.project import read
from delivery.service.running import failure
from tests.support.apps import SAMPLE

from .conftest import Fake

Checkout = Callable[..., Path]

MODEL = {"modelMemory": "192Mi"}
OOM_LINE = '{"level": "error", "message": "worker 17 was killed, likely for memory; starting another"}'


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A project whose stacks have these resources."""

    def make(**stacks: object) -> Path:
        (tmp_path / "Pulumi.yaml").write_text("name: slipway\n", encoding="utf-8")
        for stack, resources in stacks.items():
            content = {"config": {"slipway:workload": {"resources": resources}}}
            (tmp_path / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        return tmp_path

    return make


def test_the_least_memory_of_all_stacks_counts_with_the_cores_beside_it(checkout: Checkout) -> None:
    root = checkout(
        dev={"memory": "2Gi", "cpuLimit": "4", **MODEL}, prod={"memory": "1280Mi", "cpuLimit": "2", **MODEL}
    )

    found = read_confinement(read(root), 10001)

    assert found == Confinement("prod", "1280Mi", "2", "192Mi", 10001)
    assert "--memory 1280m --memory-swap 1280m --cpus 2" in " ".join(found.options)


def test_gibibytes_are_compared_as_such() -> None:
    assert (mebibytes("2Gi"), mebibytes("2000Mi")) == (2048, 2000)


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ({"memory": "1G", "cpuLimit": "2"}, r"Pulumi.dev.yaml: slipway:workload.resources.memory: found '1G', allowed"),
        (
            {"cpuLimit": "2"},
            r"resources.memory: found nothing, allowed: mebibytes such as 512Mi or",
        ),
        ({"memory": "1Gi", "cpuLimit": 2, **MODEL}, r"resources.cpuLimit: found 2, allowed: whole cores such as \"2\""),
        ({"memory": "1Gi", "cpuLimit": "2"}, r"resources.modelMemory: found nothing, allowed: mebibytes"),
        ("much", r"resources.memory: found nothing"),
    ],
)
def test_resources_that_cannot_be_used_are_named(checkout: Checkout, resources: object, message: str) -> None:
    with pytest.raises(FailureError, match=message):
        read_confinement(read(checkout(dev=resources)), 10001)


def test_a_checkout_without_a_stack_file_is_refused(checkout: Checkout) -> None:
    with pytest.raises(FailureError, match=r"no stack file, allowed: one Pulumi.<stack>.yaml at least"):
        read_confinement(read(checkout()), 10001)


@pytest.mark.parametrize(
    ("state", "log", "named"),
    [
        ("true true 0", "", True),
        ("false false 137", "", True),
        ("false true 0", OOM_LINE, True),
        ("false true 0", "worker 17 was killed, having worked longer than 20 s; starting another", False),
        ("false false 1", "", False),
    ],
    ids=["a process was killed", "the container was killed", "a worker was killed", "a slow worker", "a failed start"],
)
def test_a_failure_names_a_kill_for_memory_with_the_limit(fake: Fake, state: str, log: str, *, named: bool) -> None:
    fake(f"""case "$1" in port) echo 127.0.0.1:4000;; inspect) echo {state};; logs) echo '{log}';; esac""")
    with Container(SAMPLE, "scoring:1") as running:
        told = str(failure(running, "cat.jpg: answered 503, expected 200"))

    limit = running.confinement.memory
    assert (f"killed for memory: the limit is {limit}; raise slipway:workload.resources.memory" in told) is named
