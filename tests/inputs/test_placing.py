"""A table of offices that names municipality and locality, and gives no positions."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.inputs.read import UserFiles
from siting.inputs.schema import read_table
from siting.pipeline.prepare import check, prepare
from siting.scenario.file import find_scenario, read_scenario
from tests.support.cli import Call

type Read = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="module")
def places(data: Path) -> pd.DataFrame:
    """Localities by name and municipality, with their positions."""
    return read_table("localities", data).set_index(["municipality_code", "name"])


@pytest.fixture
def read(tmp_path: Path, data: Path) -> Read:
    """Read rows below a header as a table of offices; what is told of them is in `attrs`."""
    municipalities = read_table("municipalities", data)

    def offices(text: str, ending: str = "csv") -> pd.DataFrame:
        own = UserFiles(
            municipalities,
            "data/municipalities.csv",
            outside_sweden=False,
            localities=lambda: read_table("localities", data),
        )
        path = tmp_path / f"offices.{ending}"
        path.write_text(text, encoding="utf-8")
        table = own.offices(path)
        table.attrs["told"] = own.placed
        return table

    return offices


HEADS = {
    "sv": "Kontor,Kommun,Ort",
    "en": "Office,Municipality,Locality",
    "place": "OFFICE,municipality,Place",
    "capitals": "KONTOR,KOMMUN,ORT",
    "code": "Servicekontor,Kommunkod,Tätort",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_rows_are_placed_by_locality_or_else_by_the_seat(
    read: Read, places: pd.DataFrame, head: str
) -> None:
    table = read(f"{head}\nA,Storuman,Tärnaby\nB,storuman,\nC,2421,TÄRNABY\nD,,Hemavan/Bierke\n")
    spots = places.loc[[("2421", "Tärnaby"), ("2421", "Storuman"), ("2421", "Hemavan/Bierke")]]
    lon, lat = spots["lon"].tolist(), spots["lat"].tolist()
    assert table["lon"].tolist() == [lon[0], lon[1], lon[0], lon[2]]
    assert table["lat"].tolist() == [lat[0], lat[1], lat[0], lat[2]]
    assert table["office_id"].tolist() == ["2421-1", "2421-2", "2421-3", "2421-4"]
    assert {*table["municipality_code"]} == {"2421"}
    assert table.attrs["told"] == [
        "row 2: A lies at Tärnaby (Storuman)",
        "row 3: B lies at Storuman (Storuman)",
        "row 4: C lies at Tärnaby (Storuman)",
        "row 5: D lies at Hemavan/Bierke (Storuman)",
    ]


def test_every_municipality_has_a_place_by_its_name_and_by_its_code(read: Read, data: Path) -> None:
    known = read_table("municipalities", data)
    by_name = read("Kontor,Kommun\n" + "".join(f"x,{name}\n" for name in known["name"]))
    by_code = read("Kontor,Kommun\n" + "".join(f"x,{code}\n" for code in known["code"]))
    for table in (by_name, by_code):
        assert table["municipality_code"].tolist() == known["code"].tolist()
        # The seat itself, or the locality that stands for it.
        assert (table["lon"] - known["seat_lon"]).abs().max() < 0.1
        assert (table["lat"] - known["seat_lat"]).abs().max() < 0.05
    assert by_name[["lon", "lat"]].equals(by_code[["lon", "lat"]])


def test_localities_are_found_in_their_municipality(
    read: Read, places: pd.DataFrame, data: Path
) -> None:
    names, some = read_table("municipalities", data).set_index("code")["name"], places[::12]
    rows = [f'x,{names[code]},"{name}"' for code, name in some.index]
    table = read("\n".join(["Kontor,Kommun,Ort", *rows]))
    assert table["lon"].tolist() == some["lon"].tolist()
    assert table["office_id"].is_unique


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ("x,Åre,Åre", "Åre (Åre)"),
        ("x,Åre,", "Järpen (Åre)"),
        ("x,,Åre", "Åre (Åre)"),
        ("x,Järfälla,Järfälla", "Jakobsberg (Järfälla)"),
        ("x,Nacka,Kil", "Kil (Nacka)"),
        ("x,,Kil (Nacka)", "Kil (Nacka)"),
        ("x,,0182TB104", "Kil (Nacka)"),
        ("x,  nacka , KIL ", "Kil (Nacka)"),
        ("x,Nacka,", "Nacka (Nacka)"),
        ("x,Öckerö,Öckerö", "Öckerö (Öckerö)"),
        ("x,O\u0308ckero\u0308,", "Öckerö (Öckerö)"),
    ],
)
def test_the_locality_is_meant_where_it_has_the_name_and_else_the_seat(
    read: Read, row: str, where: str
) -> None:
    told = read(f"Kontor,Kommun,Ort\n{row}\n").attrs["told"]
    assert told == [f"row 2: x lies at {where}"]


def test_what_is_wrong_is_told_of_every_row_at_once(read: Read) -> None:
    rows = {
        "A,Storumann,": ("row 2, column Kommun", "Storumann", "none of that name", "Storuman?"),
        "B,,Kil": ("row 3, column Ort", "Kil", "more than one", '"Kil (Nacka)" or "0182TB104"'),
        "C,Nacka,Tärnaby": ("row 4, column Ort", "Tärnaby", "another", "Tärnaby (Storuman)"),
        "D,,": ("row 5, column Kommun", "", "neither", "Write the municipality."),
        "E,180,": ("row 6, column Kommun", "180", "none of that name", "Write 0180"),
        "F,Kiruna,Tärnabi": ("row 7, column Ort", "Tärnabi", "none of that", "Leave it empty"),
        "G,Storuman,Ternaby": ("row 8, column Ort", "Ternaby", "none of that", "mean Tärnaby"),
    }
    with pytest.raises(InputError) as caught:
        read("\n".join(["Kontor,Kommun,Ort", *rows, "Y,Kiruna,"]))
    faults = caught.value.faults
    assert len(faults) == len(rows)
    for fault, (key, value, problem, remedy) in zip(faults, rows.values(), strict=True):
        assert fault.file.endswith("offices.csv")
        assert (fault.key, fault.value) == (key, value)
        assert problem in fault.problem
        assert remedy in fault.remedy


def test_a_remedy_that_is_followed_helps(read: Read) -> None:
    assert len(read("Kontor,Kommun,Ort\nB,,Kil (Nacka)\nC,,Tärnaby\nF,Kiruna,\n")) == 3
    text = "Kontor,Kommun,Ort,lon,lat\nF,Kiruna,Tärnabi,20.5,67.9\nB,Kiruna,,,\n"
    table = read(text)
    assert table["lon"][0] == 20.5
    assert table["municipality_code"].tolist() == ["2584", "2584"]
    assert table.attrs["told"] == [
        "row 2: F lies at its lon and lat",
        "row 3: B lies at Kiruna (Kiruna)",
    ]


@pytest.mark.parametrize("row", ["A,Kiruna,,20.5,", "A,Kiruna,,,67.9"])
def test_half_a_position_is_refused(read: Read, row: str) -> None:
    with pytest.raises(InputError, match=r"row 2, columns lon, lat.*Write both, or none"):
        read(f"Kontor,Kommun,Ort,lon,lat\n{row}\n")


def test_a_position_outside_sweden_is_refused(read: Read) -> None:
    with pytest.raises(InputError, match=r"row 2, column lon = 2\.05"):
        read("Kontor,Kommun,lon,lat\nA,Kiruna,2.05,67.9\n")


def test_ids_of_ones_own_and_evidence_are_kept(read: Read) -> None:
    table = read("office_id,Kontor,Kommun,evidence\no7,A,Kiruna,assumed\no8,B,Kiruna,documented\n")
    assert table["office_id"].tolist() == ["o7", "o8"]
    assert table["evidence"].tolist() == ["assumed", "documented"]
    table = read("Kontor,Kommun,evidence\nA,Kiruna,\nB,Kiruna,deduced\n")
    assert table["evidence"].fillna("").tolist() == ["", "deduced"]
    with pytest.raises(InputError, match="row 2, column evidence = 'sure'"):
        read("Kontor,Kommun,evidence\nA,Kiruna,sure\n")
    with pytest.raises(InputError, match="appears in more than one row"):
        read("office_id,Kontor,Kommun\no7,A,Kiruna\no7,B,Kiruna\n")


def test_a_table_without_the_name_of_the_office_says_which_column_it_lacks(read: Read) -> None:
    with pytest.raises(InputError, match="column office = None: the column is missing"):
        read("Kommun,Ort\nKiruna,\n")


def test_names_that_nothing_is_placed_by_leave_the_columns_of_before(read: Read) -> None:
    with pytest.raises(InputError, match="column lon = None: the column is missing"):
        read("office_id,office\na,b\n")
    given = "office_id,office,municipality_code,lon,lat\na,b,0180,18.06,59.33\n"
    assert read(given).attrs["told"] == []
    with pytest.raises(InputError, match="column lon = ''"):
        read(given.replace("18.06", ""))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A scenario that names a table of offices without positions."""
    path = Path(shutil.copy(find_scenario("announced_only"), tmp_path / "mine.toml"))
    text = path.read_text(encoding="utf-8")
    named = text.replace("[offices]\n", '[offices]\nexisting = "kontor.csv"\n')
    path.write_text(named, encoding="utf-8")
    rows = "Kontor,Kommun,Ort\nUmeå kontor,Umeå,\nTärnaby,Storuman,Tärnaby\nÅre,Åre,Åre\n"
    path.with_name("kontor.csv").write_text(rows, encoding="utf-8")
    return path


