"""A throw-away workspace for the program, its stacks, and what the engine did to each resource."""
