"""The whole way in miniature: from a published model to a classified picture."""
