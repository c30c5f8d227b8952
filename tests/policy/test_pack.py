"""The rules as the engine's policies see them, with stand-ins for what the engine hands over."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from policy import engine
from policy.model import Rule, StackRule
from policy.rules import RULES, STACK_RULES
from tests.policy.samples import GOOD

ROOT = Path(__file__).parents[2]


class UnknownError(Exception):
    """What the engine's own proxy raises for a value that is not known yet."""


class Proxy(Mapping[str, Any]):
    """A mapping that raises for unknown values, as pulumi_policy's does."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    def __getitem__(self, key: str) -> Any:
        if self._content[key] == "unknown":
            raise UnknownError(key)
        value = self._content[key]
        return Proxy(value) if isinstance(value, dict) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)


@dataclass
class Options:
    protect: bool = False


@dataclass
class Given:
    """A resource as the engine hands it over."""

    resource_type: str
    name: str
    props: Any
    opts: Options = field(default_factory=Options)

    @property
    def urn(self) -> str:
        return f"urn:pulumi:prod::slipway::{self.resource_type}::{self.name}"


EVERY: list[Rule | StackRule] = [*RULES, *STACK_RULES]


def rule(name: str) -> Any:
    return next(rule for rule in EVERY if rule.name == name)


def test_a_fault_is_reported_with_its_remedy() -> None:
    said: list[tuple[str, str]] = []
    given = Given("azure-native:containerregistry:Registry", "registry", Proxy({"adminUserEnabled": True}))
    engine.validate_resource(rule("registry-admin-off"), given, lambda *told: said.append(told), UnknownError)

    assert said == [
        (
            (
                "registry: found adminUserEnabled: on. "
                "Remedy: set adminUserEnabled to false; pipelines and nodes get roles."
            ),
            given.urn,
        )
    ]


def test_what_is_not_known_yet_is_not_judged() -> None:
    said: list[object] = []
    given = Given("azure-native:storage:StorageAccount", "a", Proxy({"allowSharedKeyAccess": "unknown"}))
    engine.validate_resource(rule("storage-shared-keys-off"), given, lambda *told: said.append(told), UnknownError)

    assert engine.plain(given.props, UnknownError) == {"allowSharedKeyAccess": "${unknown}"}
    assert said == []


def test_a_rule_looks_at_its_own_types_only() -> None:
    said: list[object] = []
    given = Given("azure-native:network:Subnet", "s", Proxy({"adminUserEnabled": True}))
    engine.validate_resource(rule("registry-admin-off"), given, lambda *told: said.append(told), UnknownError)

    assert said == []


def test_rules_about_a_stack_see_protection_and_name_the_resource() -> None:
    said: list[tuple[str, str]] = []
    environment = Given(GOOD["environment"][0], "environment", Proxy({"name": "prod"}))
    cluster = Given(GOOD["cluster"][0], "cluster", Proxy({}), Options(protect=True))
    engine.validate_stack(
        rule("environment-guarded"), [environment, cluster], lambda *told: said.append(told), UnknownError
    )

    assert [urn for _, urn in said] == [environment.urn]


def test_the_pack_serves_every_rule_that_the_engine_can_judge() -> None:
    """In a process of its own: the pack's module needs a package that only the pack's environment has."""
    code = """
import runpy, sys, types
made = []
module, proxy = types.ModuleType("pulumi_policy"), types.ModuleType("pulumi_policy.proxy")
for name in ("Policy", "ResourceValidationArgs", "StackValidationArgs"):
    setattr(module, name, object)
module.EnforcementLevel = types.SimpleNamespace(MANDATORY="mandatory", ADVISORY="advisory")
for name in ("ResourceValidationPolicy", "StackValidationPolicy"):
    setattr(module, name, lambda **given: given)
module.PolicyPack = lambda name, policies: made.append((name, policies))
proxy.UnknownValueError = type("UnknownValueError", (Exception,), {})
sys.modules |= {"pulumi_policy": module, "pulumi_policy.proxy": proxy}
sys.path.insert(0, sys.argv[1])
runpy.run_path(sys.argv[1], run_name="__main__")
[(name, policies)] = made
print(name, *sorted(f"{one['name']}={one['enforcement_level']}" for one in policies))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(ROOT / "policy")], capture_output=True, text=True, check=True
    )

    name, *served = done.stdout.split()
    assert name == "slipway"
    assert served == sorted(f"{one.name}={one.level}" for one in EVERY if getattr(one, "in_engine", True))


def test_the_pack_has_an_environment_of_its_own() -> None:
    project = yaml.safe_load((ROOT / "policy" / "PulumiPolicy.yaml").read_text(encoding="utf-8"))

    assert project["runtime"] == {"name": "python", "options": {"virtualenv": ".venv"}}
    assert "pulumi-policy==" in (ROOT / "policy" / "requirements.in").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", sorted((ROOT / "policy" / "rules").glob("*.py")), ids=lambda file: file.name)
def test_no_rule_imports_anything_of_pulumi(file: Path) -> None:
    assert "pulumi" not in "".join(
        line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith(("import", "from"))
    )
