"""The serving side of Slipway: what is packed into the container."""
