"""A contender: FastAPI under uvicorn, two workers, the work in the thread pool, as its own documentation has it."""

# mypy: disable-error-code="import-not-found"
# FastAPI lives in the bench's own environment, not where types are checked.

import os
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool

from .work import MODEL_VARIABLE, Work


def create() -> FastAPI:
    """The app; each worker process makes its own."""
    work = Work(Path(os.environ[MODEL_VARIABLE]))

    async def classify(request: Request) -> dict[str, Any]:
        answer: dict[str, Any] = await run_in_threadpool(work.answer, await request.body())
        return answer

    async def readyz() -> dict[str, str]:
        return {"status": "ready"}

    app = FastAPI()
    app.add_api_route("/classify", classify, methods=["POST"])
    app.add_api_route("/readyz", readyz)
    return app


if __name__ == "__main__":
    uvicorn.run(
        f"{__spec__.name}:create",
        factory=True,
        port=int(os.environ["BENCH_PORT"]),
        workers=2,
        access_log=False,
        log_level="warning",
    )
