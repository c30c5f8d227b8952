"""A Flask app that serves one pretrained ONNX image classifier, as its manifest describes it."""
