"""Stand-ins for `pulumi` and `az` on PATH. They keep what a test says in one file, and write down how they were called.

They stand for what a release needs of both: that an `up` with a config file makes the stack run the release in it, that
outputs, state and previews are JSON of the engine's form, and that both fail on demand.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROGRAM = """#!{python}
import sys
sys.path.insert(0, {here!r})
from {module} import main
main({name!r}, {state!r}, sys.argv[1:])
"""


_LOCKED = (
    "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file "
    "with `pulumi cancel`."
)


@dataclass(frozen=True)
class StandIns:
    """A folder of executables, and the file that they share with the test."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "state.json"

    def install(self) -> None:
        (self.folder / "bin").mkdir(parents=True)
        self.file.write_text(json.dumps({"outputs": {}, "fails": {}, "calls": [], "steps": [], "live": None}))
        for name in ("pulumi", "az"):
            program = self.folder / "bin" / name
            facts = {"python": sys.executable, "here": str(Path(__file__).parent), "module": Path(__file__).stem}
            program.write_text(_PROGRAM.format(name=name, state=str(self.file), **facts))
            program.chmod(0o755)

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_text())
        return found

    def change(self, **values: Any) -> None:
        self.file.write_text(json.dumps(self.read() | values))

    @property
    def calls(self) -> list[str]:
        """What was called, each as one line; temporary files are called FILE."""
        return list(self.read()["calls"])


def main(name: str, file: str, arguments: list[str]) -> None:
    state = json.loads(Path(file).read_text())
    state["calls"].append(" ".join([name, *("FILE" if "/slipway-" in word else word for word in arguments)]))
    try:
        code, said = (_pulumi if name == "pulumi" else _az)(state, arguments)
    finally:
        Path(file).write_text(json.dumps(state))
    sys.stdout.write(said)
    sys.exit(code)


def _pulumi(state: dict[str, Any], arguments: list[str]) -> tuple[int, str]:
    stack = arguments[arguments.index("--stack") + 1]
    match arguments[:2]:
        case ["stack", part]:
            return _stack(state, stack, part, arguments)
        case ["preview", _]:
            return _preview(state, stack, arguments)
        case ["up", _]:
            return _up(state, stack, arguments)
        case ["refresh", _]:
            return _refresh(state, arguments)
    return 2, f"error: the stand-in does not know {arguments}\n"


def _stack(state: dict[str, Any], stack: str, part: str, arguments: list[str]) -> tuple[int, str]:
    match part:
        case "output" if stack in state["outputs"]:
            return 0, json.dumps(state["outputs"][stack])
        case "output":
            return 255, f"error: no stack named '{stack}' found\n"
        case "export":
            return 0, json.dumps({"version": 3, "deployment": state.get("deployment", {"resources": []})})
        case "import":
            state["deployment"] = json.loads(Path(arguments[arguments.index("--file") + 1]).read_text())["deployment"]
            return 0, "Import complete.\n"
    return 2, f"error: the stand-in does not know {arguments}\n"


def _preview(state: dict[str, Any], stack: str, arguments: list[str]) -> tuple[int, str]:
    own = {"op": "same", "urn": f"urn:pulumi:{stack}::slipway::pulumi:pulumi:Stack::slipway-{stack}"}
    failure = state["fails"].get("preview")
    steps = state.get("canarySteps", []) if "slipway:canary" in _config(arguments) else state["steps"]
    document = {
        "steps": [own, *({**step, "urn": step["urn"].replace("STACK", stack)} for step in steps)],
        "diagnostics": [{"severity": "error", "message": failure}] if failure else [],
    }
    if failure:
        return 255, json.dumps(document)
    if "--expect-no-changes" in arguments and any(step["op"] != "same" for step in state["steps"]):
        sys.stderr.write("error: no changes were expected but changes were proposed\n")
        return 255, json.dumps(document)
    return 0, json.dumps(document)


def _config(arguments: list[str]) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - only the engine's stand-in reads stack files

    found: dict[str, Any] = yaml.safe_load(Path(arguments[arguments.index("--config-file") + 1]).read_text())["config"]
    return found


def _up(state: dict[str, Any], stack: str, arguments: list[str]) -> tuple[int, str]:
    config = _config(arguments)
    state["config"] = config
    release, canary = config["slipway:release"], config.get("slipway:canary")
    fault = state["fails"].get(release["digest"])
    if canary and (refusal := state["fails"].get(f"canary {canary['release']['digest']}")):
        return 255, f"Updating (prod)\nerror: {_LOCKED if refusal == 'locked' else refusal}\n"
    state["canaries"] = [*state.get("canaries", []), canary]
    outputs = {name: value for name, value in state["outputs"][stack].items() if name != "canary"}
    state["outputs"][stack] = outputs | ({"canary": canary} if canary else {})
    if fault == "before":
        return 255, "Updating (prod)\nerror: azure says no: QuotaExceeded\n"
    if fault == "locked":
        return 255, f"error: {_LOCKED}\n  azblob://state/.pulumi/locks/one.json: created by agent@host (pid 7)\n"
    if isinstance(fault, dict):  # another deployment's release, which it makes live while this one fails
        state["live"] = state["outputs"][stack]["release"] = fault
        return 255, "Updating (prod)\nerror: azure says no: Conflict\n"
    state["live"] = release
    state["outputs"][stack]["release"] = release
    if fault == "after":
        return 255, "Updating (prod)\nerror: 1 error occurred: the Deployment timed out waiting to be Ready\n"
    return 0, "Updating (prod)\n ~ kubernetes:apps/v1:Deployment workload updated\nResources: 1 updated\n"


def _refresh(state: dict[str, Any], arguments: list[str]) -> tuple[int, str]:
    """Forget what was unfinished, unless the cluster does not answer."""
    if failure := state["fails"].get("refresh"):
        return 255, f"Diagnostics:\n  kubernetes:apps/v1:Deployment (workload-app):\n    error: {failure}\n"
    if "--preview-only" not in arguments:
        state.setdefault("deployment", {}).pop("pending_operations", None)
    return 0, "Refreshing (prod)\n"


def _az(state: dict[str, Any], arguments: list[str]) -> tuple[int, str]:
    key = " ".join(arguments[:3])
    if failure := state["fails"].get(key):
        sys.stderr.write(f"ERROR: {failure}\n")
        return 1, ""
    return 0, json.dumps(state.get("az", {}).get(key, []))
