"""What to hide besides the sensitive cells, so that the audit passes.

Belongs here: reading what may and what must be hidden, and the last audit. Does not belong here: how a choice is made
(optimum in small parts, completion in large ones), and folding classes upwards, which comes before anything is hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.disclosure.choice import Choice, Impossible
from indicators.disclosure.completion import completion
from indicators.disclosure.exact import Rate, named
from indicators.disclosure.inspection import contradiction
from indicators.disclosure.knowledge import Knowledge, Protection
from indicators.disclosure.optimum import optimum
from indicators.disclosure.primary import DOMINANCE, MIN_COUNT, P_PERCENT, Rules
from indicators.disclosure.relations import Cell, Relation
from indicators.disclosure.system import Indices, Values


class ExposedError(InputError):
    """No choice protects some cell."""


# Up to so many cells and figures that may be hidden in one part, the fewest are found exactly.
EXACT: Final = 80


def protect(
    values: Values,
    relations: Iterable[Relation],
    sensitive: Protection,
    *,
    frozen: Collection[Cell] = (),
    contributions: pd.DataFrame | None = None,
    unpublished: Collection[Cell] = (),
    nonnegative: bool | Collection[Cell] | None = None,
    min_count: int | None = MIN_COUNT,
    dominance: Sequence[tuple[int, Rate]] | None = DOMINANCE,
    p_percent: Rate | None = P_PERCENT,
    exact: int = EXACT,
) -> set[Cell]:
    """Cells, and labels of figures, to hide such that ``audit`` passes with the same arguments.

    In a part of the system (cells that hang together by relations) with at most ``exact`` things that may be hidden,
    they are the fewest, and of such choices one that loses the least value. In a larger one they are few (see
    ``completion``); the choice has passed the same audit. A zero cell of an indicator that cannot be negative is only
    hidden if it is sensitive: that there is nothing is commonly known, and hiding it would protect in appearance only.

    Args:
        values: cell → true value; all cells that the relations speak of.
        relations: what would be published and what holds in any case. A relation with a ``figure`` can be withheld.
        sensitive: cell → protection (a mere collection: 0 each).
        frozen: cells and labels that are public already.
        contributions: ``cell, unit, value`` and, where known, ``group`` and ``kind``, as for ``audit``.
        unpublished: cells that are not published themselves in any case, only through figures.
        nonnegative: as in ``audit``.
        min_count: as in ``audit``.
        dominance: as in ``audit``.
        p_percent: as in ``audit``.
        exact: how many things that may be hidden a part may have to be solved exactly.

    Returns:
        The sensitive cells that would be published, and what has to be hidden with them. With ``unpublished`` added it
        is what ``audit`` takes as ``hidden``.

    Raises:
        ExposedError: no choice is enough; cells are named.
        InputError: a sensitive cell is public already, or the true values do not satisfy a relation; cells are named.

    Source: methods, disclosure control; Fischetti and Salazar (2001); Kelly, Golden and Assad (1992), Cell suppression:
        disclosure protection for sensitive tabular data, Networks 22.
    """
    rules = Rules.of(min_count, dominance, p_percent)
    known = Knowledge.of(
        values,
        relations,
        protection=sensitive,
        contributions=contributions,
        nonnegative=nonnegative,
        rules=rules,
    )
    shown, public = known.places(frozen)
    away, _ = known.places(unpublished)
    _checked(known, shown)
    chosen: set[Cell] = {known.system.cells[column] for column in known.needs}
    for rows, columns in known.system.parts():
        part = known.part(rows, columns)
        if not part.needs:
            continue
        choice = _choice(part, columns, set(shown), public, set(away))
        try:
            found = optimum(choice) if len(choice.optional) <= exact else completion(choice)
        except Impossible as none:
            cells = choice.names(none.columns or part.needs)
            raise ExposedError(
                "无论隐藏什么都不足以保护这些单元格：请先归并类别，或减少已公布的数。",
                "Whatever is hidden, these cells stay exposed: fold classes first, or publish less.",
                where=named(cells),
            ) from None
        chosen |= choice.names(found)
    return chosen - {known.system.cells[column] for column in away}


def _checked(known: Knowledge, shown: Iterable[int]) -> None:
    system = known.system
    if public := [system.cells[column] for column in shown if column in known.needs]:
        raise InputError("要保护的单元格已经公布。", "A cell to protect is public already.", where=named(public))
    if (wrong := system.contradicted()).any():
        columns, _ = system.row(int(np.flatnonzero(wrong)[0]))
        raise contradiction([system.cells[column] for column in columns])


def _choice(part: Knowledge, columns: Indices, shown: set[int], public: set[Hashable], away: set[int]) -> Choice:
    """What may be hidden in a part."""
    forced = frozenset(
        position for position, column in enumerate(columns.tolist()) if position in part.needs or column in away
    )
    nothing = set(np.flatnonzero((part.system.values == 0) & (part.system.floor == 0)).tolist())
    cells = [
        position
        for position, column in enumerate(columns.tolist())
        if position not in forced and column not in shown and position not in nothing
    ]
    labels = dict.fromkeys(label for label in part.system.figures if label is not None)
    figures = [len(columns) + number for number, label in enumerate(labels) if label not in public]
    return Choice(part, forced, (*cells, *figures))
