"""The thresholds of dispatch as a table: name, value, unit, what it says, where it comes from.

Belongs here: reading ``thresholds.csv``. Does not belong here: what is done with a threshold.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import pandas as pd


@cache
def table() -> pd.DataFrame:
    """The thresholds as they stand in ``thresholds.csv``: ``name, value, unit, zh, source``."""
    with (files(__package__) / "thresholds.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


@cache
def thresholds() -> Mapping[str, float]:
    """Threshold by name; differences of rates are fractions (−0.10 is −10 points)."""
    rows = table()
    return MappingProxyType(dict(zip(rows["name"], rows["value"].astype("float64"), strict=True)))
