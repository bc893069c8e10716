"""Benders decomposition: options in a master problem, the costs of services as cuts."""

from siting.model.solving.decomposition.solve import solve_decomposed

__all__ = ["solve_decomposed"]
