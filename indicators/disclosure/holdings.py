"""Who has how much in which cell: what a respondent takes off before he looks, and what a union of cells holds.

Belongs here: contributions by cell, and the verdict of the primary rules on several cells taken together. Does not
belong here: what can be worked out about them (audit).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.disclosure.exact import Whole, named, whole
from indicators.disclosure.primary import Rules, counts, holders
from indicators.disclosure.system import Floats, Indices, System

# What ``contributions`` has at least.
COLUMNS: Final = ("cell", "unit", "value")
# An own contribution that misses its cell by less than this share is all of it.
_ALL: Final = 1e-9
# A deviation below this, in units of a usual cell, is the solver's noise.
_STILL: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Verdict:
    """The primary rules on one cell or union, amounts in units of the system's scale."""

    unsafe: bool
    protection: float


@dataclass(frozen=True, eq=False)
class Holdings:
    """Contributions by cell.

    Attributes:
        units: per column of the system, disclosure unit → whole number of ``form``.
        form: how whole numbers read.
        rules: the primary rules.
        system: the cells.
    """

    units: Sequence[Mapping[Hashable, int]]
    form: Whole
    rules: Rules
    system: System

    def amount(self, units: float) -> float:
        """A whole number in units of the system's scale."""
        return units / self.form.scale / self.system.scale

    @cached_property
    def ranked(self) -> list[list[tuple[float, Hashable]]]:
        """Per column (contribution, disclosure unit), the largest first."""
        return [
            sorted(((self.amount(own), who) for who, own in cell.items()), key=lambda pair: (-pair[0], str(pair[1])))
            for cell in self.units
        ]

    @cached_property
    def top(self) -> Floats:
        """The largest contribution in each cell; −inf where there is none."""
        return np.array([cell[0][0] if cell else -np.inf for cell in self.ranked])

    @cached_property
    def sole(self) -> list[Hashable | None]:
        """Per column the one who is all of the cell, and knows it."""
        values = self.system.values
        alone = ((cell[0] if len(cell) == 1 else None) for cell in self.ranked)
        return [
            only[1] if only and abs(only[0] - value) <= _ALL * max(abs(value), abs(only[0])) else None
            for only, value in zip(alone, values, strict=True)
        ]

    @cached_property
    def places(self) -> dict[Hashable, list[int]]:
        """Disclosure unit → the columns it is in."""
        found: dict[Hashable, list[int]] = {}
        for column, cell in enumerate(self.units):
            for who in cell:
                found.setdefault(who, []).append(column)
        return found

    def own(self, who: Hashable, column: int) -> float:
        """What a disclosure unit has in a cell."""
        return self.amount(self.units[column].get(who, 0))

    def knowledge(self, who: Hashable, place: Mapping[int, int]) -> tuple[Indices, Floats, Floats]:
        """What a respondent knows about cells beyond what is published: their places, lower and upper bounds.

        A cell is at least what he has in it, where the indicator is not negative; a cell that is all his he knows.
        """
        mine = np.array([column for column in self.places.get(who, ()) if column in place], dtype="int64")
        alone = np.array([self.sole[column] == who for column in mine.tolist()], dtype=bool)
        own = np.array([self.own(who, column) for column in mine.tolist()])
        signed = ~np.isfinite(self.system.floor[mine])
        lower = np.where(alone, 0.0, np.where(signed, -np.inf, own - self.system.values[mine]))
        places = np.array([place[column] for column in mine.tolist()], dtype="int64")
        return places, lower, np.where(alone, 0.0, np.inf)

    def room_below(self, columns: Indices) -> Floats:
        """How far down each cell can go before the one with the most in it knows better."""
        alone = np.array([self.sole[column] is not None for column in columns.tolist()], dtype=bool)
        left = np.maximum(self.system.values[columns] - np.maximum(self.top[columns], 0.0), 0.0)
        return np.where(alone, 0.0, np.where(np.isfinite(self.system.floor[columns]), left, np.inf))

    def refuted_by(self, columns: Indices, point: Floats) -> list[Hashable]:
        """The respondents who know that cells are not at this point, those with the most in a cell first."""
        found: dict[Hashable, float] = {}
        for position in np.flatnonzero(np.abs(point) > _STILL).tolist():
            column = int(columns[position])
            if (only := self.sole[column]) is not None:
                found[only] = max(self.top[column], found.get(only, 0.0))
            elif np.isfinite(self.system.floor[column]):
                left = self.system.values[column] + point[position] + self.system.same(column)
                for own, who in self.ranked[column]:
                    if own <= left:
                        break
                    found[who] = max(own, found.get(who, 0.0))
        return sorted(found, key=lambda who: (-found[who], str(who)))

    def cancels(self, columns: Iterable[int]) -> bool:
        """Whether all that anybody put into some of the cells he took out of others: their sum is nobody's amount."""
        cells = list(columns)
        return any(any(self.units[cell].values()) for cell in cells) and not any(self._total(cells).values())

    def _total(self, columns: Iterable[int]) -> Counter[Hashable]:
        total: Counter[Hashable] = Counter()
        for column in columns:
            total.update(self.units[column])
        return total

    def verdict(self, columns: Iterable[int]) -> Verdict:
        """The primary rules on the union of cells."""
        sizes = sorted((abs(own) for own in self._total(columns).values()), reverse=True)
        top = {n: sum(sizes[:n]) for n in self.rules.depths}
        asked = [share / of for _, fires, share, of in self.rules.asked(len(sizes), sum(sizes), top) if fires]
        return Verdict(bool(asked), self.amount(max(asked, default=0.0)))

    def owed(self, column: int, who: Hashable, need: float) -> float:
        """The protection a cell needs against one respondent.

        Against everyone but its largest contributor it is the cell's own. The largest needs none against himself: there
        only the next largest is kept from him, by the p % rule.
        """
        sizes = sorted(((abs(own), other) for other, own in self.units[column].items()), key=lambda pair: -pair[0])
        if not sizes or abs(self.units[column].get(who, 0)) < sizes[0][0]:
            return need
        share = self.rules.p_percent or 0
        rest = sum(own for own, other in sizes if other != who)
        following = max((own for own, other in sizes if other != who), default=0)
        return min(need, max(0.0, self.amount(float((1 + share) * following - rest))))


