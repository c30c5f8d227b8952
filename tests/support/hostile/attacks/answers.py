"""Requests for answers far larger than they are, and clients that leave such answers half read or read them slowly."""

import select
import socket
import time
from contextlib import ExitStack, suppress
from typing import Any

from tests.support.hostile.attempt import Sent, Target
from tests.support.hostile.tensors import binary, tensor

from .attack import PATIENCE, Act, Aim, Harvest
from .barrage import Barrage
from .served import CLASSES
from .swift import tally

_ROWS = 16
_REFUSED = frozenset({400, 413})
_READ_BYTES = 1024
_RECEIVE_BUFFER = 4096
_CLIENTS_A_SECOND = 100


def infer(target: Target, rows: int, *outputs: dict[str, Any]) -> Sent:
    """An inference request for `rows` rows of zeros that asks for `outputs`."""
    entry, blob = tensor(target, rows)
    entry["parameters"] = {"binary_data_size": len(blob)}
    return binary(target, {"inputs": [entry], "outputs": list(outputs)}, blob)


def repeated_outputs(aim: Aim) -> Act:
    """The same output asked for many times in one request, in JSON and in binary."""
    count = aim.size(40, 100)
    named = {"name": aim.target.output}
    requests = [
        infer(aim.target, 1, *[named | {"parameters": {"binary_data": choice}}] * count) for choice in (False, True)
    ]
    return Barrage(requests, frozenset({400})).act(aim)


def large_classification(aim: Aim) -> Act:
    """Every class of every row, as the texts of the classification extension: 80 MB."""
    asked = {"name": aim.target.output, "parameters": {"classification": CLASSES}}
    return Barrage([infer(aim.target, _ROWS, asked)], _REFUSED).act(aim)


def large_json(aim: Aim) -> Act:
    """Every probability of every row as JSON: 60 MB."""
    asked = {"name": aim.target.output, "parameters": {"binary_data": False}}
    return Barrage([infer(aim.target, _ROWS, asked)], _REFUSED).act(aim)


def half_read(aim: Aim) -> Act:
    """Answers of 13 MB, of which a client reads some, and leaves."""
    source = aim.source()
    size = _ROWS * CLASSES * 4
    message = _message(aim)

    def act(harvest: Harvest) -> None:
        deadline = time.monotonic() + aim.seconds
        while time.monotonic() < deadline:
            place = source.choice((0, 1, source.randrange(size)))
            with socket.create_connection(aim.address, PATIENCE) as client:
                client.sendall(message)
                tally(_read(client, place), harvest)

    return act


def slow_readers(aim: Aim) -> Act:
    """Answers of 13 MB each, of which every client reads a kilobyte a second."""
    count = aim.size(40, 120)
    message = _message(aim)

    def act(harvest: Harvest) -> None:
        with ExitStack() as held:
            clients = [held.enter_context(socket.socket()) for _ in range(count)]
            for client in clients:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
                client.settimeout(PATIENCE)
                client.connect(aim.address)
                client.sendall(message)
                time.sleep(1 / _CLIENTS_A_SECOND)
            deadline = time.monotonic() + aim.seconds
            while time.monotonic() < deadline:
                for client in _readable(clients):
                    with suppress(OSError):
                        tally(client.recv(_READ_BYTES), harvest)
                time.sleep(1.0)

    return act


def _message(aim: Aim) -> bytes:
    """A request of 50 kB whose answer is as large as is allowed."""
    asked = {"name": aim.target.output, "parameters": {"binary_data": True}}
    [step] = infer(aim.target, _ROWS, asked).steps
    assert isinstance(step, bytes)
    return step


def _read(client: socket.socket, least: int) -> bytes:
    """The beginning of an answer: the client reads `least` bytes of it, or all there are."""
    first = b""
    taken = 0
    while taken < least and (data := client.recv(65536)):
        first = first or data
        taken += len(data)
    return first


def _readable(clients: list[socket.socket]) -> list[socket.socket]:
    poll = select.poll()
    for client in clients:
        poll.register(client, select.POLLIN)
    ready = {number for number, _ in poll.poll(0)}
    return [client for client in clients if client.fileno() in ready]
