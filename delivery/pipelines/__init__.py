"""What the Azure Pipelines YAML has to know of the stack files."""
