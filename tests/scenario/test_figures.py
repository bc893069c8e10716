"""Costs and speeds that a scenario gives itself: how they are written, and what is refused."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.inputs.costs import read_costs
from siting.pipeline.check import checked_inputs
from siting.scenario.figures import SpeedTable
from siting.scenario.file import ScenarioFile, find_scenario, read_scenario
from siting.scenario.schema import json_schema
from siting.scenario.template import write_starter

MAIN = find_scenario("remaining_offices")


def _set(*overrides: str) -> ScenarioFile:
    return read_scenario(MAIN, overrides)


@pytest.mark.parametrize(
    ("overrides", "dumped"),
    [
        ([], "default"),
        (["network.speeds=winter"], "winter"),
        (['network.speeds={based_on = "winter"}'], "winter"),
        (["network.speeds.based_on=winter"], "winter"),
        (["network.speeds.primary=80"], {"based_on": "default", "primary": 80.0}),
        (["network.speeds={primary = 80}"], {"based_on": "default", "primary": 80.0}),
        (
            ["network.speeds=winter", "network.speeds.primary=62.5", "network.speeds.ferry=20"],
            {"based_on": "winter", "primary": 62.5, "ferry": 20.0},
        ),
        (["network.speeds.primary=80", "network.speeds=none"], "default"),
        (["network.speeds.primary=80", "network.speeds.primary=none"], "default"),
        (
            ["network.speeds=limits", "network.speeds.limits.factor=0.8"],
            {"based_on": "limits", "limits": {"factor": 0.8}},
        ),
    ],
)
def test_speeds_are_a_profile_or_a_table_on_top_of_one(
    overrides: list[str], dumped: object
) -> None:
    file = _set(*overrides)
    assert not file.faults
    assert file.scenario.network.model_dump(mode="json")["speeds"] == dumped
    again = read_scenario(file.scenario.model_dump(mode="json"))
    assert again.scenario == file.scenario


def test_an_override_says_what_was_there_in_words_of_a_file() -> None:
    overrides = (
        "network.speeds=winter",
        "network.speeds.trunk=70",
        "costs.annual.msek_per_staff=1",
    )
    assert _set(*overrides).overrides == (
        "network.speeds: 'default' -> 'winter'",
        "network.speeds.trunk: None -> 70",
        "costs.annual.msek_per_staff: None -> 1",
    )


def test_a_table_of_values_is_not_changed_by_what_goes_into_it() -> None:
    speeds = {"primary": 70}
    read_scenario(MAIN, ["network.speeds.primary=80"], values={"network.speeds": speeds})
    assert speeds == {"primary": 70}


def test_costs_that_are_not_given_are_those_of_the_file() -> None:
    shipped = read_costs(data_folder())
    assert read_costs(data_folder(), _set()).model_dump() == shipped.model_dump()
    file = _set(
        "costs.annual.msek_per_staff=0.8",
        "costs.staff_rule.least_staff=3",
        "costs.visits.visits_per_inhabitant=0.5",
        "costs.office_types.small.annual_msek=1.6",
        "costs.office_types.large={staff=9, annual_msek=7, one_off_msek=4, visits_per_year=30000}",
    )
    costs = read_costs(data_folder(), file)
    assert (costs.annual.msek_per_staff, costs.annual.msek_per_office) == (0.8, 0)
    assert costs.staff_rule.least_staff == 3
    assert costs.staff_rule.people_per_staff == shipped.staff_rule.people_per_staff
    assert costs.one_off.model_dump() == shipped.one_off.model_dump()
    assert costs.office_types["flexi"].annual_msek == shipped.office_types["flexi"].annual_msek
    small, large = costs.office_types["small"], costs.office_types["large"]
    assert (small.annual_msek, small.staff) == (1.6, shipped.office_types["small"].staff)
    assert large.staff == 9
    assert costs.people("large") == 60_000
    again = read_scenario(file.scenario.model_dump(mode="json"))
    assert read_costs(data_folder(), again).model_dump() == costs.model_dump()


def test_a_cost_that_the_file_alone_gives_outlives_a_rerun(tmp_path: Path) -> None:
    text = (data_folder() / "costs.toml").read_text(encoding="utf-8")
    text = text.replace("msek_per_office = 0.0", "msek_per_office = 0.5")
    (tmp_path / "costs.toml").write_text(text, encoding="utf-8")
    file = _set("costs.annual.msek_per_staff=0.8")
    again = read_scenario(file.scenario.model_dump(mode="json"))
    assert read_costs(tmp_path, again).annual.msek_per_office == 0.5
    older = text.replace("msek_per_office = 0.5", "")
    (tmp_path / "costs.toml").write_text(older, encoding="utf-8")
    assert read_costs(tmp_path).annual.msek_per_office == 0


@pytest.mark.parametrize(
    ("override", "key", "told"),
    [
        # kronor for millions of them, thousands of kronor, a unit, a comma
        ("costs.annual.msek_per_staff=700000", "", "0.7 is 700,000 kronor"),
        ("costs.annual.msek_per_staff=700", "", "0.7 is 700,000 kronor"),
        ("costs.annual.msek_per_office=500000", "", "0.5 is 500,000 kronor"),
        ("costs.one_off.msek_per_office=2000000", "", "2 is 2,000,000 kronor"),
        ("costs.one_off.msek_per_staff=250", "", "0.25 is 250,000 kronor"),
        ("costs.office_types.small.annual_msek=1400000", "", "1.4 is 1,400,000 kronor"),
        ("closing.saving_msek_per_office=5000000", "", "5 is 5,000,000 kronor"),
        ("costs.annual.msek_per_staff=0.8 MSEK", "", "valid number"),
        ("costs.annual.msek_per_staff=0,8", "", "Write 0.8"),
        ("costs.annual.msek_per_staff=800 000", "", "valid number"),
        # below what can be
        ("costs.annual.msek_per_staff=-0.1", "", "greater than or equal to 0"),
        ("costs.staff_rule.people_per_staff=0", "", "greater than 0"),
        ("costs.staff_rule.least_staff=0", "", "greater than or equal to 1"),
        ("costs.staff_rule.least_staff=2.5", "", "integer"),
        ("costs.visits.visits_per_inhabitant=-1", "", "greater than 0"),
        ("costs.visits.visits_per_inhabitant=250", "", "less than or equal to 100"),
        ("costs.drawn.least=0", "", "greater than 0"),
        ("costs.drawn.least=1.25", "", "less than or equal to 1"),
        ("costs.drawn.most=80", "", "less than or equal to 10"),
        # names that are none
        ("costs.annual.per_staff=1", "", "Did you mean msek_per_staff"),
        ("costs.anual.msek_per_staff=1", "costs.anual", "Did you mean annual"),
        ("costs.office_types.small.cost=1", "", "Known here: rating, source, staff"),
        ("costs.annual=5", "", "msek_per_staff and msek_per_office"),
        ("costs.office_types=5", "", "Kinds of offices by name"),
        # speeds
        ("network.speeds.primary=50 mph", "", "km/h, from 3 to 150 (50 mph are 80)"),
        ("network.speeds.primary=80 km/h", "", "valid number"),
        ("network.speeds.primary=fast", "", "valid number"),
        ("network.speeds.primary=true", "", "valid number"),
        ("network.speeds.primary=nan", "", "finite"),
        ("network.speeds.primary=0", "", "greater than or equal to 3"),
        ("network.speeds.primary=-80", "", "greater than or equal to 3"),
        ("network.speeds.primary=1.33", "", "greater than or equal to 3"),
        ("network.speeds.primary=8000", "", "less than or equal to 150"),
        ("network.speeds.primary=80,5", "", "Write 80.5"),
        ("network.speeds.limits.factr=1", "network.speeds.limits.factr.[key]", "'factor'"),
        ("network.speeds.limits.factor=-1", "", "greater than 0"),
        ("network.speeds.limits=5", "", "dictionary"),
        ("network.speeds=5", "", 'such as "winter"'),
        ("network.speds.primary=80", "network.speds", "Did you mean speeds"),
    ],
)
def test_what_cannot_be_is_refused_with_the_unit_that_is_meant(
    override: str, key: str, told: str
) -> None:
    (fault,) = _set(override).faults
    assert fault.key == (key or override.partition("=")[0])
    assert fault.file == "--set"
    assert told in str(fault)


@pytest.mark.parametrize(
    ("overrides", "key", "told"),
    [
        (["network.speeds.primry=80"], "network.speeds.primry", "Did you mean primary"),
        (["network.speeds.Primary=80"], "network.speeds.Primary", "Did you mean primary"),
        (["network.speeds.footway=5"], "network.speeds.footway", "no such class of road"),
        (["network.speeds.access=5"], "network.speeds.access", "no such class of road"),
        (["network.speeds.limits.factor=0.8"], "network.speeds.limits", 'based_on = "limits"'),
        (["network.speeds.based_on=wintr"], "network.speeds", "Known: default, winter"),
        (["costs.office_types.large.staff=8"], "costs.office_types.large.annual_msek", "Add"),
    ],
)
def test_what_the_data_folder_does_not_know_is_refused(
    overrides: list[str], key: str, told: str
) -> None:
    with pytest.raises(InputError, match="no such key") as caught:
        checked_inputs(_set(*overrides, "limits.nothing=1"), data_folder())
    faults = {fault.key: str(fault) for fault in caught.value.faults}
    assert told in faults[key]


def test_a_starter_holds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = MAIN.read_text(encoding="utf-8")
    more = (
        '[network.speeds]\nbased_on = "winter"\nprimary = 70\n[costs.annual]\nmsek_per_staff = 1\n'
    )
    (tmp_path / "mine.toml").write_text(f"{text}\n{more}", encoding="utf-8")
    path = write_starter("next", tmp_path / "mine.toml")
    assert 'speeds = { based_on = "winter", primary = 70.0 }' in path.read_text(encoding="utf-8")
    first, second = (read_scenario(tmp_path / f"{name}.toml").scenario for name in ("mine", "next"))
    assert (first.network, first.costs) == (second.network, second.costs)
    empty = write_starter("empty", None).read_text(encoding="utf-8")
    assert '# speeds = "default"' in empty


def test_editors_know_both_ways_to_write_speeds() -> None:
    network = json.loads(json_schema())["$defs"]["Network"]["properties"]["speeds"]
    assert {"type": "string"} in network["anyOf"]
    assert network["default"] == "default"
    table = json.loads(json_schema())["$defs"]["SpeedTable"]
    assert table["additionalProperties"] == {"maximum": 150, "minimum": 3, "type": "number"}
    assert SpeedTable() == SpeedTable(based_on="default")


def test_a_workbook_gives_them_by_the_same_keys(tmp_path: Path) -> None:
    about = [("scenario", key, "x") for key in ("title", "author", "source", "rationale")]
    rows = [
        *(*about, ("scenario", "date", dt.date(2026, 1, 1))),
        ("costs", "annual.msek_per_staff", 0.8),
        ("costs", "office_types.small.staff", 3),
        ("network", "speeds.based_on", "winter"),
        ("network", "speeds.primary", 80),
    ]
    path = tmp_path / "mine.xlsx"
    pd.DataFrame(rows, columns=["table", "key", "value"]).to_excel(
        path, sheet_name="scenario", index=False
    )
    file = read_scenario(path)
    assert not file.faults
    dumped = file.scenario.model_dump(mode="json")
    assert dumped["network"]["speeds"] == {"based_on": "winter", "primary": 80.0}
    small = {"small": {"staff": 3}}
    assert dumped["costs"] == {"annual": {"msek_per_staff": 0.8}, "office_types": small}
