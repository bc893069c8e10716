"""Text tables as spreadsheets write them."""

from pathlib import Path

import pytest

from siting.common.errors import InputError
from siting.common.tables.read import read_cells


@pytest.mark.parametrize("line", ["sep=,\r\n", "\ufeffSEP=;\n", "sep=\t\n"])
def test_a_line_that_only_excel_reads_is_refused_by_what_it_is(tmp_path: Path, line: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(line + "id,people\na,3\n".replace(",", line.strip()[-1:]), "utf-8")
    with pytest.raises(InputError, match="header_row = 2") as caught:
        read_cells(path)
    assert len(caught.value.faults) == 1