def holdings(contributions: pd.DataFrame, system: System, rules: Rules) -> Holdings:
    """Contributions as the audit needs them.

    A cell that has none, in a table that adds up exactly, has those of its parts: contributions of the finest cells are
    enough.

    Args:
        contributions: ``COLUMNS`` and, where known, ``group`` and ``kind`` (only ``measured`` counts).
        system: the cells.
        rules: the primary rules.

    Raises:
        InputError: a column, unit or value is missing, or a cell has no value; rows or cells are named.
    """
    group, kind = (name if name in contributions.columns else None for name in ("group", "kind"))
    place = {cell: column for column, cell in enumerate(system.cells)}
    if unknown := [cell for cell in contributions["cell"].unique() if cell not in place]:
        raise InputError("贡献表中的单元格没有数值。", "Contributions to a cell without a value.", where=named(unknown))
    counted = counts(contributions, unit="unit", value="value", kind=kind)
    measured = contributions[counted]
    form = whole(measured["value"])
    units: list[Counter[Hashable]] = [Counter() for _ in system.cells]
    who = holders(measured, unit="unit", group=group)
    for cell, holder, own in zip(measured["cell"], who, form.units.tolist(), strict=True):
        units[place[cell]][holder] += own
    told = {place[cell] for cell in contributions["cell"].unique()} | set(np.flatnonzero(system.values == 0).tolist())
    _fill(units, told, system)
    return Holdings(units, form, rules, system)


def _fill(units: list[Counter[Hashable]], told: set[int], system: System) -> None:
    """Cells that follow from the others of an additive relation, until none is left that does."""
    rows = _additive(system)
    found = True
    while found:
        found = False
        for signs in rows:
            missing = [column for column in signs if column not in told]
            if len(missing) != 1:
                continue
            (new,) = missing
            for column, sign in signs.items():
                if column != new:
                    for who, own in units[column].items():
                        units[new][who] -= sign * signs[new] * own
            told.add(new)
            found = True


def _additive(system: System) -> list[dict[int, int]]:
    """Rows that say that sums of cells differ by nothing: column → ±1."""
    nothing = np.abs(system.matrix @ system.values) <= _ALL * (abs(system.matrix) @ np.abs(system.values))
    rows = (system.row(number) for number in np.flatnonzero((system.low == 0) & (system.high == 0) & nothing).tolist())
    return [
        dict(zip(columns.tolist(), signs.astype(int).tolist(), strict=True))
        for columns, signs in rows
        if (np.abs(signs) == 1).all()
    ]
