"""Checks of this machine, this Azure and this Azure DevOps; each missing thing has the command that mends it."""
