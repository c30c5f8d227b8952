"""New stack files: asked for or given in options, and valid before they are written."""
