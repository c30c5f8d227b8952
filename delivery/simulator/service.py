"""The engine's plugin protocol, spoken for any simulated provider."""
# ruff: noqa: N802 - the methods are named by the protocol

import os
import signal
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from .laws import RefusedError
from .provider import Provider, Target, Verdict
from .values import Properties, has_unknown, received, sent


class UnhealthyError(Exception):
    """The resource exists, unhealthy: the engine keeps its id, outputs and inputs."""

    def __init__(self, reason: str, resource_id: str, outputs: Properties, inputs: Properties) -> None:
        super().__init__(reason)
        self.detail = provider_pb2.ErrorResourceInitFailed(
            id=resource_id, properties=sent(outputs), inputs=sent(inputs), reasons=[reason]
        )


def _translated(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Turn refusals and failures into the errors that the engine understands."""

    @wraps(handle)
    def answer(self: "Service", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return handle(self, request)
        except RefusedError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except UnhealthyError as error:
            status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
            status.details.add().Pack(error.detail)
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
            context.abort(grpc.StatusCode.UNKNOWN, str(error))

    return answer


def _target(urn: str) -> Target:
    kinds, name = urn.split("::", 3)[2:]
    return Target(kinds.rpartition("$")[2], name, urn)


def _diff(verdict: Verdict) -> provider_pb2.DiffResponse:
    kinds = provider_pb2.PropertyDiff.Kind
    detailed = {
        path: provider_pb2.PropertyDiff(
            kind=kinds.Value(kind + "_REPLACE" * (path in verdict.replaces)), inputDiff=True
        )
        for path, kind in verdict.changes.items()
    }
    some = provider_pb2.DiffResponse.DIFF_SOME if verdict.changes else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some,
        diffs=sorted(verdict.changes),
        replaces=sorted(verdict.replaces),
        deleteBeforeReplace=verdict.delete_first,
        detailedDiff=detailed,
        hasDetailedDiff=bool(verdict.changes),
    )


class Service(provider_pb2_grpc.ResourceProviderServicer):
    """Answers of one plugin process. A method that is missing answers "unimplemented", as the engine expects."""

    def __init__(self, provider: Provider, version: str) -> None:
        self._provider = provider
        self._version = version

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Empty:
        del request, context
        return Empty()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Empty:
        del request, context
        return Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        del request, context
        return plugin_pb2.PluginInfo(version=self._version)

    @_translated
    def CheckConfig(self, request: Any) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    @_translated
    def DiffConfig(self, request: Any) -> provider_pb2.DiffResponse:
        old = received(request.old_inputs) or received(request.olds)
        verdict = self._provider.diff_config(old, received(request.news))
        return provider_pb2.DiffResponse() if verdict is None else _diff(verdict)

    @_translated
    def Configure(self, request: Any) -> provider_pb2.ConfigureResponse:
        self._provider.configure(received(request.args))
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    @_translated
    def Check(self, request: Any) -> provider_pb2.CheckResponse:
        target, old, new = _target(request.urn), received(request.olds), received(request.news)
        try:
            inputs = self._provider.check(target, old, new, request.randomSeed)
        except RefusedError as error:
            return provider_pb2.CheckResponse(failures=[provider_pb2.CheckFailure(reason=str(error))])
        return provider_pb2.CheckResponse(inputs=sent(inputs))

    @_translated
    def Diff(self, request: Any) -> provider_pb2.DiffResponse:
        old, new = received(request.old_inputs), received(request.news)
        return _diff(self._provider.diff(_target(request.urn), received(request.olds), old, new))

    @_translated
    def Create(self, request: Any) -> provider_pb2.CreateResponse:
        target, inputs = _target(request.urn), received(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=sent(self._provider.preview(target, None, inputs)))
        _known(target, inputs)
        fault = self._before("create", target, request.timeout)
        resource_id, outputs = self._provider.create(target, inputs)
        self._done("create", target, resource_id)
        if fault:
            raise UnhealthyError(fault, resource_id, outputs, inputs)
        return provider_pb2.CreateResponse(id=resource_id, properties=sent(outputs))

    @_translated
    def Update(self, request: Any) -> provider_pb2.UpdateResponse:
        target, inputs = _target(request.urn), received(request.news)
        if request.preview:
            outputs = self._provider.preview(target, received(request.olds), inputs)
            return provider_pb2.UpdateResponse(properties=sent(outputs))
        _known(target, inputs)
        fault = self._before("update", target, request.timeout)
        outputs = self._provider.update(target, request.id, inputs)
        self._done("update", target, request.id)
        if fault:
            raise UnhealthyError(fault, request.id, outputs, inputs)
        return provider_pb2.UpdateResponse(properties=sent(outputs))

    @_translated
    def Read(self, request: Any) -> provider_pb2.ReadResponse:
        inputs, state = received(request.inputs), received(request.properties)
        target = _target(request.urn)
        if fault := self._before("read", target, 0):
            raise RefusedError(fault)
        resource_id = request.id if state else self._provider.parse_import(target, request.id)
        found = self._provider.read(target, resource_id, inputs, state)
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=resource_id, inputs=sent(found[0]), properties=sent(found[1]))

    @_translated
    def Delete(self, request: Any) -> Empty:
        target = _target(request.urn)
        fault = self._before("delete", target, request.timeout)
        if fault:
            raise RefusedError(fault)
        self._provider.delete(target, request.id)
        self._done("delete", target, request.id)
        return Empty()

    @_translated
    def Invoke(self, request: Any) -> provider_pb2.InvokeResponse:
        return provider_pb2.InvokeResponse(
            **{"return": sent(self._provider.invoke(request.tok, received(request.args)))}
        )

    def _done(self, method: str, target: Target, resource_id: str) -> None:
        """Write the request down; where the test ordered it, the engine dies before the answer reaches it."""
        self._provider.cloud.record(method, target.token, target.name, resource_id)
        if self._provider.cloud.deadly():
            os.kill(os.getppid(), signal.SIGKILL)
            os._exit(1)

    def _before(self, method: str, target: Target, timeout: float) -> str:
        """Apply an ordered fault: wait, refuse, or return the sentence to fail with afterwards."""
        fault = self._provider.cloud.fault(method, target.token)
        if fault is None:
            return ""
        if fault.kind == "refuse":
            raise RefusedError(fault.message)
        time.sleep(min(fault.seconds, timeout or fault.seconds))
        if timeout and fault.seconds > timeout:
            raise RefusedError(f"context deadline exceeded after {timeout:.0f} s")
        return fault.message


def _known(target: Target, inputs: Properties) -> None:
    if has_unknown(inputs):
        raise RefusedError(f"{target.urn}: the engine sent a value that is not known: {inputs}")
