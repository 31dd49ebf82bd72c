"""What goes into an audit, made ready: the system of cells, who has what in them, how much protection each needs.

Belongs here: reading the arguments that ``audit`` and ``protect`` share. Does not belong here: the attack.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.disclosure.exact import amount, named, needed
from indicators.disclosure.holdings import COLUMNS, Holdings, holdings
from indicators.disclosure.primary import Rules
from indicators.disclosure.relations import Cell, Relation
from indicators.disclosure.system import Floats, Indices, System, Values, amounts, system
from indicators.series import readable

Protection = Mapping[Any, float] | pd.Series | Collection[Any] | None


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything an audit starts from.

    Attributes:
        system: cells and relations.
        holdings: contributions; None where only readers without own contributions are thought of.
        needs: column → protection, in units of the system's scale; the cells that must not be known exactly.
    """

    system: System
    holdings: Holdings | None
    needs: dict[int, float]

    @classmethod
    def of(
        cls,
        values: Values,
        relations: Iterable[Relation],
        *,
        protection: Protection,
        contributions: pd.DataFrame | None,
        nonnegative: bool | Collection[Cell] | None,
        rules: Rules,
    ) -> Knowledge:
        """The arguments of ``audit`` and ``protect``, checked."""
        numbers = amounts(values)
        if contributions is not None:
            needed(contributions, COLUMNS, "contributions")
        known = system(numbers, relations, nonnegative=_nonnegative(nonnegative, numbers, contributions))
        held = None if contributions is None else holdings(contributions, known, rules)
        return cls(known, held, _needs(protection, known))

    def places(self, names: Iterable[Hashable]) -> tuple[list[int], set[Hashable]]:
        """Names of cells and of figures: columns in order, labels of figures.

        Raises:
            InputError: a name is neither.
        """
        place = {cell: column for column, cell in enumerate(self.system.cells)}
        asked = list(names)
        labels = {name for name in asked if name not in place}
        if unknown := labels - {figure for figure in self.system.figures if figure is not None}:
            raise InputError("没有这些单元格或公布数。", "There are no such cells or figures.", where=named(unknown))
        return sorted({place[name] for name in asked if name in place}), labels

    def withholding(self, labels: Collection[Hashable]) -> Knowledge:
        """The same, with these figures withheld."""
        return replace(self, system=self.system.without(labels)) if labels else self

    def part(self, rows: Indices, columns: Indices) -> Knowledge:
        """What is known about some columns that share nothing with the rest."""
        inside = self.system.part(rows, columns)
        held = self.holdings and replace(
            self.holdings, system=inside, units=[self.holdings.units[column] for column in columns]
        )
        place = {column: position for position, column in enumerate(columns.tolist())}
        needs = {place[column]: need for column, need in self.needs.items() if column in place}
        return Knowledge(inside, held, needs)

    def own(self, who: Hashable | None) -> tuple[Indices, Floats, Floats]:
        """What somebody knows about all cells beyond what is published: a respondent his own, a reader nothing."""
        if who is None or self.holdings is None:
            return np.empty(0, dtype="int64"), np.empty(0), np.empty(0)
        return self.holdings.knowledge(who, {column: column for column in range(len(self.system.cells))})

    def unsafe(self, column: int) -> bool:
        """Whether a cell breaks a primary rule, as far as contributions are known."""
        return self.holdings is not None and self.holdings.verdict([column]).unsafe

    def exposed(self, hidden: Collection[int]) -> list[int]:
        """Cells that need protection and are not hidden."""
        return [
            column for column, need in self.needs.items() if column not in hidden and (need > 0 or self.unsafe(column))
        ]


def _nonnegative(
    asked: bool | Collection[Cell] | None, numbers: Mapping[Cell, float], contributions: pd.DataFrame | None
) -> Collection[Cell]:
    if asked is None:
        signed = min(numbers.values(), default=0.0) < 0
        asked = not signed and (contributions is None or not (readable(contributions["value"]) < 0).any())
    if isinstance(asked, bool):
        return numbers.keys() if asked else ()
    return set(asked)


def _needs(protection: Protection, known: System) -> dict[int, float]:
    if protection is None:
        return {}
    told = protection.items() if isinstance(protection, (Mapping, pd.Series)) else ((cell, 0.0) for cell in protection)
    needs = {cell: amount(need) for cell, need in told}
    place = {cell: column for column, cell in enumerate(known.cells)}
    if unknown := [cell for cell in needs if cell not in place]:
        raise InputError("要保护的单元格没有数值。", "A cell to protect has no value.", where=named(unknown))
    if bad := [cell for cell, need in needs.items() if not (math.isfinite(need) and need >= 0)]:
        raise InputError("保护幅度须为不小于零的数。", "Protection must be a number ≥ 0.", where=named(bad))
    return {place[cell]: need / known.scale for cell, need in needs.items()}


def labelled(cells: Sequence[Cell]) -> pd.Index:
    """Cells as an index called ``cell``; tuples of one length become its levels."""
    tuples = [cell for cell in cells if isinstance(cell, tuple)]
    if tuples and len(tuples) == len(cells) and len({len(cell) for cell in tuples}) == 1:
        return pd.MultiIndex.from_tuples(tuples)
    return pd.Index(np.array([*cells, None], dtype=object)[:-1], tupleize_cols=False, name="cell")
