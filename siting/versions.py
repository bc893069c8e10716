"""The versions on which an answer may depend."""

import importlib.metadata

PACKAGES = ("siting", "highspy", "networkx", "numpy", "osmnx", "pandas", "pulp", "scipy")


def versions() -> dict[str, str]:
    """Versions of the packages that compute, by name."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}
