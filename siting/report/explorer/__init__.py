"""A page to explore a run with: what it shows, and its script and style."""
