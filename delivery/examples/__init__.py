"""Examples of a model: requests and what must come back, in files that travel with the model version."""
