"""A contender: LitServe with two workers. The body goes to the worker as it is, which is its cheapest way in."""

# mypy: disable-error-code="import-not-found,import-untyped"
# LitServe lives in the bench's own environment, not where types are checked.

import os
from pathlib import Path
from typing import Annotated, Any

import litserve
from fastapi import Body

from .work import MODEL_VARIABLE, Work


class Classifier(litserve.LitAPI):  # type: ignore[misc]  # it ships no types
    """LitServe's interface around the work."""

    def setup(self, device: str) -> None:  # noqa: ARG002  # LitServe's signature
        """Open the model in the worker process."""
        self._work = Work(Path(os.environ[MODEL_VARIABLE]))

    def decode_request(self, request: Annotated[bytes, Body(media_type="image/jpeg")]) -> bytes:
        """The photo's bytes."""
        return request

    def predict(self, x: bytes) -> dict[str, object]:
        """The classes of one photo."""
        return self._work.answer(x)

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """JSON, as it is."""
        return output


if __name__ == "__main__":
    server = litserve.LitServer(
        Classifier(api_path="/classify"), accelerator="cpu", workers_per_device=2, healthcheck_path="/health"
    )
    server.run(host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), generate_client_file=False, log_level="warning")
