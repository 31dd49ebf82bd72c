"""All that is known about one vector of cells, as a system of rows in deviations from the true values.

Belongs here: building that system from values and relations, and its parts that share nothing. Does not belong here:
solving it (attack), who attacks and what is safe (audit), and what to hide (protect).

A deviation is zero at the truth, so a row of an additive table reads ``Σ coefficient·deviation = 0``: nothing large is
taken from anything large, and yuan beside a whole city stay well within what a solver can tell apart.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from classification.errors import InputError
from indicators.disclosure.exact import amount, named
from indicators.disclosure.relations import Cell, Relation

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Values = Mapping[Any, float] | pd.Series
# A relation that the true values miss by less than this share of its terms holds: sums of floats miss by as much.
_WRITTEN: Final = 1e-13
# Below this, in units of a usual cell or as a share of a large one, two amounts are the same.
SAME: Final = 1e-7


@dataclass(frozen=True, eq=False)
class System:
    """Cells and what holds between them.

    Attributes:
        cells: names of the columns.
        values: their true values, in units of ``scale``.
        floor: least deviation of each cell: down to zero where the indicator is not negative, else −inf.
        matrix: one row per relation.
        low: least value of each row's sum of deviations; ≤ 0 where the true values satisfy the relation.
        high: greatest value; ≥ 0 where they do.
        figures: label of the published figure that a row comes from; None for what holds in any case.
        scale: size of a usual cell, in the unit of the values.
    """

    cells: list[Cell]
    values: Floats
    floor: Floats
    matrix: csr_array
    low: Floats
    high: Floats
    figures: list[Hashable | None]
    scale: float

    def same(self, column: int) -> float:
        """The amount below which a deviation of this cell is none."""
        return SAME * max(1.0, abs(float(self.values[column])))

    def contradicted(self) -> npt.NDArray[np.bool_]:
        """Rows that the true values do not satisfy."""
        return np.asarray((self.low > 0) | (self.high < 0))

    def row(self, number: int) -> tuple[Indices, Floats]:
        """Columns and coefficients of a row."""
        span = slice(*self.matrix.indptr[number : number + 2])
        return self.matrix.indices[span], self.matrix.data[span]

    def without(self, labels: Collection[Hashable]) -> System:
        """The system when these figures are withheld."""
        kept = [number for number, label in enumerate(self.figures) if label is None or label not in labels]
        return self.part(np.array(kept, dtype="int64"), np.arange(len(self.cells)))

    def part(self, rows: Indices, columns: Indices) -> System:
        """Some rows and columns of it."""
        return replace(
            self,
            cells=[self.cells[column] for column in columns],
            values=self.values[columns],
            floor=self.floor[columns],
            matrix=self.matrix[rows][:, columns],
            low=self.low[rows],
            high=self.high[rows],
            figures=[self.figures[row] for row in rows],
        )

    def parts(self) -> list[tuple[Indices, Indices]]:
        """Rows and columns of what shares nothing with the rest, in the order of the first column."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        rows, columns = self.matrix.shape
        entries = self.matrix.tocoo()
        links = (np.ones(entries.nnz), (entries.row, entries.col + rows))
        count, label = connected_components(coo_array(links, shape=(rows + columns,) * 2), directed=False)
        sides = zip(_members(label[:rows], count), _members(label[rows:], count), strict=True)
        return sorted((side for side in sides if side[1].size), key=lambda side: int(side[1][0]))


def amounts(values: Values) -> dict[Cell, float]:
    """Cell → number.

    Raises:
        InputError: a cell is there twice or has no finite number; cells are named.
    """
    found = {cell: amount(number) for cell, number in values.items()}
    if len(found) < len(values):
        raise InputError("单元格重复。", "A cell is there twice.")
    if bad := [cell for cell, number in found.items() if not math.isfinite(number)]:
        raise InputError("单元格的数值缺失或非有限。", "A cell has no finite number.", where=named(bad))
    return found


def system(values: Mapping[Cell, float], relations: Iterable[Relation], *, nonnegative: Collection[Cell]) -> System:
    """The system of all cells and relations.

    Raises:
        InputError: a relation speaks of a cell without a value, or a cell that cannot be negative is; cells are named.
    """
    from scipy.sparse import csr_array

    listed, cells = list(relations), list(values)
    place = {cell: column for column, cell in enumerate(cells)}
    if unknown := [cell for relation in listed for cell in relation.terms if cell not in place]:
        raise InputError(
            "关系式中的单元格没有数值。", "A relation speaks of a cell without a value.", where=named(unknown)
        )
    numbers = np.array([values[cell] for cell in cells], dtype="float64")
    signless = np.array([cell in nonnegative for cell in cells], dtype=bool)
    if (bad := signless & (numbers < 0)).any():
        wrong = [cells[column] for column in np.flatnonzero(bad)]
        raise InputError("指标不为负而单元格为负。", "A cell is negative where none can be.", where=named(wrong))
    matrix = csr_array(
        (
            np.array([coefficient for relation in listed for coefficient in relation.terms.values()], dtype="float64"),
            np.array([place[cell] for relation in listed for cell in relation.terms], dtype="int64"),
            np.cumsum([0, *(len(relation.terms) for relation in listed)]),
        ),
        shape=(len(listed), len(cells)),
    )
    matrix.eliminate_zeros()
    slack = _WRITTEN * (abs(matrix) @ np.abs(numbers))
    low, high = (
        np.array([getattr(relation, end) for relation in listed], dtype="float64") - matrix @ numbers
        for end in ("low", "high")
    )
    scale = _usual(numbers)
    return System(
        cells,
        numbers / scale,
        np.where(signless, -numbers / scale, -np.inf),
        matrix,
        np.where(np.abs(low) <= slack, 0.0, low / scale),
        np.where(np.abs(high) <= slack, 0.0, high / scale),
        [relation.figure for relation in listed],
        scale,
    )


def _usual(numbers: Floats) -> float:
    """The geometric mean of what is not zero, to the next power of two: dividing by it loses nothing."""
    sizes = np.abs(numbers[numbers != 0])
    return float(2.0 ** np.rint(np.mean(np.log2(sizes)))) if sizes.size else 1.0


def _members(label: Indices, count: int) -> list[Indices]:
    """Positions by label, from 0."""
    ends = np.cumsum(np.bincount(label, minlength=count))
    return np.split(np.argsort(label, kind="stable"), ends[:-1])
