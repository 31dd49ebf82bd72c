"""What a figure of core value added changed by, part by part, since last quarter and since last year.

Belongs here: sums of cells by any part, at two times. Does not belong here: the cells (``core_cells``), why a figure
changed between two releases (revisions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from indicators.quarter import Quarter

# Price basis of growth → the column that is held against the base.
GROWN: Final = {"current": "va", "constant": "volume"}


@dataclass(frozen=True)
class Changes:
    """The change of a figure by part: the rows of a frame add up to the figure's.

    Attributes:
        year: ``now, before, change``: the cumulative level and the same period last year (yuan), which is the
            comparable base, or where cells have none the level a year ago; where growth is known also ``pull_current,
            pull_constant``, the part of growth (fractions). No rows where a year ago is not known.
        quarter: ``now, before, change``: the level of the single quarter and of the one before (yuan); where growth is
            known also ``pace_current, pace_constant``: how much more the part pulls cumulative growth than a quarter
            ago (fractions). No rows where the quarter before is not known.
    """

    year: pd.DataFrame
    quarter: pd.DataFrame


def changes(cells: pd.DataFrame, part: pd.Series, period: Quarter, first: Quarter) -> Changes:
    """Take the change of a sum of cells apart.

    Pull of a part is ``(V_p − B_p)/ΣB``, so that pulls add up to growth; a part that is absent at a time counts 0.

    Args:
        cells: ``quarter, va`` (cumulative, yuan), and where growth is taken on them ``base, volume``.
        part: the part of each cell.
        period: the period.
        first: the first released quarter: before it growth is not known.

    Source: methods, growth: contribution and pull.
    """
    grows = "base" in cells.columns
    values = ["va", *(("base", "volume") if grows else ())]
    sums = pd.DataFrame(cells.groupby([part.rename("part"), "quarter"])[values].sum().unstack(fill_value=0.0))
    level = pd.DataFrame(sums["va"])
    before = sums["base"].get(str(period)) if grows else level.get(str(period - 4))
    pulls, earlier = (_pulls(sums, quarter) if grows and quarter >= first else {} for quarter in (period, period - 1))
    paces = {f"pace_{price}": pulls[price] - earlier[price] for price in pulls if price in earlier}
    return Changes(
        _compared(level[str(period)], before, {f"pull_{price}": pull for price, pull in pulls.items()}),
        _compared(_single(level, period), _single(level, period - 1), paces),
    )


def _pulls(sums: pd.DataFrame, quarter: Quarter) -> dict[str, pd.Series]:
    base = sums["base"].get(str(quarter))
    if base is None or base.sum() <= 0:
        return {}
    return {price: (sums[value, str(quarter)] - base) / base.sum() for price, value in GROWN.items()}


def _single(level: pd.DataFrame, quarter: Quarter) -> pd.Series | None:
    """The level of a single quarter; None where a cumulative value is not there."""
    needed = [str(quarter), *([str(quarter - 1)] if quarter.number > 1 else [])]
    if not set(needed) <= set(level.columns):
        return None
    return level[needed[0]] - (level[needed[1]] if len(needed) > 1 else 0.0)


def _compared(now: pd.Series | None, before: pd.Series | None, also: dict[str, pd.Series]) -> pd.DataFrame:
    if now is None or before is None:
        return pd.DataFrame(columns=["now", "before", "change"])
    return pd.DataFrame({"now": now, "before": before, "change": now - before, **also})
