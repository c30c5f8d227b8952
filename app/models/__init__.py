"""Making, describing and checking models of pictures, on their author's machine. Serving imports nothing of it."""
