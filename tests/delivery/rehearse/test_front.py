"""The front: an address that stays, while those behind it change."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from delivery.rehearse.front import Front
from tests.support.waiting import PATIENCE


@contextmanager
def answering(name: str) -> Iterator[int]:
    """A server that keeps connections and answers with its name; its port.

    A client that asks for the end of its connection gets it late, when it sends on or ends the connection itself.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = name.encode() + b":" + self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            if self.close_connection:
                self.rfile.read(1)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def front() -> Iterator[Front]:
    with ExitStack() as stack:
        made = stack.enter_context(Front())
        stack.callback(made.close)
        yield made


def connection(front: Front) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(front.host, front.port, timeout=PATIENCE)


def said(asking: http.client.HTTPConnection, body: bytes = b"") -> bytes:
    asking.request("POST", "/", body)
    return asking.getresponse().read()


def test_a_new_connection_goes_where_the_front_leads_now_and_a_kept_one_stays(front: Front) -> None:
    with answering("old") as old, answering("new") as new:
        front.lead_to("127.0.0.1", old)
        kept = connection(front)
        assert said(kept) == b"old:"
        front.lead_to("127.0.0.1", new)
        fresh = connection(front)
        assert (said(kept), said(fresh)) == (b"old:", b"new:")
        kept.close()
        fresh.close()


def test_a_body_of_several_megabytes_arrives_whole_in_both_directions(front: Front) -> None:
    body = bytes(range(256)) * 20_000
    with answering("old") as old:
        front.lead_to("127.0.0.1", old)
        asking = connection(front)
        assert said(asking, body) == b"old:" + body
        asking.close()


def test_a_connection_ends_when_nobody_is_behind_the_front(front: Front) -> None:
    with socket.create_connection((front.host, front.port), timeout=PATIENCE) as asking:
        assert asking.recv(1) == b""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        front.lead_to("127.0.0.1", free.getsockname()[1])
        with socket.create_connection((front.host, front.port), timeout=PATIENCE) as asking:
            assert asking.recv(1) == b""


def test_closing_ends_connections_and_frees_the_port() -> None:
    with answering("old") as old:
        front = Front()
        front.lead_to("127.0.0.1", old)
        asking = connection(front)
        assert said(asking) == b"old:"
        front.close()
        assert asking.sock.recv(1) == b""
        asking.close()
        with Front(front.port) as again:
            assert again.port == front.port


def test_one_that_is_closed_at_once_ends_at_once() -> None:
    for _ in range(20):
        with Front() as front:
            pass
        assert not front._thread.is_alive()


def test_a_port_that_is_taken_is_refused(front: Front) -> None:
    with pytest.raises(OSError, match="Address already in use"):
        Front(front.port)
