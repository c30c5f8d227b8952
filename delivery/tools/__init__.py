"""Programs of others that the pipelines run: pinned, verified by checksum, kept."""
