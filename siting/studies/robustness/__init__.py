"""The picks over many plausible worlds."""
