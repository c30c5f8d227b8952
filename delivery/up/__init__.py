"""Bring an environment up on the simulated Azure, with a real Pulumi engine and the stack files as they are."""
