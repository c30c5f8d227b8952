"""The kinds of job that a worker does: pure functions of a pipeline, the job and its bytes."""
