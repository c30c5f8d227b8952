"""Where the app listens, for all who must know."""

PORT = 8080
"""The image's own; above 1023, so that nobody in particular may bind it."""

PORT_NAME = "http"
