"""What a change does, in the order of its risk, for the person who must approve it."""
