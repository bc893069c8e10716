"""The versions on which an answer may depend."""

import importlib.metadata
import platform

PACKAGES = ("siting", "highspy", "networkx", "numpy", "osmnx", "pandas", "pulp", "scipy")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute, by name."""
    packages = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **packages}
