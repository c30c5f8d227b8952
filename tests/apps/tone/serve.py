"""Serve the app with gunicorn: a worker for each processor, no file written."""

import os
import sys

host, port = os.environ.get("TONE_HOST", "0.0.0.0"), os.environ.get("PORT", "5000")
options = ["--bind", f"{host}:{port}", "--workers", os.environ.get("WORKERS", "1"), "--worker-tmp-dir", "/dev/shm"]
os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *options, "tone:app"])
