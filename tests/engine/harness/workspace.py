"""A copy of the project that the engine may write to: the stack files copied, everything else linked."""

import base64
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from delivery.paths import ROOT
from delivery.simulator.azure_native import KUBECONFIG
from delivery.simulator.cloud import Cloud
from delivery.simulator.plugins import PROVIDERS, engine_variables, write_plugin

from .operations import Outcome, read_events

_QUIET = ["--non-interactive", "--color=never", "--suppress-progress"]
_LIMIT = 600
# Stands in for the real kubelogin: the lab's token instead of Entra's.
_KUBELOGIN = """#!/bin/sh
echo '{credential}'
"""


_AZ = """#!/bin/sh
cd {root} && exec {python} -m tests.engine.harness.az {cloud} "$@"
"""


@dataclass
class Workspace:
    """`root` is empty and the workspace's own. `kubeconfig` names a real cluster; without one it is simulated too."""

    root: Path
    source: Path = ROOT
    kubeconfig: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.project.mkdir(parents=True)
        (self.root / "state").mkdir()
        for entry in self.source.iterdir():
            if entry.name.startswith("Pulumi.") and entry.name.endswith(".yaml"):
                shutil.copy(entry, self.project)
            elif entry.name not in (".venv", ".git", "venv"):
                (self.project / entry.name).symlink_to(entry)
        (self.project / ".venv").symlink_to(sys.prefix)
        providers = [name for name in PROVIDERS if name != "kubernetes" or self.kubeconfig is None]
        settings = self.settings
        settings["plugins"] = {"providers": [{"name": name, "path": self._plugin(name)} for name in providers]}
        (self.project / "Pulumi.yaml").write_text(yaml.safe_dump(settings))

        az = self.root / "bin" / "az"
        az.parent.mkdir()
        az.write_text(_AZ.format(root=ROOT, python=sys.executable, cloud=self.cloud.file))
        az.chmod(0o755)
        if self.kubeconfig:
            self.kubeconfig = self._real_cluster(yaml.safe_load(self.kubeconfig.read_text()))

    def _real_cluster(self, config: dict[str, Any]) -> Path:
        """A kubeconfig as Azure hands them out, whole in itself, and a `kubelogin` that knows this cluster's token."""
        for cluster in (one["cluster"] for one in config["clusters"]):
            if file := cluster.pop("certificate-authority", None):
                cluster["certificate-authority-data"] = base64.b64encode(Path(file).read_bytes()).decode()
        version = "client.authentication.k8s.io/v1"
        status = {"token": config["users"][0]["user"]["token"]}
        credential = json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})
        kubelogin = self.root / "bin" / "kubelogin"
        kubelogin.write_text(_KUBELOGIN.format(credential=credential))
        kubelogin.chmod(0o755)
        flat = self.root / "kubeconfig"
        flat.write_text(yaml.safe_dump(config))
        return flat

    def _plugin(self, provider: str) -> str:
        folder = self.root / "plugins" / provider
        write_plugin(provider, self.cloud.file, folder)
        return str(folder)

    @property
    def project(self) -> Path:
        return self.root / "project"

    @property
    def settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = yaml.safe_load((self.project / "Pulumi.yaml").read_text())
        return settings

    @cached_property
    def cloud(self) -> Cloud:
        return Cloud(self.root / "cloud.sqlite")

    @property
    def variables(self) -> dict[str, str]:
        """Nothing of the person's own logins, stacks or clusters."""
        paths = [str(self.root / "bin"), os.environ["PATH"]]
        home, state = self.root / "home", self.root / "state"
        return engine_variables(home, state, "a passphrase for tests", os.environ) | {
            "PATH": os.pathsep.join(paths),
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_ERROR_OUTPUT_STRING": "true",
            **({KUBECONFIG: str(self.kubeconfig)} if self.kubeconfig else {}),
            **self.environment,
        }

    def fork(self, root: Path) -> "Workspace":
        """The same stacks in the same cloud as they are now, to go on from without touching these."""
        fork = Workspace(root, self.source, self.kubeconfig, self.environment)
        shutil.copytree(self.root / "state", fork.root / "state", dirs_exist_ok=True)
        if self.cloud.file.exists():
            shutil.copy(self.cloud.file, fork.cloud.file)
        for file in self.project.glob("Pulumi.*.yaml"):
            shutil.copy(file, fork.project)
        return fork

    def run(self, *arguments: str) -> Outcome:
        log = self.root / "events.json"
        log.unlink(missing_ok=True)
        operation = arguments[0] in ("up", "preview", "destroy", "refresh")
        command = ["pulumi", *arguments, *([*_QUIET, "--event-log", str(log)] if operation else ["--non-interactive"])]
        done = subprocess.run(
            command, cwd=self.project, env=self.variables, capture_output=True, text=True, timeout=_LIMIT, check=False
        )
        return Outcome(done.returncode, done.stdout + done.stderr, read_events(log))


