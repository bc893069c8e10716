"""What the worlds of a scenario are drawn from and share."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from siting.analysis.redraw import Redraw
from siting.checks import checked_inputs
from siting.describe import Progress
from siting.inputs.assumptions import ASSUMPTIONS, assumed, read_assumptions
from siting.inputs.candidates import seat_codes
from siting.inputs.decisions import municipalities_without_office_by_rule, read_decisions
from siting.network import speed_profiles
from siting.opening import Opening, open_scenario
from siting.pipeline import travel_times
from siting.problem import Prepared, dense
from siting.scenario_file import ScenarioFile
from siting.world import Ground, Spread

WEIGHTS = ("population", "age_75_plus", "no_tertiary")
ALSO_READ = ("decisions.csv", ASSUMPTIONS)
"""Files of the data folder that drawing reads besides those of a run."""


def lay_ground(file: ScenarioFile, folder: Path, progress: Progress) -> tuple[Opening, Ground]:
    """Compute what all worlds share: travel times once for each speed profile, and weights.

    Parameters
    ----------
    file : ScenarioFile
        The scenario with the faults found so far.
    folder : Path
        The data folder.
    progress : callable
        Told what is being done.

    Returns
    -------
    Opening
        The scenario as it stands.
    Ground
        What all worlds share, with every speed profile and every weight.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    """
    opening = open_scenario(file, folder, progress)
    prepared = opening.prepared
    minutes = {file.scenario.network.speeds: prepared.problem.minutes}
    for profile in speed_profiles(folder):
        if profile not in minutes:
            progress(f"Travel times at speeds {profile}")
            changed = _changed(file, "network", speeds=profile)
            minutes[profile] = dense(travel_times(changed, prepared.inputs, folder, progress))
    weights = {
        kind: checked_inputs(_changed(file, "demand", weight=kind), folder).weights
        for kind in WEIGHTS
    }
    seats = _seats(prepared)
    problem = prepared.problem
    ground = Ground(
        task=opening.task,
        sites=_sites(prepared, seats),
        minutes=minutes,
        weights=weights,
        people=problem.demand["people"].to_numpy(dtype=np.float64),
        seats=seats,
        costs=problem.costs,
        spread=Spread.read(folder),
    )
    return opening, ground


def redraw_of(prepared: Prepared, folder: Path, *, rule: bool) -> Redraw:
    """What is known of the offices, and where the others may have been.

    Parameters
    ----------
    prepared : Prepared
        The scenario, with its office table; what it shuts is left out.
    folder : Path
        The data folder.
    rule : bool
        Whether no office is drawn where one was announced, proposed or ordered later.

    Returns
    -------
    Redraw
        What office tables are drawn from.

    Raises
    ------
    InputError
        If decisions.csv or the assumptions log cannot be read, or lacks what is asked of it.
    """
    barred = municipalities_without_office_by_rule(read_decisions(folder)) if rule else frozenset()
    offices = prepared.inputs.offices
    power = float(assumed(folder / ASSUMPTIONS, "drawn_offices")["power"])
    return Redraw.of(offices[~offices["shut"]], prepared.inputs.municipalities, barred, power)


def _seats(prepared: Prepared) -> Mapping[str, str]:
    found = seat_codes(prepared.inputs.municipalities, prepared.inputs.candidates)
    return dict(zip(found.index.astype(str), found, strict=True))


def _changed(file: ScenarioFile, table: str, **values: str) -> ScenarioFile:
    """The scenario with some keys of one of its tables changed."""
    part = getattr(file.scenario, table).model_copy(update=values)
    return replace(file, scenario=file.scenario.model_copy(update={table: part}))


def _sites(prepared: Prepared, seats: Mapping[str, str]) -> pd.DataFrame:
    sites = prepared.problem.sites.reset_index(drop=True)
    residents = prepared.inputs.candidates.set_index("locality_code")["population"]
    always = {*seats.values(), *prepared.inputs.named}
    return sites.assign(
        population=sites["code"].map(residents).fillna(0).astype(np.int64),
        always=sites["code"].isin(always),
    )


def drawn_assumptions(folder: Path) -> list[dict[str, str]]:
    """What is assumed of the worlds, from the assumptions log.

    Parameters
    ----------
    folder : Path
        The data folder.

    Returns
    -------
    list of dict of str to str
        As `read_assumptions` gives them, those alone whose id begins with drawn_.

    Raises
    ------
    InputError
        If the log cannot be read.
    """
    entries = read_assumptions(folder / ASSUMPTIONS)
    return [entry for entry in entries if entry["id"].startswith("drawn_")]
