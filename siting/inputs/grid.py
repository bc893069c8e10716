"""Every resident of Sweden in an inhabited cell of 1 km."""

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.inputs.boundaries import SWEREF
from siting.inputs.demand import CIRCUITY, COLUMNS, INSIDE_KPH, share_out

_MEAN_KM = 0.3826
"""Mean distance from a point of a square of 1 km to its centre: (sqrt(2) + asinh(1)) / 6."""
INSIDE_MINUTES = 60 * CIRCUITY * _MEAN_KM / INSIDE_KPH
"""Mean minutes inside a cell, as inside a disc of the same size."""
_KEPT = ["demand_id", "municipality_code", "people", "lon", "lat"]


def build_grid(
    cells: pd.DataFrame, areas: gpd.GeoDataFrame, municipalities: pd.DataFrame
) -> pd.DataFrame:
    """Share the people of each municipality out over its cells, in whole persons.

    Parameters
    ----------
    cells : DataFrame
        cell (code of EPSG:3035), sweref99tm_e, sweref99tm_n (metres), lon, lat, pop2019_est.
    areas : GeoDataFrame
        code and outline of each municipality, SWEREF 99 TM.
    municipalities : DataFrame
        code and population_2019.

    Returns
    -------
    DataFrame
        demand_id ("N4066E4765", km of the south-western corner), municipality_code, people, lon
        and lat of the centre (WGS 84); cells without people are left out.
    """
    inhabited = cells[cells["pop2019_est"] > 0].reset_index(drop=True)
    at = gpd.points_from_xy(inhabited["sweref99tm_e"], inhabited["sweref99tm_n"], crs=SWEREF)
    found = gpd.GeoDataFrame(geometry=at).sjoin_nearest(areas[["code", "geometry"]])
    codes = found.sort_values("code").groupby(level=0)["code"].first()
    ids = inhabited["cell"].str.extract("(N[0-9]{4})000(E[0-9]{4})000").sum(axis=1)
    placed = inhabited.assign(demand_id=ids, municipality_code=codes, people=0)
    placed = placed.sort_values(["municipality_code", "demand_id"], ignore_index=True)
    totals = municipalities.set_index("code")["population_2019"].astype(int)
    for code, rows in placed.groupby("municipality_code").groups.items():
        estimated = placed.loc[rows, "pop2019_est"].to_numpy(dtype=np.float64)
        placed.loc[rows, "people"] = share_out(int(totals[str(code)]), estimated)
    kept = placed[placed["people"] > 0].round({"lon": 5, "lat": 5})
    return kept[_KEPT].astype({"people": np.int32}).reset_index(drop=True)


def as_demand(cells: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    """The cells that ship, in the columns of data/demand.csv."""
    names = cells["municipality_code"].map(municipalities.set_index("code")["name"])
    return cells.assign(name=names, kind="cell", inside_minutes=round(INSIDE_MINUTES, 4))[COLUMNS]
