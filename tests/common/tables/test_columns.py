"""Faults in a table are all reported at once, each with row, column and value."""

from pathlib import Path

import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.common.tables.columns import read_columns
from siting.inputs.schema import SWEDEN, office_columns

OFFICES = office_columns(SWEDEN)
GOOD = (
    "office_id,municipality_code,office,lon,lat\na,0114,Väsby,17.9,59.5\nb,0180,Kista,17.9,59.4\n"
)


def _write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "offices.csv"
    path.write_bytes(text.encode(encoding))
    return path


def _faults(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_columns(path, OFFICES)
    return [str(fault) for fault in caught.value.faults]


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    table = read_columns(_write(tmp_path, GOOD), OFFICES)
    assert table["municipality_code"].tolist() == ["0114", "0180"]
    assert table["lon"].dtype == float


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path, encoding: str) -> None:
    path = _write(tmp_path, GOOD.replace("\n", "\r\n"), encoding)
    assert read_columns(path, OFFICES)["office"].tolist() == ["Väsby", "Kista"]


def test_xlsx_reads_like_csv(tmp_path: Path) -> None:
    csv = read_columns(_write(tmp_path, GOOD), OFFICES)
    path = tmp_path / "offices.xlsx"
    csv.to_excel(path, index=False)
    pd.testing.assert_frame_equal(read_columns(path, OFFICES), csv)


def test_every_fault_is_named_with_row_column_and_value(tmp_path: Path) -> None:
    text = GOOD + "b,114,,x,159\nc,0180,Ö,,59.1\n"
    faults = _faults(_write(tmp_path, text))
    for part in (
        "row 4, column office = '': must not be empty",
        "row 4, column lon = 'x': not a number",
        "row 4, column lat = 159.0: latitude outside Sweden",
        "row 5, column lon = '': not a number",
        "column office_id = 'b': appears in more than one row",
    ):
        assert any(part in fault for fault in faults), (part, faults)


def test_a_decimal_comma_is_a_fault_and_not_fixed_silently(tmp_path: Path) -> None:
    faults = _faults(_write(tmp_path, GOOD.replace("17.9,59.5", '"17,9",59.5')))
    assert len(faults) == 1
    assert (
        "row 2, column lon = '17,9': not a number: it has a decimal comma. Write 17.9" in faults[0]
    )


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    faults = _faults(_write(tmp_path, "office_id,office\na,b\n"))
    assert [fault.split(": ")[1].split(" = ")[0] for fault in faults] == [
        "column lon",
        "column lat",
    ]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "the file is empty"),
        ("office_id,office\nMalmö,b\n".encode("cp850"), "not UTF-8"),
        (b'a,b\n"c,d\n', "a quotation mark"),
    ],
)
def test_what_is_no_table_is_said_to_be_none(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "offices.csv"
    path.write_bytes(content)
    assert part in _faults(path)[0]


def test_a_missing_file_and_a_broken_workbook_are_faults(tmp_path: Path) -> None:
    assert "no such file" in _faults(tmp_path / "none.csv")[0]
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK no workbook")
    assert "no table" in _faults(broken)[0]


def test_a_flood_of_faults_is_cut_short_but_counted(tmp_path: Path) -> None:
    rows = "".join(f"o{k},0114,x,17.9,north\n" for k in range(100))
    faults = _faults(_write(tmp_path, "office_id,municipality_code,office,lon,lat\n" + rows))
    assert len(faults) == 21
    assert "80 more faults like these" in faults[-1]
