"""Effects of a change, in the order of their risk, for the person who must approve it."""
