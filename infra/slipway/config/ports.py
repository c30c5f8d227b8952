"""Ports of the app's container. A test holds them to the app's own defaults, so that an image alone listens there too.

Not configurable: a caller sees the port of the Service (`workload.service.port`), and nobody else sees a container's.
"""

PORT = 8080
"""The public port; above 1023, so that the container needs no privilege to bind it."""

PORT_NAME = "http"

MANAGEMENT_PORT = 8081
"""The port of probes and metrics. No Service leads to it."""

MANAGEMENT_PORT_NAME = "management"
