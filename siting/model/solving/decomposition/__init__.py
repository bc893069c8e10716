"""Benders decomposition: options in a master problem, the costs of services as cuts."""
