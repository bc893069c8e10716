"""One rule of names: a municipality's is all of it where many are meant, its seat where one is."""

import dataclasses
import unicodedata

import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.inputs.names import OFFICE_NAMES, Finder, Wanted, fold
from siting.inputs.select import Inputs
from siting.pipeline.check import checked_inputs
from siting.pipeline.prepare import check, prepare
from siting.pipeline.run import run
from siting.scenario.file import ScenarioFile, find_scenario, read_scenario

MUNICIPALITIES = pd.DataFrame(
    {
        "code": ["01", "02", "03"],
        "name": ["Kil", "Åre", "Lund"],
        "county": ["Norr", "Norr", "Söder"],
        "seat_lat": [60.0, 61.0, 62.0],
        "seat_lon": [15.0, 15.0, 15.0],
    }
)
PLACES = pd.DataFrame(
    {
        "locality_code": ["a1", "a2", "b1", "b2", "c1"],
        "locality": ["Kil", "Fagerås", "Åre", "Järpen", "Kil"],
        "municipality_code": ["01", "01", "02", "02", "03"],
        "lat": [60.0, 60.1, 61.1, 61.0, 62.0],
        "lon": 15.0,
    }
)
SMALL = PLACES.head(1).assign(locality_code="a9", locality="Högboda", lat=60.3)
AWAY = PLACES.head(1).assign(locality_code="d1", locality="Fjärran", municipality_code="03")


def finder() -> Finder:
    everywhere = pd.concat([PLACES, SMALL, AWAY], ignore_index=True)
    within = pd.Series(["01", "02"])
    return Finder("file", MUNICIPALITIES, within, everywhere, "regions.csv")


def found(name: str, wanted: Wanted, table: pd.DataFrame = PLACES) -> tuple[str, ...]:
    asked = finder()
    codes = asked.places([name], "key", table, wanted)
    assert asked.faults == []
    return codes


def fault(name: str, wanted: Wanted, table: pd.DataFrame = PLACES) -> str:
    asked = finder()
    assert asked.places([name], "key", table, wanted) == ()
    (only,) = asked.faults
    assert (only.file, only.key, only.value) == ("file", "key", name)
    return f"{only.problem}. {only.remedy}"


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Kil", ("a1", "a2")),
        ("KIL", ("a1", "a2")),
        ("01", ("a1", "a2")),
        ("Kil (Kil)", ("a1",)),
        ("kil (KIL)", ("a1",)),
        ("Kil (Lund)", ("c1",)),
        ("Fagerås", ("a2",)),
        ("b1", ("b1",)),
        ("B1", ("b1",)),
        ("Åre", ("b1", "b2")),
        (unicodedata.normalize("NFD", "åre"), ("b1", "b2")),
        (" Åre\u00a0", ("b1", "b2")),
        ("Åre\u00a0(åre)", ("b1",)),
        ("Lund", ("c1",)),
    ],
)
def test_a_municipality_is_all_of_it(name: str, codes: tuple[str, ...]) -> None:
    assert found(name, "all") == codes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Lund", "c1"),
        ("03", "c1"),
        ("02", "b2"),
        ("Fagerås", "a2"),
        ("järpen", "b2"),
        ("Kil (Kil)", "a1"),
        ("a2", "a2"),
        ("A2", "a2"),
    ],
)
def test_one_place_is_itself_or_a_seat(name: str, code: str) -> None:
    assert found(name, "place") == (code,)


def test_more_than_one_place_is_an_error_with_the_matches() -> None:
    for name, matches in {"Kil": ("a1", "c1"), "Åre": ("b1", "b2")}.items():
        told = fault(name, "place")
        assert "more than one" in told
        assert all(f'"{code}"' in told for code in matches)
    assert '"Åre (Åre)" or "b1"' in fault("Åre", "place")
    # Each way out that is offered leads out.
    for way in ("Kil (Kil)", "Kil (Lund)", "Åre (Åre)", "Järpen (Åre)", "a1", "c1", "b1", "b2"):
        assert len(found(way, "place")) == 1
    double = PLACES.assign(locality=["Mo", "By", "Mo", "By", "By"])
    assert "more than one" in fault("Mo", "all", double)
    assert "more than one" in fault("By", "place", double)


OFFICES = pd.DataFrame(
    {
        "office_id": ["o1", "o2", "o3", "o4"],
        "office": ["Kil", "Hisingen", "Angered", "Mörsil"],
        "municipality_code": ["01", "03", "03", "02"],
        "lat": [60.0, 62.0, 62.1, 61.3],
        "lon": 15.0,
    }
).rename(columns=OFFICE_NAMES)


