"""Small tables of random firms for the tests of disclosure control."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from hypothesis import strategies as st

from indicators.disclosure import Relation, primary, table_relations

Firm = tuple[str, str, str, int]


@dataclass(frozen=True)
class Table:
    """Firms by row and column, with all totals; cells are pairs, ``T`` is the total."""

    firms: list[Firm]

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """``cell, unit, value`` of all cells."""
        found = [
            ((r, c), unit, value) for row, column, unit, value in self.firms for r in (row, "T") for c in (column, "T")
        ]
        return pd.DataFrame(found, columns=["cell", "unit", "value"])

    @cached_property
    def judged(self) -> pd.DataFrame:
        """The primary rules on all cells."""
        return primary(self.contributions, by="cell", unit="unit", value="value")

    @property
    def values(self) -> dict[tuple[str, str], int]:
        """Cell → value."""
        return dict(zip(self.judged["cell"], self.judged["value"].tolist(), strict=True))

    @property
    def needs(self) -> dict[tuple[str, str], float]:
        """Unsafe cell → protection."""
        found = self.judged[self.judged["unsafe"]]
        return dict(zip(found["cell"], found["protection"].tolist(), strict=True))

    @cached_property
    def relations(self) -> list[Relation]:
        """The table adds up both ways."""
        cells = pd.DataFrame(
            [(*cell, value) for cell, value in self.values.items()], columns=["row", "column", "value"]
        )
        return table_relations(
            cells, dimensions=["row", "column"], hierarchies={"row": "T", "column": "T"}, value="value"
        )


def tables(rows: int = 2, columns: int = 2, units: int = 4) -> st.SearchStrategy[Table]:
    """Tables in which every inner cell has at least one of a few firms, each in several cells."""
    firm = st.tuples(st.sampled_from("abcdef"), st.integers(1, 40))
    cell = st.lists(firm, min_size=1, max_size=units, unique_by=lambda pair: pair[0])
    places = [(f"r{row}", f"c{column}") for row in range(rows) for column in range(columns)]
    inner = st.tuples(*(cell for _ in places))
    return inner.map(
        lambda cells: Table([(*place, *pair) for place, cell in zip(places, cells, strict=True) for pair in cell])
    )
