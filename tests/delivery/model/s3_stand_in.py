"""moto's S3 at the port given, one request at a time.

S3 judges the condition of a conditional write and writes in one step. moto does so in two, between which another of its
threads may write: races of ours would then be lost by the stand-in.
"""

import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def main(port: int) -> None:
    """Serve until the process is ended."""
    application = DomainDispatcherApplication(create_backend_app)
    turn = threading.Lock()

    def one_at_a_time(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with turn:
            answer: Iterable[bytes] = application(environ, start_response)
            return answer

    run_simple("127.0.0.1", port, one_at_a_time, threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main(int(sys.argv[1]))
