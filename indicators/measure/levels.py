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
    quarters = sorted(sums["quarter"].unique())
    keyed = sums.set_index(CELL)
    wide = {name: keyed[name].unstack("quarter") for name in values}
    marks = keyed["estimated"].unstack("quarter", fill_value=False)
    seen = _seen(wide[values[0]].notna(), quarters)
    filled = {name: frame.fillna(0.0) for name, frame in wide.items()}
    cumulative = {name: frame.where(seen) for name, frame in filled.items()} | {"estimated": marks}
    single = {name: _single(frame, quarters).where(seen) for name, frame in filled.items()}
    single["estimated"] = marks | marks.shift(axis=1, fill_value=False)
    tables = {"cumulative": cumulative, "quarter": single}
    return pd.concat([_long(table, values, span) for span, table in tables.items()], ignore_index=True)


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
