"""What is missing on this machine, in this Azure and in this Azure DevOps, each with the command that mends it."""
