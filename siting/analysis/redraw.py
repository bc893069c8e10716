"""Other office tables that fit what is known as well as the one that ships."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

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
        """Sort the offices by what is known of them.

        Parameters
        ----------
        offices : DataFrame
            municipality_code, existed_2019; without the latter all are certain.
        municipalities : DataFrame
            code, fa_code, population_2019.
        barred : frozenset of str
            Municipalities where no office is drawn unless the table has one.
        concentration : float
            As in the class.

        Returns
        -------
        Self
            What can be drawn from.
        """
        region = dict(zip(municipalities["code"], municipalities["fa_code"], strict=True))
        population = dict(
            zip(municipalities["code"], municipalities["population_2019"].astype(int), strict=True)
        )
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

    def draw(self, chance: np.random.Generator) -> tuple[str, ...]:
        """The municipality of each office in one plausible table.

        In each region as many municipalities as in the table are drawn without replacement,
        larger ones more likely (``concentration``), and the largest of those drawn get
        the second and further offices. So the number of offices, of municipalities with one, and
        of offices in each region stay what they are.

        Parameters
        ----------
        chance : numpy.random.Generator
            What decides; drawing moves it on.

        Returns
        -------
        tuple of str
            One code an office: the certain ones, then those drawn, by the code of their region.
        """
        drawn = list(self.certain)
        for region in sorted(self.uncertain):
            counts, places = self.uncertain[region], self.eligible[region]
            people = np.array([self.population[place] for place in places], dtype=np.float64)
            odds = people**self.concentration
            chosen = chance.choice(
                len(places), size=len(counts), replace=False, p=odds / odds.sum()
            )
            for count, place in zip(counts, sorted(chosen), strict=True):
                drawn += [places[place]] * count
        return tuple(drawn)
