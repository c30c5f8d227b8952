"""`python -m delivery.simulator PROVIDER FILE ENGINE`: serve one provider, its port on the first line of output.

The engine starts it through a script that `plugins.py` wrote, and ends it.
"""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from .azure_native import AzureNative
from .azuredevops import AzureDevOps
from .cloud import Cloud
from .kubernetes import Kubernetes
from .provider import Provider
from .service import Service

_PROVIDERS: dict[str, type[Provider]] = {
    "azure-native": AzureNative,
    "azuredevops": AzureDevOps,
    "kubernetes": Kubernetes,
}
_MESSAGE = 400 << 20  # the engine's own limit


def main() -> None:
    name, file = sys.argv[1], Path(sys.argv[2])
    sizes = [(f"grpc.max_{way}_message_length", _MESSAGE) for way in ("send", "receive")]
    server = grpc.server(ThreadPoolExecutor(16), options=sizes)
    service = Service(_PROVIDERS[name](Cloud(file)), version(f"pulumi-{name}"))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 - the protocol: the port alone on the first line
    threading.Thread(target=_end_with, args=[os.getppid(), server], daemon=True).start()
    server.wait_for_termination()


def _end_with(engine: int, server: grpc.Server) -> None:
    """Stop the server when the engine is gone: a killed engine leaves no plugin behind."""
    while os.getppid() == engine:
        time.sleep(1)
    server.stop(0)


main()
