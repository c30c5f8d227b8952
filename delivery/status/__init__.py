"""Status of an environment: code, model, since when, by whom, and health, from every place that may be read."""
