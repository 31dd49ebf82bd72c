"""What may be hidden, and what is: cells by column, figures by number after them.

Belongs here: the bounds that a choice puts on cells and figures. Does not belong here: how a choice is made (optimum,
completion).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from indicators.disclosure.inspection import Duty, inspect
from indicators.disclosure.knowledge import Knowledge
from indicators.disclosure.relations import Cell
from indicators.disclosure.system import Floats


class Impossible(Exception):  # noqa: N818 — its caller names the cells
    """Whatever is hidden, something remains that somebody can rule out.

    Attributes:
        columns: cells that cannot be protected, where they are known.
    """

    def __init__(self, columns: Collection[int] = ()) -> None:
        super().__init__()
        self.columns = columns


@dataclass(frozen=True, eq=False)
class Choice:
    """A part of the system and what can be hidden in it.

    Attributes:
        known: what is known about the part.
        forced: columns of the cells that are hidden in any case.
        optional: columns and figures that may be hidden besides, in order; a figure is the number of columns plus its
            place in ``labels``.
    """

    known: Knowledge
    forced: frozenset[int]
    optional: tuple[int, ...]

    @cached_property
    def labels(self) -> list[Hashable]:
        """Figures that the part knows of."""
        return list(dict.fromkeys(label for label in self.known.system.figures if label is not None))

    @cached_property
    def figure_rows(self) -> dict[int, list[int]]:
        """Figure → its rows."""
        number = {label: len(self.known.system.cells) + place for place, label in enumerate(self.labels)}
        found: dict[int, list[int]] = {}
        for row, label in enumerate(self.known.system.figures):
            if label is not None:
                found.setdefault(number[label], []).append(row)
        return found

    @cached_property
    def sizes(self) -> Floats:
        """What it costs to hide a cell or figure when numbers are equal: the value that is lost."""
        cells = np.abs(self.known.system.values)
        terms = [[self.known.system.row(row)[0] for row in rows] for rows in self.figure_rows.values()]
        return np.array([*cells, *(float(cells[np.concatenate(columns)].min()) for columns in terms)])

    def names(self, hidden: Iterable[int]) -> set[Cell]:
        """Cells and labels."""
        known = [*self.known.system.cells, *self.labels]
        return {known[item] for item in hidden}

    def broken(self, hidden: Collection[int], settled: Collection[int] = ()) -> list[Duty]:
        """What a choice leaves undone; cells that are ``settled`` were not broken when less was hidden."""
        cells = len(self.known.system.cells)
        columns = sorted({item for item in hidden if item < cells} | self.forced)
        labels = {self.labels[item - cells] for item in hidden if item >= cells}
        known = self.known.withholding(labels)
        return inspect(known, np.array(columns, dtype="int64"), intervals=False, settled=settled).broken
