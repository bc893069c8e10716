"""Read, check and select the tables in data/, and make them from the raw ones."""
