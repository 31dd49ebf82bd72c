"""Fixed base years 不变价基期: constant prices of a base year, and how they are linked where the base year changes.

Belongs here: which base year holds for a year (``base_years.csv``), levels in its prices, volume indices. Does not
belong here: growth at constant prices itself (measure.core) and index numbers of prices (prices).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd

from classification.errors import InputError
from indicators.series import named


@cache
def base_years() -> pd.DataFrame:
    """The base years of constant-price accounts: ``base_year``, ``first_year`` and ``last_year`` of use, ``source``."""
    with (files("indicators") / "base_years.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def constant_prices(nominal: pd.DataFrame, growth: pd.DataFrame, bases: pd.DataFrame | None = None) -> pd.DataFrame:
    """Levels at prices of each year's base year, and volume indices, from growth at constant prices.

    In the base year b a level is its nominal value; from there ``X_y = N_b · Π_{b<t≤y} (1 + g_t)``. The year before
    stands in the same prices beside it, so that ``X_y / previous_y − 1`` is ``g_y``, in the first year of a new base,
    too. ``index`` is 100 in the base year and begins anew with each; ``linked`` multiplies the stretches, 100 in the
    first base year that the data hold, so that no growth rate changes where they meet. A year whose base year lies
    before the data, or between which and its base year a growth rate is missing, has no figure.

    Args:
        nominal: values at current prices, year (int, without gaps) × cell; the same period of each year.
        growth: growth at constant prices over the year before (fraction), the same years and cells.
        bases: ``base_year, first_year, last_year``; by default ``base_years()``.

    Returns:
        ``year``, the cell's columns, ``base_year, constant, previous, index, linked``; parts do not add up.

    Raises:
        InputError: years with a gap or that differ between the frames, or a year with more than one base; named.

    Source: NBS, accounts at constant prices; IMF, Quarterly National Accounts Manual (2017), ch. 8 (linking).
    """
    table = base_years() if bases is None else bases
    years = _years(nominal, growth)
    of = {year: base for year in years if (base := _base_of(year, table)) in years}
    steps, start = 1 + growth, min(of.values(), default=0)
    own = nominal.where(nominal > 0)

    def moved(since: int, year: int) -> pd.Series:
        return steps.loc[since + 1 : year].prod(skipna=False)

    rows = []
    for year, base in of.items():
        found = {
            "base_year": base,
            "constant": own.loc[base] * moved(base, year),
            "previous": own.loc[base] * moved(base, year - 1),
            "index": 100 * moved(base, year),
            "linked": 100 * moved(start, year),
        }
        rows.append(pd.DataFrame({"year": year} | found, index=nominal.columns))
    columns = ["year", *nominal.columns.names, "base_year", "constant", "previous", "index", "linked"]
    return pd.concat(rows).reset_index()[columns] if rows else pd.DataFrame(columns=columns)


def _years(nominal: pd.DataFrame, growth: pd.DataFrame) -> list[int]:
    years = [int(year) for year in nominal.index]
    if years != list(range(years[0], years[0] + len(years))) or list(growth.index) != years:
        odd = sorted({*years} ^ {*growth.index}) or years
        raise InputError(f"两表年份不一致、乱序或有缺口：{named(odd)}。", f"Years differ or have gaps: {named(odd)}.")
    return years


def _base_of(year: int, table: pd.DataFrame) -> int:
    """The base year in whose prices a year is measured; 0 before the table begins."""
    found = table.loc[(table["first_year"] <= year) & (year <= table["last_year"]), "base_year"]
    if len(found) > 1:
        raise InputError(f"{year}年有不止一个不变价基期。", f"{year} has more than one base year.")
    return int(found.iloc[0]) if len(found) else 0
