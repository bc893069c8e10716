"""Where the tables and scenarios that ship with the package lie."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_folder() -> Path:
    """Return the folder of the shipped tables.

    Returns
    -------
    pathlib.Path
        ``data`` beside the package in a checkout, else the copy inside the installed package.
    """
    return _shipped("data")


def scenario_folder() -> Path:
    """Return the folder of the shipped scenarios.

    Returns
    -------
    pathlib.Path
        ``scenarios`` beside the package in a checkout, else the copy inside the installed package.
    """
    return _shipped("scenarios")


def _shipped(name: str) -> Path:
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
