"""Everything that must exist in a subscription before the first `pulumi up`, from the stack files."""
