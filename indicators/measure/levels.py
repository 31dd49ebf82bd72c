"""Adding cells up to region and class, and cumulative spans to single quarters.

Belongs here: the sums that all own indicators share. Does not belong here: which indicator they become.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

CELL: Final = ["region", "class", "quarter"]


def with_place(sums: pd.DataFrame, place: str, values: list[str]) -> pd.DataFrame:
    """Sums by county (``region``), and those of the place as the sum of its counties.

    Args:
        sums: ``region, class, quarter`` and value columns of whole yuan (float64: exact in any order), ``estimated``.
        place: code of the place.
        values: names of the value columns.
    """
    how = dict.fromkeys(values, "sum") | {"estimated": "max"}
    whole = sums.groupby(["class", "quarter"], as_index=False).agg(how).assign(region=place)
    return pd.concat([whole, sums], ignore_index=True)[[*CELL, *values, "estimated"]]


def by_class(leaf: pd.DataFrame, membership: pd.DataFrame, values: list[str]) -> pd.DataFrame:
    """Leaf cells added up to county and class.

    Args:
        leaf: full-span cells ``quarter, county, gbt, de``, value columns, ``estimated``.
        membership: ``class, gbt, de``; a cell counts in each of its classes.
        values: names of the value columns.

    Returns:
        ``region, class, quarter``, the values, ``estimated``.
    """
    joined = leaf.merge(membership[["class", "gbt", "de"]], on=["gbt", "de"], how="inner")
    how = dict.fromkeys(values, "sum") | {"estimated": "max"}
    sums = joined.groupby(["county", "class", "quarter"], as_index=False).agg(how)
    return sums.rename(columns={"county": "region"})


def cumulative(sums: pd.DataFrame, values: list[str]) -> pd.DataFrame:
    """Cumulative values: a cell that has been there earlier in a year is there with 0 once it has disappeared.

    Args:
        sums: ``region, class, quarter`` (cumulative), value columns, ``estimated``.
        values: names of the value columns.

    Returns:
        ``region, class, quarter, span``, the values, ``estimated``.
    """
    return _cumulative(*_wide(sums, values), values)


def spans(sums: pd.DataFrame, values: list[str]) -> pd.DataFrame:
    """Cumulative values and single quarters, as two sets of rows told apart by ``span``.

    A cell that appears during a year counts 0 before; one that disappears counts 0 from then on, so that its single
    quarter is negative and the year still adds up. Single quarters are had only where the quarter before is there.

    Args:
        sums: ``region, class, quarter`` (cumulative), value columns, ``estimated``.
        values: names of the value columns.

    Returns:
        ``region, class, quarter, span``, the values, ``estimated`` (single: of either end).
    """
    if sums.empty:
        return sums.assign(span=pd.Series(dtype="str"))
    filled, marks, seen = _wide(sums, values)
    single = {name: _single(frame, list(frame.columns)).where(seen) for name, frame in filled.items()}
    single["estimated"] = marks | marks.shift(axis=1, fill_value=False)
    whole = _cumulative(filled, marks, seen, values)
    return pd.concat([whole, _long(single, values, "quarter")], ignore_index=True)


def _cumulative(
    filled: dict[str, pd.DataFrame], marks: pd.DataFrame, seen: pd.DataFrame, values: list[str]
) -> pd.DataFrame:
    there = {name: frame.where(seen) for name, frame in filled.items()}
    return _long(there | {"estimated": marks}, values, "cumulative")


def _wide(sums: pd.DataFrame, values: list[str]) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    """Values and marks, cell × quarter, 0 where a cell is absent, and whether it has been there in the year."""
    keyed = sums.set_index(CELL)
    wide = {name: keyed[name].unstack("quarter") for name in values}
    seen = _seen(wide[values[0]].notna(), list(wide[values[0]].columns))
    marks = keyed["estimated"].unstack("quarter", fill_value=False)
    return {name: frame.fillna(0.0) for name, frame in wide.items()}, marks, seen


def _seen(there: pd.DataFrame, quarters: list[str]) -> pd.DataFrame:
    """Whether a cell was there in this quarter or earlier in its year."""
    years = {quarter[:4] for quarter in quarters}
    blocks = [there[[q for q in quarters if q[:4] == year]].cummax(axis=1) for year in sorted(years)]
    return pd.concat(blocks, axis=1)


def _single(filled: pd.DataFrame, quarters: list[str]) -> pd.DataFrame:
    """Differences within the year; missing where the quarter before is not among the quarters."""
    single = {}
    for quarter in quarters:
        before = f"{quarter[:4]}Q{int(quarter[-1]) - 1}"
        if quarter.endswith("Q1"):
            single[quarter] = filled[quarter]
        elif before in quarters:
            single[quarter] = filled[quarter] - filled[before]
    return pd.DataFrame(single, index=filled.index).reindex(columns=filled.columns)


def _long(table: dict[str, pd.DataFrame], values: list[str], span: str) -> pd.DataFrame:
    columns = {name: frame.stack() for name, frame in table.items()}
    long = pd.DataFrame(columns).dropna(subset=values).reset_index(names=CELL)
    return long.assign(span=span, estimated=long["estimated"].astype(bool))


def wider_ratio(cells: pd.DataFrame, part: str, whole: str, holds: pd.Series, by: list[str]) -> pd.Series:
    """For each cell, ``part / whole`` of the wider cell that it lies in, from those cells of it that hold.

    Args:
        cells: two value columns, above zero where ``holds``, and what wider cells are named by.
        part: the column above the line.
        whole: the one below it.
        holds: which cells count.
        by: the columns that name a wider cell.

    Returns:
        Ratios in the order of ``cells``; missing where no cell of the wider one holds.
    """
    sums = cells[[part, whole]].where(holds).groupby([cells[name] for name in by]).transform("sum")
    return sums[part] / sums[whole]
