"""A stand-in for the engine that writes down what a program declares, with every resource option.

The base class is the SDK's monitor for mocks. It is semi-private, so Pulumi is pinned exactly and this is the one file
that derives from it.
"""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import mocks, set_all_config, set_mocks, settings
from pulumi.runtime.proto import provider_pb2, resource_pb2
from pulumi.runtime.stack import run_in_stack

from delivery.interrupts import held

from . import options, wire
from .computed import AbsentError, Computed
from .record import Record, Recorded, Value

_STACK = "pulumi:pulumi:Stack"
_REFERENCE = "pulumi:pulumi:StackReference"

Program = Callable[[], Awaitable[None] | None]


class ProgramError(Exception):
    """The program ended with an error; the message is what an engine would show."""


class _Unused(mocks.Mocks):
    """The base class asks for mocks, which every method below goes without."""

    def call(self, args: mocks.MockCallArgs) -> Any:  # noqa: ANN401 - the base's signature
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:  # noqa: ANN401 - the engine's messages have no types
        raise NotImplementedError(args.typ)


class RecordingMonitor(mocks.MockMonitor):
    """Answers each registration with its inputs and with what `computed` says that Azure would add."""

    def __init__(self, computed: Computed, stacks: Mapping[str, Mapping[str, Value]]) -> None:
        super().__init__(_Unused())
        self.computed = computed
        self.stacks = stacks
        self.records: dict[str, Record] = {}
        self.outputs: dict[str, Value] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, ANN401 - the protocol's name and untyped messages
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == _STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        record = Record(
            type=request.type,
            name=request.name,
            parent=options.key(request.parent),
            inputs=wire.plain(request.object),
            options=options.of(request),
        )
        if self.records.setdefault(record.key, record) is not record:
            raise ProgramError(f"two resources are named {record.key}")
        state = self.computed.state(record)
        answer = wire.overlaid(request.object, wire.message(state.properties))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=state.id, object=answer)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802, ANN401 - the engine's messages have no types
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type != _REFERENCE:
            raise ProgramError(f"{request.type} {request.name} is read, which no stand-in can answer")
        stack = str(wire.plain(request.properties)["name"])
        found = {"name": stack, "outputs": self.stacks.get(stack, {}), "secretOutputNames": []}
        return resource_pb2.ReadResourceResponse(urn=urn, properties=wire.message(found))

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802, ANN401 - the engine's messages have no types
        if request.urn.split("::")[2] == _STACK:
            self.outputs.update(wire.plain(request.outputs))
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:  # noqa: N802, ANN401 - the engine's messages have no types
        try:
            answer = self.computed.invoke(request.tok, wire.plain(request.args))
        except AbsentError as error:
            failure = provider_pb2.CheckFailure(reason=str(error))
            return resource_pb2.ResourceInvokeResponse(failures=[failure])
        return resource_pb2.ResourceInvokeResponse(**{"return": wire.message(answer)})

    def recorded(self) -> Recorded:
        """Return what was declared so far."""
        ordered = sorted(self.records.values(), key=lambda record: record.key)
        return Recorded(tuple(ordered), dict(sorted(self.outputs.items())))


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what waits behind a failure; otherwise the loop closes under it, and Python complains of each."""
    waiting = asyncio.all_tasks(loop)
    for task in waiting:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))


def record(
    program: Program,
    *,
    computed: Computed,
    project: str = "slipway",
    stack: str,
    organization: str = "organization",
    config: Mapping[str, str] | None = None,
    stacks: Mapping[str, Mapping[str, Value]] | None = None,
) -> Recorded:
    """Run `program` as an engine's preview would, and return what it declared.

    `config` maps "<namespace>:<key>" to the text that an engine hands over: JSON for objects. `stacks` maps full names
    of stacks, "organization/slipway/dev", to outputs that a StackReference finds. Pulumi's settings stay inside.
    ProgramError: the program, or a resource of it, failed.
    """
    monitor = RecordingMonitor(computed, stacks or {})

    def run() -> None:
        set_all_config(dict(config or {}))
        loop = asyncio.new_event_loop()
        # One failure breaks every output that hangs on it; the first is raised, its echoes would only be noise.
        loop.set_exception_handler(lambda _loop, _context: None)
        asyncio.set_event_loop(loop)
        try:
            _configure(monitor, project, stack, organization)
            loop.run_until_complete(run_in_stack(program))
        finally:
            _end_tasks(loop)
            asyncio.set_event_loop(None)
            loop.close()

    try:
        # Pulumi's runtime keeps every exception and waits on for resources: a Ctrl-C would be lost in there.
        with held():
            contextvars.copy_context().run(run)
    except pulumi.RunError as error:
        raise ProgramError(str(error)) from error
    return monitor.recorded()


def _configure(monitor: RecordingMonitor, project: str, stack: str, organization: str) -> None:
    logger = logging.getLogger("slipway.recording")
    set_mocks(_Unused(), project, stack, preview=True, logger=logger, monitor=monitor, organization=organization)
    settings.SETTINGS.rpc_manager.clear()
    settings.SETTINGS.outputs.clear()
    # set_mocks leaves a root stack behind for programs without one; run_in_stack makes the one that exports.
    settings.ROOT.set(None)


def entry(folder: Path) -> Program:
    """The program of a project's `main` folder, run as Pulumi's Python host runs it."""
    import runpy  # noqa: PLC0415 - only where a whole program is run

    def program() -> None:
        runpy.run_path(str(folder), run_name="__main__")

    return program
