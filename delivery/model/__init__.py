"""The model repository: publishing, listing, pulling, promoting and rolling back model versions."""
