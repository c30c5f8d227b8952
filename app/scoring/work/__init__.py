"""The kinds of job that a scorer does: pure functions of a bench, the job and its bytes."""
