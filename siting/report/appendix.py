"""Every table of a result in full, for the workbook."""

from collections.abc import Iterator

from siting.report import basis
from siting.report.blocks import Grid
from siting.report.grids import access, columns, in_words, phases, records
from siting.report.result import RunResult
from siting.report.wording import texts


def appendix(
    result: RunResult, entries: list[dict[str, str]], language: str
) -> Iterator[tuple[str, Grid]]:
    """Every table of a result in full, with the titles of their sheets.

    Parameters
    ----------
    result, entries, language : RunResult, list of dict of str to str, str
        The run; from `siting.inputs.assumptions.read_assumptions`; "sv" or "en".

    Yields
    ------
    tuple of (str, Grid)
        In the order of the sheets; a table of regions that has no rows is left out.
    """
    sheets = texts(language)["workbook"]
    for name in ("sites", "access", "counties", "fa_regions", "municipalities", "offices"):
        table = result.tables[name]
        if name == "access":
            yield texts(language)["scopes"][result.scope]["sheet"], access(result, language)
            continue
        if table.empty and name in {"counties", "fa_regions"}:
            continue
        rows = [in_words(row, language) for row in records(table)]
        yield (
            sheets[name],
            Grid(name, sheets[name], columns([str(key) for key in table], language), rows),
        )
    if result.manifest["phases"]:
        yield sheets["phases"], phases(result, language)
    yield sheets["limits"], basis.limits(result, language)
    yield sheets["assumptions"], basis.assumptions(result, entries, language)
    yield sheets["inputs"], basis.inputs(result, language)
