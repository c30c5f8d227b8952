"""What pipelines and people run: `python -m delivery`."""