@dataclass(frozen=True)
class Stack:
    """One environment. Operations answer how they ended; `must` makes anything but success an error."""

    workspace: Workspace
    name: str

    @classmethod
    def new(cls, workspace: Workspace, name: str) -> "Stack":
        _succeed(workspace.run("stack", "init", name))
        return cls(workspace, name)

    @property
    def file(self) -> Path:
        return self.workspace.project / f"Pulumi.{self.name}.yaml"

    @property
    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(self.file.read_text()).get("config", {})
        return found

    def configure(self, path: str, value: Any) -> None:
        """Set a value of the stack file by its dotted path, as `slipway:workload.replicas`; None takes it away."""
        document = yaml.safe_load(self.file.read_text()) if self.file.exists() else {}
        place = document.setdefault("config", {})
        *way, last = path.split(".")
        for step in way:
            place = place.setdefault(step, {})
        place.pop(last, None)
        if value is not None:
            place[last] = value
        self.file.write_text(yaml.safe_dump(document))

    def up(self, *options: str, must: bool = True) -> Outcome:
        return self._do("up", "--yes", "--skip-preview", *options, must=must)

    def preview(self, *options: str, must: bool = True) -> Outcome:
        return self._do("preview", *options, must=must)

    def refresh(self, *options: str, must: bool = True) -> Outcome:
        return self._do("refresh", "--yes", "--skip-preview", *options, must=must)

    def destroy(self, *options: str, must: bool = True) -> Outcome:
        how = options if "--preview-only" in options else ("--yes", "--skip-preview", *options)
        return self._do("destroy", *how, must=must)

    def unprotect(self) -> None:
        """Take away every protection, as before the end of an environment that others depended on."""
        _succeed(self.workspace.run("state", "unprotect", "--all", "--yes", "--stack", self.name))

    def _do(self, command: str, *options: str, must: bool) -> Outcome:
        outcome = self.workspace.run(command, "--stack", self.name, *options)
        if must:
            _succeed(outcome)
            assert outcome.whole, f"the engine told nothing of its {command}"
        return outcome

    def outputs(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._ask("stack", "output", "--json", "--show-secrets"))
        return found

    def state(self) -> str:
        """The state as it lies on disk."""
        return self._ask("stack", "export")

    def restore(self, file: Path) -> None:
        """Take a state that was exported before for the current one."""
        _succeed(self.workspace.run("stack", "import", "--stack", self.name, "--file", str(file)))

    def take_back_cut_state(self) -> None:
        """Take the copy before it for a state whose file was cut while it was written: a blob is replaced whole."""
        (file,) = (self.workspace.root / "state").glob(f".pulumi/stacks/*/{self.name}.json")
        for cut in (file, file.with_suffix(".json.attrs")):
            if not cut.read_bytes():
                shutil.copy(str(cut).replace(".json", ".json.bak"), cut)

    def resources(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.state())["deployment"].get("resources", [])
        return found

    def _ask(self, *command: str) -> str:
        return _succeed(self.workspace.run(*command, "--stack", self.name)).text


def _succeed(outcome: Outcome) -> Outcome:
    said = (outcome.complaints or outcome.text)[-3000:]
    assert outcome.ok, f"the engine ended with {outcome.code} after {outcome.operations}\n{said}"
    return outcome
