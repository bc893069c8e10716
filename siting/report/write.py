"""Write the briefing of a run into its folder: `siting brief`."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from siting.common.errors import Fault, refuse_all
from siting.common.files import telling, write_file
from siting.common.package import data_folder
from siting.report.briefing import read_background, scenario_key, write_up
from siting.report.formats.docx import as_docx
from siting.report.formats.gpkg import refuse_user_demand, write_geopackage
from siting.report.formats.html import as_html
from siting.report.formats.pdf import as_pdf
from siting.report.formats.xlsx import as_xlsx
from siting.report.maps.draw import draw_maps
from siting.report.words import LANGUAGES
from siting.results.result import Result

_RENDERERS = {"html": as_html, "docx": as_docx, "xlsx": as_xlsx, "pdf": as_pdf}
_GEOPACKAGE = "gpkg"
FORMATS = (*_RENDERERS, _GEOPACKAGE)


def write_briefing(  # noqa: PLR0913 - what it is made of, and the two choices
    result: Result,
    folder: Path | str,
    data: Path | str | None = None,
    *,
    formats: Sequence[str] = ("html",),
    languages: Sequence[str] = LANGUAGES,
    trust: Mapping[str, Iterable[str]] | None = None,
) -> list[Path]:
    """Write maps, and the briefing in every format and language asked for.

    Parameters
    ----------
    result : Result
        The run.
    folder : Path or str
        Where to write them; it is there already, as a rule that of the result.
    data : Path or str, optional
        The data folder; the one that ships if not given.
    formats : sequence of str
        Of html, docx, xlsx, pdf and gpkg.
    languages : sequence of str
        Of sv and en.
    trust : mapping of str to iterable of str, optional
        By language, what the studies beside the result say of it:
        `siting.studies.companions.trust_by_language` finds it.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    InputError
        If there is no such format or language, or the folder cannot be written.
    """
    folder, data = Path(folder), data_folder(data)
    _check(formats, languages)
    if _GEOPACKAGE in formats:
        refuse_user_demand(result)
    background = read_background(data)
    written = []
    for language in languages:
        document = write_up(result, background, language, (trust or {}).get(language, ()))
        maps = {} if result.outside_sweden else draw_maps(result, language, scenario_key(result))
        written += _write_maps(maps, folder, language)
        pictures = {name: drawn["png"] for name, drawn in maps.items()}
        for kind, render in _RENDERERS.items():
            if kind in formats:
                path = folder / f"briefing.{language}.{kind}"
                written.append(write_file(path, render(document, pictures)))
    if _GEOPACKAGE in formats:
        written.append(write_geopackage(result, folder, data))
    return written


def _check(formats: Sequence[str], languages: Sequence[str]) -> None:
    asked = {"--format": (formats, FORMATS), "--lang": (languages, LANGUAGES)}
    faults = [
        Fault("command line", option, name, "no such choice", f"Known: {', '.join(known)}.")
        for option, (names, known) in asked.items()
        for name in names
        if name not in known
    ]
    refuse_all(faults)


def _write_maps(maps: Mapping[str, Mapping[str, bytes]], folder: Path, language: str) -> list[Path]:
    if not maps:
        return []
    with telling(folder / "maps"):
        (folder / "maps").mkdir(exist_ok=True)
    return [
        write_file(folder / "maps" / f"{name}.{language}.{kind}", content)
        for name, drawn in maps.items()
        for kind, content in drawn.items()
    ]
