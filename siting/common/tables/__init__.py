"""Read tables of any origin, and say all at once what is wrong with them."""
