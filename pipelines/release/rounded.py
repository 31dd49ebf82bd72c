"""Growth and pulls that are told rounded where the exact ones would tell what single units changed by.

Belongs here: which figures these are, and what they say of the changes of cells. Does not belong here: which changes
may be told exactly (steps), what an attacker makes of what is said (indicators.disclosure).

A growth rate of 12.3 per cent says of last year's base, and so of the units that left, entered or were corrected, no
more than that it lies within a two-thousandth of the cell; one that is rounded to a whole per cent, within a
two-hundredth. To changes of single units in a large cell that is often protection enough.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from indicators.disclosure import Relation
from indicators.rounding import decimal, round_half_away

STEPS: Final = (0.001, 0.005, 0.01)  # a tenth, a half, a whole per cent; the finest that protects is taken
# What is told as it is leaves as much room as a ten-thousandth of a percentage point: none.
EXACT: Final = 1e-6
GROWTH: Final = "core_growth"
_PULL: Final = "core_pull"
LEVEL, VOLUME, BASE = "core_value_added", "core_value_added_volume", "core_value_added_base"
_PRICES: Final = dict.fromkeys((GROWTH, _PULL, VOLUME), "constant") | dict.fromkeys((LEVEL, BASE), "current")

_FIGURE: Final = ["indicator", "period", "region", "class"]

Cell = tuple[str, str]
Figure = tuple[str, str, str, str]  # indicator, period, region, class
Numbers = Mapping[Figure, float]


def to_step(value: float, step: float) -> float:
    """A figure as it is told: half away from zero to a multiple of a step."""
    exact = Decimal(str(step))
    return float(round_half_away(decimal(value) / exact) * exact)


def figures(rows: pd.DataFrame) -> pd.Series[Any]:
    """Indicator, period, region and class of each row."""
    return pd.Series(list(rows[_FIGURE].itertuples(index=False, name=None)), index=rows.index, dtype=object)


def roughly_told(rows: pd.DataFrame, told: Collection[Figure]) -> pd.Series[bool]:
    """Which rows are such figures: cumulative, at constant prices and of the rate method."""
    own = rows["indicator"].map(_PRICES).eq(rows["price_basis"]) & rows["definition_id"].eq("rate_method")
    return own & rows["span"].eq("cumulative") & figures(rows).isin(set(told))


def numbers(rows: pd.DataFrame) -> Numbers:
    """The numbers of a release or a copy that such figures rest on, and the figures themselves."""
    rows = rows[rows["indicator"].isin(_PRICES) & rows["base"].isin(["comparable", "none"]) & rows["value"].notna()]
    rows = rows[roughly_told(rows, figures(rows))]
    return dict(zip(figures(rows), rows["value"].astype(float), strict=True))


def not_exact(
    known: Numbers, quarter: str, closed: Collection[Cell], shown: Collection[Cell], core: Cell
) -> list[Figure]:
    """Growth and pulls of a quarter that are not told exactly.

    Args:
        known: the numbers of the release.
        quarter: which quarter.
        closed: cells whose changes are not told exactly.
        shown: cells that are shown; of others nothing is told.
        core: the cell that pulls are on.

    Returns:
        Growth of cells that are closed, and pulls of such cells or on a core that is closed.
    """
    found = []
    for figure in known:
        indicator, period, region, name = figure
        cells = {(region, name), core} if indicator == _PULL else {(region, name)}
        own = indicator in {GROWTH, _PULL} and period == quarter and cells <= set(shown)
        if own and not cells.isdisjoint(closed):
            found.append(figure)
    return found


@dataclass(frozen=True)
class Earlier:
    """A copy: its numbers, and to which steps it told some of its figures."""

    numbers: Numbers
    steps: Mapping[Figure, float]

    def step(self, figure: Figure) -> float | None:
        """To which step it told a figure, or None if it did not."""
        return self.steps.get(figure, EXACT) if figure in self.numbers else None


def says(
    figure: Figure,
    step: float,
    known: Numbers,
    changes: Mapping[Hashable, float],
    core: Cell,
    *,
    then: Numbers | None = None,
    rounding: bool = True,
) -> list[Relation]:
    """What a rounded figure says of the changes of cells.

    Growth ``g`` of a cell with volume ``V`` on a base ``B`` says ``V − B`` is ``g·B``, a pull the same of the base of
    the core. A base is what it would be had no unit changed, which readers are taken to know, and what did change.

    Args:
        figure: growth or a pull.
        step: to which it is rounded.
        known: the numbers of the release.
        changes: cell → what its units changed by, in yuan; of a cell that is missing none did.
        core: the cell that pulls are on.
        then: the numbers of a copy that told the figure before, at levels of its own.
        rounding: whether the figure is not yet as it is told.

    Returns:
        Two relations labelled with figure and step; from an earlier copy without a label, and only if they still hold
        (if not, the base was another one). None where a number that the figure rests on is not there.
    """
    indicator, period, *place = figure
    cell: Cell = (place[0], place[1])
    over = core if indicator == _PULL else cell
    value, volume = (then or known).get(figure), _volume(known, then, (period, *cell))
    base, base_over = (known.get((BASE, period, *each)) for each in (cell, over))
    if value is None or volume is None or base is None or base_over is None:
        return []
    still, still_over = base - changes.get(cell, 0.0), base_over - changes.get(over, 0.0)
    found, told = [], to_step(value, step) if rounding else value
    for end, sides in ((told - step / 2, (-math.inf, 0.0)), (told + step / 2, (0.0, math.inf))):
        terms: dict[Hashable, float] = {cell: 1.0, over: end} if over != cell else {cell: 1.0 + end}
        low, high = (volume - still - end * still_over + side for side in sides)
        found.append(Relation(terms, low, high, (*figure, step) if then is None else None))
    return found if then is None or all(_holds(each, changes) for each in found) else []


def stands(
    figure: Figure, step: float, known: Numbers, changes: Mapping[Hashable, float], core: Cell
) -> list[Relation]:
    """What a rounded figure says that is told again as it was: it cannot be withheld any more.

    Arguments are those of ``says``; the figure in ``known`` is the one that was told. What its volume was is known but
    roughly: where the changes do not lie within what it says of them, as wide an interval about them is taken.
    """
    said = [replace(each, figure=None) for each in says(figure, step, known, changes, core)]
    if all(_holds(each, changes) for each in said):
        return said
    indicator, period, *place = figure
    cell: Cell = (place[0], place[1])
    base, over = (known[BASE, period, *each] for each in (cell, core if indicator == _PULL else cell))
    about = dict(known) | {figure: (known[VOLUME, period, *cell] - base) / over}
    return [replace(each, figure=None) for each in says(figure, step, about, changes, core, rounding=False)]


def _volume(known: Numbers, then: Numbers | None, at: tuple[str, str, str]) -> float | None:
    """The volume that a figure rests on; that of an earlier copy is its level at the prices of this release."""
    volume = known.get((VOLUME, *at))
    if then is None or volume is None:
        return volume
    level, before = known.get((LEVEL, *at)), then.get((LEVEL, *at))
    return volume * before / level if level and before else None


def _holds(relation: Relation, changes: Mapping[Hashable, float]) -> bool:
    return relation.low <= _value(relation, changes) <= relation.high


def _value(relation: Relation, changes: Mapping[Hashable, float]) -> float:
    return sum(weight * changes.get(cell, 0.0) for cell, weight in relation.terms.items())