def test_an_office_is_known_by_id_by_name_or_as_the_only_one_there() -> None:
    for name, code in {"o1": "o1", "O4": "o4", "kil": "o1", "Hisingen (Lund)": "o2"}.items():
        assert found(name, "office", OFFICES) == (code,)
    assert found("Åre", "office", OFFICES) == ("o4",)
    told = fault("Lund", "office", OFFICES)
    assert '"Hisingen (Lund)" or "o2", or "Angered (Lund)" or "o3"' in told
    assert "Did you mean Angered?" in fault("Angerd", "office", OFFICES)
    assert "none of that name" in fault("Fagerås", "office", OFFICES)


def test_what_exists_but_is_no_candidate_is_said_to() -> None:
    for wanted in ("all", "place"):
        assert "too small" in fault("Högboda", wanted)
        assert "candidates.include" in fault("a9", wanted)
        assert "outside the area" in fault("Fjärran", wanted)
        assert "outside the area" in fault("d1", wanted)
        assert "outside the area" in fault("Lund", wanted, PLACES.head(4))
        assert "Did you mean Fagerås?" in fault("Fageras", wanted)
        assert "Write 01: codes are written with their zeros" in fault("1", wanted)
        assert "none of that name" in fault("Xyzzy", wanted)


def test_how_many_candidates_a_name_means_is_told() -> None:
    asked = finder()
    asked.places(["Kil", "Fagerås"], "candidates.exclude", PLACES, "all")
    counting = dataclasses.replace(asked, candidates=PLACES)
    assert list(counting.regions(["norr"], "area.counties", ["county"])["code"]) == ["01", "02"]
    assert asked.meanings == [
        'candidates.exclude: "Kil" means 2 of the candidates',
        'candidates.exclude: "Fagerås" means 1 of the candidates',
        'area.counties: "norr" means 4 of the candidates',
    ]


def test_names_are_alike_in_all_ways_to_write_them() -> None:
    ways = ["Åsele", "ÅSELE", "åsele", " Åsele ", "A\u030asele", "Åsele\u00a0", "\tÅsele"]
    assert len(set(map(fold, ways))) == 1
    assert fold("Dals  Långed") == fold("dals långed")
    assert fold("Åsele") != fold("Asele")


def file(*changes: str) -> ScenarioFile:
    return read_scenario(find_scenario("remaining_offices"), list(changes))


def inputs(*changes: str) -> Inputs:
    return checked_inputs(file(*changes), data_folder())


def excluded(*changes: str) -> set[str]:
    table = inputs(*changes).candidates
    return set(table.loc[table["excluded"], "locality"])


def test_excluding_a_municipality_bars_all_of_it() -> None:
    everything = excluded('candidates.exclude=["Gislaved"]')
    assert everything > {"Gislaved", "Smålandsstenar", "Anderstorp"}
    for name in ("0662", "gislaved", "GISLAVED", "Gislaved "):
        assert excluded(f'candidates.exclude=["{name}"]') == everything
    for name in ("Gislaved (Gislaved)", "gislaved (gislaved)"):
        assert excluded(f'candidates.exclude=["{name}"]') == {"Gislaved"}
    assert check(file('candidates.exclude=["Gislaved"]')) == (
        f'candidates.exclude: "Gislaved" means {len(everything)} of the candidates',
    )


def test_no_office_opens_in_a_municipality_that_is_excluded() -> None:
    small = ['area.counties=["Jönköpings län"]', "offices.open=[]", "limits.new_offices_max=2"]
    usual = [*small, "limits.fa_region_guarantee=false"]
    barred = run(file(*usual, 'candidates.exclude=["Gislaved"]'), progress=lambda _: None)
    assert "Gislaved" not in set(barred.tables["sites"]["municipality"])
    town = run(file(*usual, 'candidates.exclude=["Gislaved (Gislaved)"]'), progress=lambda _: None)
    assert "Gislaved" not in set(town.tables["sites"]["locality"])


def test_including_a_municipality_takes_all_of_it() -> None:
    before, after = inputs(), inputs('candidates.include=["Storuman"]')
    added = set(after.candidates["locality_code"]) - set(before.candidates["locality_code"])
    assert {code[:4] for code in added} == {"2421"}
    assert "Tärnaby" in set(after.candidates["locality"])
    alone = inputs('candidates.include=["Tärnaby"]')
    assert len(alone.candidates) == len(before.candidates) + 1


def test_area_takes_names_in_any_case_and_tells_the_candidates() -> None:
    told = check(file('area.municipalities=["MORA", "2029"]', "offices.open=[]"))
    assert [line.partition(" means ")[0] for line in told] == [
        'area.municipalities: "MORA"',
        'area.municipalities: "2029"',
    ]
    codes = inputs('area.counties=["dalarnas LÄN"]', "offices.open=[]").demand["municipality_code"]
    assert set(codes.str[:2]) == {"20"}


