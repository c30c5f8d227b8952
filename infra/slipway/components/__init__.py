"""The parts of an environment, one noun a file. Components never import each other."""
