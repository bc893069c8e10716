"""How large a file may be that is read, so that a wrong or hostile one does not fill the memory.

The limits are generous: a file of all of Sweden's addresses, roads or trips is far below them.
"""

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from siting.common.errors import InputError, file_fault

_MIB, _GIB = 1 << 20, 1 << 30
MOST_ROWS = 2_000_000
"""Rows that a table of places may have: many times the inhabited cells of 1 km2 of Sweden."""
MOST_PAIRS = 20_000_000
"""Rows that a table of travel times may have: four times those of the shipped places."""


@dataclass(frozen=True)
class Most:
    """The most that is read of a kind of file.

    Parameters
    ----------
    kind : str
        What such a file is called.
    size : int
        Bytes on disk.
    remedy : str
        What to do with a larger one.
    """

    kind: str
    size: int
    remedy: str


SCENARIO = Most("a TOML file", _MIB, "Check that it is the file that you mean.")
TEXT = Most("a CSV or text file", 4 * _GIB, "Leave out what is not needed, or save it as Parquet.")
WORKBOOK = Most("a workbook", 256 * _MIB, "Save the sheet as CSV or Parquet.")
PARQUET = Most("a Parquet file", 4 * _GIB, "Leave out rows and columns that are not needed.")
GEOGRAPHIC = Most("a file of a GIS", _GIB, "Leave out what is not needed, or save it as Parquet.")
GRAPHML = Most("a GraphML file", 4 * _GIB, "Build the network as .parquet instead.")
EXTRACT = Most("an extract of OpenStreetMap", 64 * _GIB, "Use an extract of a smaller area.")
OUTLINE = Most("an outline", 256 * _MIB, "Simplify the outline.")
MANIFEST = Most("a manifest", 64 * _MIB, "Name a folder that siting has written.")
CERTIFICATE = Most("a certificate", _GIB, "Check that it is the file that you mean.")

UNPACKED_CERTIFICATE = 4 * _GIB
"""Bytes of a certificate, unpacked."""
UNPACKED_WORKBOOK = 2 * _GIB
"""Bytes of all parts of a workbook together; it is a ZIP archive."""
UNPACKED_PARQUET = 32 * _GIB
"""Bytes of all columns of a Parquet file together."""
CELLS = 2_000_000_000
"""Values of all columns of a Parquet file together."""
DOWNLOAD = 2 * _GIB
"""Bytes of one answer of a server."""
DOWNLOAD_S = 3600.0
"""Seconds that one answer of a server may take, however steadily it comes."""


def refuse_large(path: Path, most: Most) -> None:
    """Raise an error for a file that is larger than its kind may be; a missing one passes."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        remedy = "Save what it gives as a file, and name that."
        raise InputError([file_fault(path, "is a device or a pipe and no file", remedy)])
    if found.st_size > most.size:
        raise _too_large(path, f"it has {found.st_size:,} bytes", most, f"{most.size:,} bytes")


def refuse_large_workbook(path: Path) -> None:
    """Raise an error for a workbook that is too large, packed or unpacked, or has entities."""
    refuse_large(path, WORKBOOK)
    with zipfile.ZipFile(path) as archive:
        # An entry is never unpacked beyond the size that the archive states for it.
        size = sum(entry.file_size for entry in archive.infolist())
        if size > UNPACKED_WORKBOOK:
            limit = f"{UNPACKED_WORKBOOK:,} bytes unpacked"
            raise _too_large(path, f"unpacked it has {size:,} bytes", WORKBOOK, limit)
        for entry in archive.infolist():
            if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                with archive.open(entry) as part:
                    refuse_entities(part)


def refuse_large_parquet(path: Path) -> None:
    """Raise an error for a Parquet file that is too large, packed or unpacked."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to load, and only tables need it

    refuse_large(path, PARQUET)
    with pq.ParquetFile(path) as file:
        parts = map(file.metadata.row_group, range(file.metadata.num_row_groups))
        columns = [part.column(place) for part in parts for place in range(part.num_columns)]
    size = sum(column.total_uncompressed_size for column in columns)
    cells = sum(column.num_values for column in columns)
    if size > UNPACKED_PARQUET:
        limit = f"{UNPACKED_PARQUET:,} bytes unpacked"
        raise _too_large(path, f"unpacked it has {size:,} bytes", PARQUET, limit)
    if cells > CELLS:
        raise _too_large(path, f"it has {cells:,} values", PARQUET, f"{CELLS:,} values")


def _too_large(path: Path, found: str, most: Most, limit: str) -> InputError:
    problem = f"{found}, and {most.kind} may have at most {limit}"
    return InputError([file_fault(path, problem, most.remedy)])


def refuse_entities(stream: IO[bytes]) -> None:
    """Raise a ValueError for XML that declares entities, which can grow without bound.

    They are declared before the first element. What is no XML passes: whoever reads it says so.
    """
    from defusedxml import EntitiesForbidden  # noqa: PLC0415 - only workbooks and GraphML need it
    from defusedxml.ElementTree import ParseError, iterparse  # noqa: PLC0415 - the same

    try:
        next(iterparse(stream, events=("start",)), None)
    except EntitiesForbidden as error:
        raise ValueError("XML entities are refused") from error
    except (ParseError, LookupError):  # an encoding that nobody knows
        return
