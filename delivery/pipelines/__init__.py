"""Facts of the stack files that the Azure Pipelines YAML needs."""
