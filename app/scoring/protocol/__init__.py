"""The Open Inference Protocol v2, as KServe, Triton and MLServer speak it: what is fixed about its names."""

PICTURES = "picture"
"""Name of the input that takes pictures as they are."""
DATATYPES = {"uint8": "UINT8", "float32": "FP32"}
"""The protocol's name for each dtype of a manifest."""
