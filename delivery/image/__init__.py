"""The serving image: what goes into it, how it is built, and how it runs."""
