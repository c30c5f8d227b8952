"""Following a Git server whose YAML Azure Pipelines does not read."""
