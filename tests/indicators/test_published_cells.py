"""Published cells are what adding every part to every cell gives, however many parts a unit has."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.engine import engine, statement
from pipelines.steps.cells import AT_ONCE, add_up
from tests.pipelines.test_same_bytes import PLACE, SMALL, parted

CELL = ["quarter", "known_from", "known_to", "origin", "region", "scheme", "class"]
SUMS = ["va", "revenue", "revenue_base", "profit", "wages", "staff"]


def published(class_part: pa.Table, at_once: int = AT_ONCE) -> pd.DataFrame:
    """The cells as the statements give them."""
    with engine() as work:
        work.add(class_part=class_part, membership=SMALL["membership"], place=PLACE)
        add_up(work, len(class_part), PLACE, at_once=at_once)
        return work.rows(statement("indicators", "cell_published")).to_pandas()


def added_up(class_part: pa.Table) -> pd.DataFrame:
    """The same the long way: each part to each of its cells, per unit, then per cell."""
    parts = class_part.to_pandas().merge(SMALL["membership"].to_pandas(), on=["gbt", "de"])
    parts = parts.merge(PLACE.to_pandas(), on="county")
    units = parts.groupby([*CELL, "unit"], as_index=False)[SUMS].sum()
    units = units.assign(size=units["va"].abs()).sort_values(["size", "va"], ascending=False)
    cells = units.groupby(CELL)[SUMS].sum().assign(units=units.groupby(CELL).size())
    for place in (0, 1):
        largest = units.groupby(CELL)["va"].nth(place)
        found = units.loc[largest.index].set_index(CELL)["va"]
        cells[f"va_top{place + 1}"] = found.where(found.index.get_level_values("origin") == "measured").reindex(
            cells.index
        )
    return cells.fillna(0).astype("int64").reset_index()


def test_cells_are_the_sums_of_all_parts_with_the_two_largest_contributions() -> None:
    parts = parted()["class_part"].slice(0, 6000)
    found, wanted = published(parts), added_up(parts)
    columns = [*CELL, "units", "va", "va_top1", "va_top2", *SUMS[1:]]
    assert list(found.columns) == columns
    pd.testing.assert_frame_equal(found, wanted[columns].sort_values(CELL[1:], ignore_index=True), check_dtype=False)
    assert (found["units"] > 1).sum() > 100
    assert set(found["origin"]) == {"measured", "imputed"}


@pytest.mark.parametrize("at_once", [1, 4000])
def test_counties_are_looked_at_some_at_a_time(at_once: int) -> None:
    parts = parted()["class_part"].slice(0, 6000)
    pd.testing.assert_frame_equal(published(parts, at_once), published(parts))


@pytest.mark.parametrize("largest", [[("a", 4), ("a", 2)], [("a", 6)]], ids=["several parts", "one part"])
def test_of_contributions_of_one_size_that_above_zero_is_the_largest(largest: list[tuple[str, int]]) -> None:
    row = parted()["class_part"].slice(0, 1).to_pylist()[0] | {"origin": "measured"}
    said = [("c", 5), ("b", -6), *largest]
    parts = pa.Table.from_pylist([row | {"unit": unit, "va": va} for unit, va in said], parted()["class_part"].schema)
    found = published(parts)
    assert set(zip(found["units"], found["va"], found["va_top1"], found["va_top2"], strict=True)) == {(3, 5, 6, -6)}
