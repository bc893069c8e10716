"""The picks over many plausible draws."""
