"""What every test may count on, whoever runs it, and what none may do to their machine."""

import os
import signal

from hypothesis import HealthCheck, settings

# Read when onnxruntime is first imported; it would otherwise leave an id in the home folder and start a thread.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Shells start background jobs deaf to these, and children inherit it: a test that interrupts would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

# A busy machine takes seconds for an example: no test of properties judges time.
settings.register_profile("slipway", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("slipway")
