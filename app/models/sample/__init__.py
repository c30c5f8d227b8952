"""Sample models: real classifiers built from the weights that packages ship."""
