"""Azure, Azure DevOps and Kubernetes as Pulumi provider plugins that keep a made-up cloud in a file.

What it proves: the program runs on the real engine, in the right order, with the right replacements, unknowns and
secrets. What it does not: that Azure accepts it (quotas, policies, names taken), nor how long Azure takes.
"""
