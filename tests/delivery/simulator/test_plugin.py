"""A plugin process speaks the engine's protocol, and an engine on the simulation is apart from a person's."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from delivery.simulator.arm import SUBSCRIPTION
from delivery.simulator.cloud import Cloud
from delivery.simulator.plugins import engine_variables, write_plugin
from delivery.simulator.values import received, sent

GROUP = "azure-native:resources:ResourceGroup"
URN = f"urn:pulumi:dev::p::{GROUP}::group"


@pytest.fixture
def stub(tmp_path: Path, cloud: Cloud) -> Iterator[Any]:
    """A client of a plugin that was started as an engine does it."""
    write_plugin("azure-native", cloud.file, tmp_path / "a folder")
    command = [str(tmp_path / "a folder" / "pulumi-resource-azure-native"), "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            client = provider_pb2_grpc.ResourceProviderStub(channel)
            client.Configure(provider_pb2.ConfigureRequest(args=sent({"subscriptionId": SUBSCRIPTION})))
            yield client
        process.terminate()


def test_a_resource_is_previewed_created_faulted_and_recorded(stub: Any, cloud: Cloud) -> None:
    inputs = sent({"resourceGroupName": "rg-a", "location": "westeurope"})
    stub.Create(provider_pb2.CreateRequest(urn=URN, properties=inputs, preview=True))
    assert cloud.all() == []

    cloud.fail(GROUP, "create", "Code=QuotaExceeded: too many groups")
    with pytest.raises(grpc.RpcError, match="QuotaExceeded: too many groups"):
        stub.Create(provider_pb2.CreateRequest(urn=URN, properties=inputs))
    made = stub.Create(provider_pb2.CreateRequest(urn=URN, properties=inputs))
    assert made.id == f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-a"
    assert received(made.properties)["name"] == "rg-a"
    assert [(one.method, one.name) for one in cloud.requests()] == [("create", "group")]

    with pytest.raises(grpc.RpcError, match="already existing resource"):
        stub.Create(provider_pb2.CreateRequest(urn=URN, properties=inputs))


def test_an_engine_on_the_simulation_has_no_login_stack_or_cluster_of_a_person(tmp_path: Path) -> None:
    mine = {
        "PATH": "/bin",
        "ARM_CLIENT_ID": "a",
        "AZURE_CONFIG_DIR": "b",
        "PULUMI_ACCESS_TOKEN": "c",
        "KUBECONFIG": "d",
    }
    found = engine_variables(tmp_path / "home", tmp_path / "state", "pass", mine)
    assert mine.keys() & found.keys() == {"PATH"}
    assert found["PULUMI_BACKEND_URL"] == f"file://{tmp_path / 'state'}"
    assert found["ARM_SUBSCRIPTION_ID"] == SUBSCRIPTION


def test_a_plugin_is_a_program(tmp_path: Path) -> None:
    write_plugin("azuredevops", tmp_path / "cloud.sqlite", tmp_path)
    assert os.access(tmp_path / "pulumi-resource-azuredevops", os.X_OK)
