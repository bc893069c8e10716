"""What is known of the offices of today, and other office tables that fit it as well."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np
import pandas as pd

from siting.common.types import Bools
from siting.inputs.assumptions import ASSUMPTIONS, assumed
from siting.inputs.candidates import seat_codes
from siting.inputs.offices import ADDS, CLOSES
from siting.inputs.schema import read_table
from siting.pipeline.problem import Problem

CERTAIN = ("stated", "implied")
"""What a source has to say of an office in 2019 for its municipality to be certain."""


@dataclass(frozen=True)
class Redraw:
    """Where offices are certain, and where the others may have been.

    Parameters
    ----------
    certain : tuple of str
        Municipality of each office in a municipality that certainly has one.
    uncertain : mapping of str to tuple of int
        Region to the number of offices in each of its other municipalities with an office,
        greatest first.
    eligible : mapping of str to tuple of str
        Region to the municipalities that these may be, largest first.
    population : mapping of str to int
        Of each municipality.
    concentration : float
        A municipality is drawn in proportion to its people to this power.
    """

    certain: tuple[str, ...]
    uncertain: Mapping[str, tuple[int, ...]]
    eligible: Mapping[str, tuple[str, ...]]
    population: Mapping[str, int]
    concentration: float

    @classmethod
    def of(
        cls,
        offices: pd.DataFrame,
        municipalities: pd.DataFrame,
        barred: frozenset[str],
        concentration: float,
    ) -> Self:
        """Sort the offices by what is known of them."""
        places, people = municipalities["code"], municipalities["population_2019"]
        region = dict(zip(places, municipalities["fa_code"], strict=True))
        population = dict(zip(places, people.astype(int), strict=True))
        codes = offices["municipality_code"]
        known = offices.get("existed_2019", pd.Series(CERTAIN[0], offices.index)).isin(CERTAIN)
        sure = set(codes[known])
        counts = Counter(codes[~codes.isin(sure)])
        uncertain = {
            name: tuple(sorted((n for code, n in counts.items() if region[code] == name))[::-1])
            for name in {region[code] for code in counts}
        }
        open_to = [c for c in population if c not in sure and (c not in barred or c in counts)]
        by_size = sorted(open_to, key=lambda code: (-population[code], code))
        eligible = {
            name: tuple(code for code in by_size if region[code] == name) for name in uncertain
        }
        certain = tuple(codes[codes.isin(sure)])
        return cls(certain, uncertain, eligible, population, concentration)

    def draw(self, rng: np.random.Generator) -> tuple[str, ...]:
        """The municipality of each office in one plausible table.

        In each region as many municipalities as in the table are drawn without replacement,
        larger ones more likely (``concentration``), and the largest of those drawn get
        the second and further offices. So the number of offices, of municipalities with one, and
        of offices in each region stay what they are.
        """
        drawn = list(self.certain)
        for region in sorted(self.uncertain):
            counts, places = self.uncertain[region], self.eligible[region]
            people = np.array([self.population[place] for place in places], dtype=np.float64)
            odds = people**self.concentration
            chosen = rng.choice(len(places), size=len(counts), replace=False, p=odds / odds.sum())
            for count, place in zip(counts, sorted(chosen), strict=True):
                drawn += [places[place]] * count
        return tuple(drawn)


ROUNDS = ("2020-06", "2021-05", "2025-04")
"""Months of the decisions that a hindcast scores."""


@dataclass(frozen=True)
class Round:
    """What was decided in one month, and what there was before.

    Parameters
    ----------
    month : str
        "YYYY-MM".
    kind : {"open", "close"}
        Whether offices were ordered or closed.
    earlier : tuple of str
        Municipality of each office announced or ordered in an earlier month, open or not.
    scored : tuple of str
        Municipalities that got their first office, or lost their last one.
    not_scored : tuple of str
        Municipalities of the other offices ordered or closed, which had others.
    """

    month: str
    kind: Literal["open", "close"]
    earlier: tuple[str, ...]
    scored: tuple[str, ...]
    not_scored: tuple[str, ...]


def read_decisions(folder: Path) -> pd.DataFrame:
    """Read decisions.csv from the data folder."""
    return read_table("decisions", folder)


def rounds_of(decisions: pd.DataFrame, offices: "pd.Series[str]") -> tuple[Round, ...]:
    """Sort the decisions into the rounds that are scored."""
    return tuple(_round(decisions, offices, month) for month in ROUNDS)


def _round(decisions: pd.DataFrame, offices: "pd.Series[str]", month: str) -> Round:
    adds = decisions["decision"].isin(ADDS)
    earlier = decisions.loc[adds & (decisions["month"] < month), "municipality_code"]
    now = decisions[decisions["month"] == month]
    closed = now.loc[now["decision"] == CLOSES, "municipality_code"]
    ordered = now.loc[now["decision"].isin(ADDS), "municipality_code"]
    had = Counter([*offices, *earlier])
    places, before = (closed, 1) if len(closed) else (ordered, 0)
    return Round(
        month=month,
        kind="close" if len(closed) else "open",
        earlier=tuple(earlier),
        scored=tuple(place for place in places if had[place] == before),
        not_scored=tuple(place for place in places if had[place] != before),
    )


def municipalities_without_office_by_rule(decisions: pd.DataFrame) -> frozenset[str]:
    """Municipalities where the table of 2019 assumes no office unless it knows of one.

    Those with an office announced, proposed or ordered later.
    """
    later = decisions["decision"].isin([*ADDS, "proposed"])
    return frozenset(decisions.loc[later, "municipality_code"])


def also_read(folder: Path) -> tuple[Path, ...]:
    """The files of the data folder that drawing reads besides those of a run."""
    return folder / "decisions.csv", folder / ASSUMPTIONS


def redraw_of(problem: Problem, folder: Path, *, rule: bool) -> Redraw:
    """What is known of the offices, and where the others may have been."""
    barred = municipalities_without_office_by_rule(read_decisions(folder)) if rule else frozenset()
    offices = problem.inputs.offices
    power = float(assumed(folder / ASSUMPTIONS, "drawn_offices")["power"])
    return Redraw.of(offices[~offices["shut"]], problem.inputs.municipalities, barred, power)


def codes_of_seats(problem: Problem) -> Mapping[str, str]:
    """Return the code of the candidate at the seat of each municipality."""
    found = seat_codes(problem.inputs.municipalities, problem.inputs.candidates)
    return dict(zip(found.index.astype(str), found, strict=True))


def present_sites(sites: pd.DataFrame, seats: Mapping[str, str], offices: tuple[str, ...]) -> Bools:
    """Which sites are offices, if these municipalities have one for each time they are named.

    Offices of the table come first, in its order; more than it has stand at the seat.
    """
    wanted, places = Counter(offices), sites["municipality_code"]
    existing = sites["existing"] & sites["allowed"]
    present = existing & (existing.groupby(places).cumsum() <= places.map(wanted))
    there = Counter(places[existing])
    at_seat = [seats[place] for place, count in wanted.items() if count > there[place]]
    return present.to_numpy() | np.isin(sites["code"].to_numpy(), at_seat)
