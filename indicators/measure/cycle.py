"""The state of the business cycle 景气: the diffusion index of the core's classes and the five-light warning index.

Belongs here: which indicators the lights stand for and from where each burns (``cycle.csv``). Does not belong here:
lights and index of any numbers (signals), rules of early warning (pipelines), lights of dispatch.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd

from indicators.measure import rows as make
from indicators.measure.evidence import Evidence
from indicators.signals import diffusion_index, lights, warning_index
from indicators.vintage import VINTAGES

LIMITS: Final = ["light_blue", "green", "yellow", "red"]
_FORM: Final = ["indicator", "definition_id", "span", "price_basis", "class"]
# A change of growth that displays as 0.0 points is none.
_FLAT: Final = 0.0005


@cache
def components() -> pd.DataFrame:
    """What the lights stand for, by indicator (``cycle.csv``); limits are in the stored unit."""
    with (files(__package__) / "cycle.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=False, dtype={"class": "str"}).set_index("indicator", drop=False)


def rows(evidence: Evidence, found: pd.DataFrame) -> list[pd.DataFrame]:
    """Observation rows of ``core_diffusion`` and ``cycle_index`` of the place, quarter by quarter.

    Diffusion: classes of the core (four digits) whose single-quarter growth at constant prices is above that of the
    quarter before, those that stay counting half. The index is there where every component is.

    Args:
        evidence: what was known.
        found: the rows of all other indicators.

    Source: signals; National Bureau of Statistics and CEMAC, monitoring of the business cycle.
    """
    mine = found[found["region"] == evidence.place]
    diffusion = _diffusion(mine, evidence.place)
    own = (part.assign(vintage=evidence.vintage) for part in diffusion)
    index = _index(pd.concat([mine, *own]), evidence.place)
    return [*diffusion, *index]


def _diffusion(mine: pd.DataFrame, place: str) -> list[pd.DataFrame]:
    own = mine[(mine["indicator"] == "core_growth") & (mine["definition_id"] == "rate_method")]
    own = own[(own["span"] == "quarter") & (own["price_basis"] == "constant") & (own["class"].str.len() == 4)]
    own = own[own["class"].str.isdigit()]
    if own.empty:
        return []
    wide = own.pivot(index="period", columns="class", values="value")
    order = pd.PeriodIndex(wide.index, freq="Q")
    moved = wide.set_axis(order).asfreq("Q").diff()
    up, down = (moved > _FLAT).sum(axis=1), (moved < -_FLAT).sum(axis=1)
    there = moved.notna().sum(axis=1)
    some = there > 0
    if not some.any():
        return []
    value = diffusion_index(up[some], (there - up - down)[some], down[some])
    return [_own(value, own, place, ("core_diffusion", "classes", "quarter"))]


def _index(mine: pd.DataFrame, place: str) -> list[pd.DataFrame]:
    table = components()
    values = mine.merge(table[_FORM].reset_index(drop=True), on=_FORM)
    # Of GDP in several vintages the earliest of each quarter: what was verified later would be another kind.
    values = values.assign(age=[VINTAGES.index(vintage) for vintage in values["vintage"]]).sort_values(
        ["age", "authority"]
    )
    values = values.drop_duplicates(["period", "indicator"])
    wide = values.pivot(index="period", columns="indicator", values="value").reindex(columns=table.index).dropna()
    if wide.empty:
        return []
    shown = lights(pd.Series(wide.stack()), table[LIMITS])
    scores = shown["score"].unstack()
    value = pd.Series({period: warning_index(scores.loc[period], table["weight"]) for period in scores.index})
    return [_own(value, values, place, ("cycle_index", "five_lights", "cumulative"))]


def _own(value: pd.Series, of: pd.DataFrame, place: str, what: tuple[str, str, str]) -> pd.DataFrame:
    """Rows of an indicator, definition and span; estimated where one of the rows that it is of is."""
    name, definition, span = what
    estimated = set(of.loc[of["status"] == "E", "period"])
    periods = [str(period) for period in value.index]
    table = pd.DataFrame({"region": place, "class": "", "span": span, "period": periods})
    table["estimated"] = np.isin(periods, list(estimated))
    return make.own_rows(table, pd.Series(value.to_numpy(), index=table.index), name, definition)