def test_check_shows_which_row_lies_where(call: Call, mine: Path) -> None:
    done = call("check", str(mine))
    assert done.returncode == 0
    shown = [line.strip() for line in done.stdout.splitlines()]
    assert shown[1:] == [
        "row 2: Umeå kontor lies at Umeå (Umeå)",
        "row 3: Tärnaby lies at Tärnaby (Storuman)",
        "row 4: Åre lies at Åre (Åre)",
    ]
    rows = "Kontor,Kommun,Ort\nA,Umeo,\nB,,Kil\n"
    mine.with_name("kontor.csv").write_text(rows, encoding="utf-8")
    done = call("check", str(mine))
    assert done.returncode == 2
    assert "2 faults" in done.stderr


@pytest.mark.parametrize(("first", "told"), [("", {}), ("assumed", {"assumed": 1})])
def test_an_evidence_that_is_empty_counts_as_none(
    call: Call, mine: Path, tmp_path: Path, first: str, told: dict[str, int]
) -> None:
    rows = f"Kontor,Kommun,evidence\nA,Umeå,{first}\nB,Storuman,\n"
    mine.with_name("kontor.csv").write_text(rows, encoding="utf-8")
    only = ['area.counties=["24"]', "offices.open=[]", "limits.fa_region_guarantee=false"]
    sets = [word for key in only for word in ("--set", key)]
    done = call("run", str(mine), "--no-brief", *sets)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "results/mine/manifest.json").read_text(encoding="utf-8"))
    assert manifest["evidence"] == told


def test_names_in_the_scenario_mean_offices_that_are_placed(mine: Path) -> None:
    file = read_scenario(mine, ['offices.shut=["Tärnaby"]', 'closing.keep=["Umeå", "2321-1"]'])
    assert len(check(file)) == 3
    sites = prepare(file, progress=lambda _: None).sites
    offices = sites[sites["existing"]].set_index("code")
    assert offices["place"].to_dict() == {
        "2480-1": "Umeå kontor",
        "2421-1": "Tärnaby",
        "2321-1": "Åre",
    }
    assert offices["allowed"].to_dict() == {"2480-1": True, "2421-1": False, "2321-1": True}
