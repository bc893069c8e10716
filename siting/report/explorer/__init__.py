"""explorer.html: one page with a map, a slider and tables, which needs no network."""

from siting.report.explorer.page import explorer_page, write_explorer

__all__ = ["explorer_page", "write_explorer"]
