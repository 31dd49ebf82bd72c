"""Whether what is hidden stays hidden: intervals of hidden cells as seen by a reader and by every single respondent.

Belongs here: who attacks, what counts as safe. Does not belong here: solving (attack), what to hide (protect).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from indicators.disclosure.exact import Rate
from indicators.disclosure.inspection import inspect
from indicators.disclosure.knowledge import Knowledge, Protection, labelled
from indicators.disclosure.primary import DOMINANCE, MIN_COUNT, P_PERCENT, Rules
from indicators.disclosure.relations import Cell, Relation
from indicators.disclosure.system import Values


def audit(
    values: Values,
    relations: Iterable[Relation],
    hidden: Collection[Cell],
    *,
    protection: Protection = None,
    contributions: pd.DataFrame | None = None,
    nonnegative: bool | Collection[Cell] | None = None,
    min_count: int | None = MIN_COUNT,
    dominance: Sequence[tuple[int, Rate]] | None = DOMINANCE,
    p_percent: Rate | None = P_PERCENT,
) -> pd.DataFrame:
    """The interval of every hidden cell, and whether it is safe.

    A cell is safe when a reader must think it possible that it is as high as its value plus its protection and as low
    as its value less it; a cell listed in ``protection`` must moreover not be known exactly. With ``contributions`` the
    same is asked of every single respondent, who knows his own part of every cell (and a cell that is all his), and of
    every union of hidden cells whose sum the relations give away: no cell of a union that breaks the primary rules and
    is known closer than its protection is safe. Of a union in which each took out of some cells what he put into others
    the sum is nobody's amount, and is not asked for.

    Args:
        values: cell → true value; all cells that the relations speak of.
        relations: what is published or will be, and what holds in any case.
        hidden: the cells that are not published themselves, also those known only by a rounded figure (a relation).
            Labels of figures that are withheld may stand among them: their relations then say nothing.
        protection: cell → how far an attacker must be kept away (a mere collection: 0 each).
        contributions: ``cell, unit, value`` and, where known, ``group`` and ``kind``; of all cells, or of the finest.
        nonnegative: the cells whose indicator cannot be negative (True all, False none); default all, unless a value
            or a contribution is negative, then none.
        min_count: as in ``primary``, for unions.
        dominance: as in ``primary``, for unions.
        p_percent: as in ``primary``, for unions and respondents.

    Returns:
        One row per hidden cell, indexed by ``cell``: ``low, high`` as a reader without own contributions sees them
        (±inf where nothing holds it), ``safe``. A cell that needs protection and is not hidden is added, not safe.

    Raises:
        InputError: the relations contradict each other or what is not hidden (cells are named), or a cell is unknown.

    Source: methods, disclosure control; Fischetti and Salazar (2001), Solving the cell suppression problem on tabular
        data with linear constraints, Management Science 47.
    """
    rules = Rules.of(min_count, dominance, p_percent)
    known = Knowledge.of(
        values,
        relations,
        protection=protection,
        contributions=contributions,
        nonnegative=nonnegative,
        rules=rules,
    )
    columns, labels = known.places(hidden)
    found = inspect(known.withholding(labels), np.array(columns, dtype="int64"))
    weak = {column for duty in found.broken for column in duty.columns}
    exposed = known.exposed(set(columns))
    listed = [*columns, *exposed]
    deviations = [[side.get(column, 0.0) for column in listed] for side in (found.low, found.high)]
    low, high = (known.system.scale * (known.system.values[listed] + np.array(side)) for side in deviations)
    safe = [column not in weak for column in columns] + [False] * len(exposed)
    cells = labelled([known.system.cells[column] for column in listed])
    return pd.DataFrame({"low": low, "high": high, "safe": np.array(safe, dtype=bool)}, index=cells)
