"""What a study of an answer leaves: tables and a manifest in a folder of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Study:
    """Tables that say how far an answer can be trusted.

    Parameters
    ----------
    name : str
        The folder's name: that of the scenario, a hyphen, and the kind of study.
    manifest : mapping
        The content of manifest.json.
    tables : mapping of str to DataFrame
        Written as CSV; assignment as Parquet.
    """

    name: str
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
