"""The guard rails: pure functions over resources, the same in previews, in unit tests and in the engine."""
