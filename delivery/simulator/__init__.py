"""Azure, Azure DevOps and Kubernetes as plugins of a real Pulumi engine, with a simulated cloud in a file.

An `up` on it proves the order of operations, replacements, unknown values and secrets. It does not prove that Azure
accepts the resources (quotas, policies, names that are taken), nor how long Azure takes.
"""
