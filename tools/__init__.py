"""What only `make` calls: it makes, checks and measures what is committed."""
