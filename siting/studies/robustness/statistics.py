"""What many worlds say: how often each site is picked, what drives it, and what is regretted."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from siting.common.types import Bools, Floats
from siting.results.schema import CORE


def frequencies(picks: Bools, factors: pd.DataFrame, own: Mapping[str, Floats]) -> pd.DataFrame:
    """How often each site is picked, and which factor says most about it."""
    rows = []
    for site in range(picks.shape[1]):
        picked = picks[:, site].astype(np.float64)
        levels = {str(name): factors[name].to_numpy() for name in factors}
        for name, figures in own.items():
            high = figures[:, site] > np.median(figures[:, site])
            levels[name] = np.where(high, "high", "low")
        parts = {name: eta_squared(picked, level) for name, level in levels.items()}
        driver = max(parts, key=lambda name: parts[name]) if picked.std() > 0 else ""
        rows.append(
            {
                "share": picked.mean(),
                "core": picked.mean() >= CORE,
                "driver": driver,
                "driver_part": parts.get(driver, np.nan),
                "levels": _levels(picked, levels[driver]) if driver else "",
            }
        )
    return pd.DataFrame(rows)


def eta_squared(values: Floats, levels: "np.ndarray[tuple[int], np.dtype[np.str_]]") -> float:
    """The share of the variance of values that lies between levels (Pearson 1905)."""
    total = float(((values - values.mean()) ** 2).sum())
    if total == 0:
        return 0.0
    means = pd.Series(values).groupby(levels).transform("mean").to_numpy()
    return float(((means - values.mean()) ** 2).sum() / total)


def _levels(picked: Floats, levels: "np.ndarray[tuple[int], np.dtype[np.str_]]") -> str:
    shares = pd.Series(picked).groupby(levels).mean()
    return ", ".join(f"{level} {share:.0%}" for level, share in shares.items())


def means_of_sets(
    times: Mapping[str, Floats], before: Floats, speeds: Sequence[str], weights: Sequence[Floats]
) -> Floats:
    """Mean minutes of each set of picks in each world."""
    columns = [
        np.minimum(times[profile], present) @ people / people.sum()
        for profile, present, people in zip(speeds, before, weights, strict=True)
    ]
    return np.column_stack(columns)


def regrets(means: Floats, best: Floats, keeps: Bools, main: int) -> pd.DataFrame:
    """What each set of picks is regretted, over the worlds whose limits it keeps to."""
    regret = np.where(keeps, means - best, np.nan)
    kept = keeps.sum(axis=1)
    some = kept > 0
    table = pd.DataFrame({"worlds_kept": kept, "mean_regret": np.nan, "greatest_regret": np.nan})
    table.loc[some, "mean_regret"] = np.nanmean(regret[some], axis=1)
    table.loc[some, "greatest_regret"] = np.nanmax(regret[some], axis=1)
    fit = some & (kept >= kept[main])
    least = table["greatest_regret"].where(fit).min()
    return table.assign(least_greatest=fit & (table["greatest_regret"] <= least))