@pytest.mark.parametrize(
    ("group", "label", "code"),
    [
        ("municipality", "Gislaved", "0662"),
        ("municipality", "0662", "0662"),
        ("county", "Dalarnas län", "20"),
        ("county", "dalarnas LÄN", "20"),
        ("county", "20", "20"),
        ("fa_region", "Stockholm", "23"),
        ("skr_group", "c8", "C8"),
        ("skr_group", "Pendlingskommun nära storstad", "A2"),
        ("category", "Seat", "seat"),
        ("category", "other", "other"),
    ],
)
def test_quotas_take_names_and_codes_at_every_level(group: str, label: str, code: str) -> None:
    found = inputs(f'limits.quotas=[{{group="{group}", labels=["{label}"], max=9}}]')
    assert found.labels == ((code,),)


def test_a_quota_of_a_name_is_that_of_its_code() -> None:
    quotas = [
        f'limits.quotas=[{{group="county", labels=["{label}"], max=0}}]'
        for label in ("Dalarnas län", "20")
    ]
    limits = [prepare(file(each), progress=lambda _: None).task.limits for each in quotas]
    assert limits[0] == limits[1]
    assert limits[0].quotas[0].labels == ("20",)
    (told,) = check(file(quotas[0]))
    assert told.startswith('limits.quotas.0.labels: "Dalarnas län" means ')


@pytest.mark.parametrize(
    ("change", "key", "told"),
    [
        ('offices.open=["Kil"]', "offices.open", '"Kil (Nacka)"'),
        ('offices.open=["Tärnaby"]', "offices.open", "too small"),
        ('candidates.exclude=["Tärnaby"]', "candidates.exclude", "no office can open there"),
        ('candidates.exclude=["Hemavan"]', "candidates.exclude", "Hemavan/Bierke"),
        ('offices.open=["Hemavan"]', "offices.open", "Hemavan/Bierke"),
        ('candidates.exclude=["Gislavedd"]', "candidates.exclude", "Did you mean Gislaved"),
        ('candidates.exclude=["662"]', "candidates.exclude", "Write 0662"),
        ('candidates.include=["Tärnabi"]', "candidates.include", "Did you mean Tärnaby"),
        ('offices.shut=["Stockholm"]', "offices.shut", '"Kista (Stockholm)" or "o005"'),
        ('offices.shut=["Storuman"]', "offices.shut", "none of that name"),
        ('closing.keep=["Malmö"]', "closing.keep", '"Rosengård (Malmö)"'),
        ('offices.any_of=["Storumann"]', "offices.any_of", "Did you mean Storuman?"),
        ('offices.any_of=["Tärnaby"]', "offices.any_of", "none of that name"),
        ('area.municipalities=["Storumann"]', "area.municipalities", "Did you mean Storuman?"),
        (
            'limits.quotas=[{group="county", labels=["Dalarna"], min=1}]',
            "limits.quotas.0.labels",
            "Did you mean Dalarnas län?",
        ),
        (
            'limits.quotas=[{group="category", labels=["sea"], min=1}]',
            "limits.quotas.0.labels",
            "Did you mean seat?",
        ),
    ],
)
def test_what_a_name_does_not_mean_is_told(change: str, key: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        check(file(change))
    assert told in " ".join(str(each) for each in caught.value.faults if each.key == key)


def test_names_outside_the_area_are_told_for_every_key() -> None:
    changes = [
        'area.counties=["Dalarnas län"]',
        'offices.open=["Storuman", "Vansbro"]',
        'offices.any_of=["Storuman", "Mora"]',
        'candidates.exclude=["Gislaved", "Mora"]',
        'candidates.include=["Tärnaby"]',
        'limits.quotas=[{group="municipality", labels=["Storuman", "Mora"], max=1}]',
    ]
    with pytest.raises(InputError) as caught:
        check(file(*changes))
    outside = [each for each in caught.value.faults if each.problem == "it lies outside the area"]
    assert sorted(each.key for each in outside) == [
        "candidates.exclude",
        "candidates.include",
        "limits.quotas.0.labels",
        "offices.any_of",
        "offices.open",
    ]
    assert len(caught.value.faults) == len(outside)


def test_offices_are_shut_and_kept_by_the_name_of_their_municipality() -> None:
    shut = inputs('offices.shut=["sigtuna"]')
    assert list(shut.offices.loc[shut.offices["shut"], "office"]) == ["Märsta"]
    kept = inputs('closing.keep=["gotland", "Kiruna"]', "closing.max=1")
    assert len(kept.keep) == 2


def test_any_of_asks_for_one_office_there() -> None:
    usual = ['area.counties=["Jönköpings län"]', "offices.open=[]", "limits.new_offices_max=1"]
    usual += ["limits.fa_region_guarantee=false", "limits.annual_budget_msek=100"]
    for town in ("Mullsjö", "HABO", "0604"):
        result = run(file(*usual, f'offices.any_of=["{town}"]'), progress=lambda _: None)
        (code,) = inputs(f'offices.any_of=["{town}"]').any_of
        assert list(result.tables["sites"]["municipality_code"]) == [code]
        assert result.manifest["status"] == "optimal"
