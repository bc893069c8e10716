"""From a scenario file to a result."""
