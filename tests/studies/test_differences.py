"""Tables are compared cell by cell, rows by what names them."""

import pandas as pd

from siting.studies.rerun import differences

SITES = pd.DataFrame(
    {"rank": ["1", "2"], "code": ["0114", "0115"], "name": ["Väsby", ""], "minutes": ["1.5", "2"]}
)


def _rows(old: pd.DataFrame, new: pd.DataFrame) -> list[list[str]]:
    return differences({"sites.csv": old}, {"sites.csv": new}).cells.to_numpy().tolist()


def test_equal_tables_have_no_differences() -> None:
    found = differences({"sites.csv": SITES, "old.csv": SITES}, {"sites.csv": SITES.copy()})
    assert found.cells.empty
    assert (found.tables, found.figures) == (1, 6)


def test_the_order_of_rows_is_none() -> None:
    assert _rows(SITES, SITES.iloc[::-1].reset_index(drop=True)) == []


def test_the_least_change_of_a_cell_is_one() -> None:
    changed = SITES.assign(minutes=["1.5", "2.0"])
    assert _rows(SITES, changed) == [["sites.csv", "0115", "minutes", "2", "2.0"]]


def test_a_row_more_shifts_no_other() -> None:
    more = pd.DataFrame({"rank": ["3"], "code": ["0001"], "name": ["A"], "minutes": ["9"]})
    found = _rows(SITES, pd.concat([more, SITES], ignore_index=True))
    assert {row[1] for row in found} == {"0001"}
    assert [row[2:] for row in found] == [
        ["rank", "", "3"],
        ["code", "", "0001"],
        ["name", "", "A"],
        ["minutes", "", "9"],
    ]


def test_a_column_more_is_one() -> None:
    found = _rows(SITES, SITES.assign(new=["x", "y"]))
    assert [row[1:] for row in found] == [["0114", "new", "", "x"], ["0115", "new", "", "y"]]


def test_steps_of_a_frontier_name_rows_together_with_codes() -> None:
    steps = pd.concat([SITES.assign(step="1"), SITES.assign(step="2")], ignore_index=True)
    changed = steps.assign(minutes=["1.5", "2", "1.5", "3"])
    assert _rows(steps, changed) == [["sites.csv", "2 0115", "minutes", "2", "3"]]


def test_the_step_alone_names_the_rows_of_a_frontier() -> None:
    steps = pd.DataFrame({"step": ["0", "1", "2"], "mean": ["20", "15", "12"]})
    changed = steps.iloc[1:].assign(mean=["15", "11"]).reset_index(drop=True)
    assert _rows(steps, changed)[0] == ["sites.csv", "0", "step", "0", ""]
    assert _rows(steps, changed)[2] == ["sites.csv", "2", "mean", "12", "11"]


def test_the_differences_of_all_tables_are_numbered_on() -> None:
    old, new = {"a.csv": SITES, "b.csv": SITES}, SITES.assign(name=["Väsby", "Ort"])
    cells = differences(old, {"b.csv": new, "a.csv": new}).cells
    assert cells["file"].to_dict() == {0: "a.csv", 1: "b.csv"}


def test_rows_without_a_name_are_counted_as_an_editor_does() -> None:
    old, new = pd.DataFrame({"x": ["a", "a"]}), pd.DataFrame({"x": ["a", "b"]})
    assert _rows(old, new) == [["sites.csv", "3", "x", "a", "b"]]


def test_empty_tables() -> None:
    assert _rows(SITES.head(0), SITES.head(0)) == []
    assert len(_rows(SITES.head(0), SITES)) == 7
