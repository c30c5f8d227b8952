"""A container registry over its own protocol (OCI Distribution 1.1): what it holds, and adding what it lacks."""
