"""Constant prices of a base year 不变价: levels and volume indices of core value added, by region and class.

Belongs here: which cells, over which years. Does not belong here: the linking itself (``indicators.base_years``) and
growth at constant prices (core).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from indicators.base_years import constant_prices
from indicators.measure import rows as make
from indicators.measure.evidence import Evidence

_CELL: Final = ["number", "region", "class"]


def rows(evidence: Evidence, table: pd.DataFrame) -> list[pd.DataFrame]:
    """Observation rows: the level at prices of the base year, last year's in the same prices, indices, the base year.

    Each cumulative span is linked over years with its own growth, the one that is published (同口径), for the core and
    its divisions. Nothing is said of a year whose base year lies before the cells.

    Args:
        evidence: what was known.
        table: cumulative and single spans of all quarters, those before the first release among them: ``region, class,
            quarter, span, va, growth, estimated``; growth at constant prices.
    """
    core = table["class"].str.fullmatch(r"core|\d{2}")
    cells = table[core & (table["span"] == "cumulative")]
    cells = cells.assign(
        number=cells["quarter"].str[-1],
        year=cells["quarter"].str[:4].astype("int64"),
        # Before the first release there are no prices, and so no growth.
        growth=cells["growth"].where(cells["quarter"] >= str(evidence.first_release)),
    )
    years = range(cells["year"].min(), cells["year"].max() + 1)
    nominal, steps = (cells.pivot(index="year", columns=_CELL, values=name).reindex(years) for name in ("va", "growth"))
    found = evidence.released(_placed(constant_prices(nominal, steps), cells))
    return [
        make.own_rows(found, found["constant"], "core_value_added_constant", "base_year"),
        make.own_rows(found, found["previous"], "core_value_added_constant_base", "base_year"),
        make.own_rows(found, found["index"], "core_volume_index", "base_year"),
        make.own_rows(found, found["linked"], "core_volume_index", "linked"),
        make.own_rows(found, found["base_year"], "constant_base_year", "base_year"),
    ]


def _placed(found: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Rows with their quarter and span; estimated where a growth rate up to there is."""
    ordered = cells.sort_values("year")
    marks = ordered.assign(estimated=ordered.groupby(_CELL)["estimated"].cummax())[["year", *_CELL, "estimated"]]
    joined = found.merge(marks, on=["year", *_CELL])
    quarter = joined["year"].astype("str") + "Q" + joined["number"].astype("str")
    return joined.assign(quarter=quarter, span="cumulative")
