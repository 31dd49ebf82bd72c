"""The evidence of a release: cells and small tables, and what of them was known on a day.

Belongs here: the tables that indicators rest on and the bitemporal rule. Does not belong here: any indicator.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import pandas as pd

from classification.errors import InputError
from indicators.quarter import Quarter, quarters_between
from indicators.vintage import FLASH, PRELIMINARY

MEASURED: Final = "measured"
# The latest known row of a key holds. What is not listed here has validity (known_to) and is additive.
_KEYS: Final = {
    "accounts": ["region", "industry", "measure", "price_basis", "period", "span", "vintage"],
    "prices": ["quarter", "division"],
    "published": ["indicator", "definition_id", "region", "class", "period", "span", "price_basis", "base", "vintage",
                  "authority"],
    "adoption": ["year", "definition_id", "region", "sector"],
    "efficiency": ["division", "valid_from"],
    "coefficients": ["gbt", "de", "level", "key", "method", "valid_from"],
    "routes": ["code", "valid_from"],
    "volumes": ["quarter", "indicator"],
    "below": ["year", "county", "gbt", "de"],
    "proxies": ["quarter", "proxy", "county"],
    "controls": ["year", "region", "class", "vintage"],
    "capital": ["sector", "year"],
    "capital_setting": ["sector", "valid_from"],
    "io_sector": ["year", "code"],
    "io_flow": ["year", "supplier", "user"],
    "dispatch": ["quarter", "region", "item", "class"],
    "index_scheme": ["base_year", "code", "known_from"],
}  # fmt: skip
# The tables without whose rows figures are refused, rather than made another way.
_NEEDED: Final = {"prices", "volumes"}
# The columns that indicators read; a frame without any column and any row stands for a table that is not there.
_COLUMNS: Final = {
    "leaf": ["quarter", "known_from", "known_to", "origin", "county", "sector", "gbt", "de", "months", "va", "va_base"],
    "cells": [
        "quarter",
        "known_from",
        "known_to",
        "origin",
        "region",
        "scheme",
        "class",
        "units",
        "revenue",
        "revenue_base",
        "profit",
        "staff",
    ],
    "crossed": ["quarter", "known_from", "known_to", "county", "gbt", "de", "va_base"],
    "annual": ["year", "known_from", "known_to", "county", "sector", "gbt", "de", "va"],
    "accounts": [*_KEYS["accounts"], "value", "unit", "status", "authority", "known_from"],
    "prices": ["quarter", "division", "index", "status", "known_from"],
    "published": [*_KEYS["published"], "value", "unit", "status", "assumed", "target", "rank",
                  "known_from"],
    "adoption": ["year", "definition_id", "region", "sector", "surveyed", "using", "known_from"],
    "efficiency": ["division", "valid_from", "valid_to", "d", "known_from"],
    "coefficients": ["gbt", "de", "level", "key", "k", "method", "valid_from", "valid_to", "known_from"],
    "routes": ["code", "method", "indicator", "valid_from", "valid_to", "known_from"],
    "volumes": ["quarter", "indicator", "growth", "status", "known_from"],
    "below": ["year", "county", "gbt", "de", "va", "proxy", "known_from"],
    "proxies": ["quarter", "proxy", "county", "value", "status", "known_from"],
    "controls": ["year", "region", "class", "va", "vintage", "known_from"],
    "capital": ["sector", "year", "investment", "investment_price", "va", "va_price", "known_from"],
    "capital_setting": ["sector", "base_year", "r", "delta", "g", "valid_from", "valid_to", "known_from"],
    "io_sector": ["year", "code", "section", "digital", "output", "known_from"],
    "io_flow": ["year", "supplier", "user", "flow", "known_from"],
    "dispatch": [*_KEYS["dispatch"], "value", "entries", "known_from"],
    "index_scheme": ["base_year", "code", "parent", "name_zh", "indicator", "definition_id", "class", "span",
                     "price_basis", "direction", "weight", "low", "high", "document", "known_from"],
    "concentration": ["quarter", "known_from", "known_to", "region", "class", "units", "hhi", "va_positive",
                      "va_top3_positive", "va_but1", "va_base_but1", "va_but3", "va_base_but3"],
    "population": ["quarter", "known_from", "known_to", "region", "class", "event", "units"],
    "sizes": ["year", "known_from", "known_to", "region", "class", "size", "units", "va", "rd", "rd_revenue"],
}  # fmt: skip
_NUMBERS: Final = {
    "months", "va", "va_base", "units", "revenue", "revenue_base", "staff", "year", "value", "index", "surveyed",
    "using", "d", "k", "growth", "investment", "investment_price", "va_price", "base_year", "r", "delta", "g", "output",
    "flow", "hhi", "va_positive", "va_top3_positive", "va_but1", "va_base_but1", "va_but3", "va_base_but3", "profit",
    "rd", "rd_revenue", "direction", "weight", "low", "high",
}  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """What indicators are computed from; every frame may be empty.

    Attributes:
        leaf: contract cell_leaf, all quarters from the base year on.
        cells: contract cell_published.
        membership: ``scheme, class, gbt, de`` (``classification.membership()``).
        accounts: contract core_account; ``industry`` is GDP, primary, secondary, tertiary, industry, construction, a
            section letter or a division code.
        prices: contract core_price.
        published: contract core_published.
        annual: contract cell_annual.
        adoption: contract cell_adoption.
        efficiency: contract core_efficiency.
        crossed: contract cell_crossed.
        coefficients: contract core_coefficient.
        routes: contract core_route.
        volumes: contract core_volume.
        below: contract core_below.
        proxies: contract core_proxy.
        controls: contract core_control.
        capital: contract core_capital.
        capital_setting: contract core_capital_setting.
        io_sector: contract core_io_sector.
        io_flow: contract core_io_flow.
        concentration: contract cell_concentration.
        population: contract cell_population.
        sizes: contract cell_size.
        dispatch: contract cell_ledger.
        index_scheme: contract core_index_scheme.
        closing: how much of each year's returns its annual returns cover on the day: ``year, revenue`` (of the units
            that reported by quarter), ``revenue_annual`` (of those whose annual return has come).
        resampled: of a flash, what imputed core value added of each survey changes by in each draw of the respondents'
            residuals: ``draw, sector, change, va`` (yuan over the months that returns cover).
        closed_from: the share of revenue from which on a year counts as closed.
        place: code of the place that the release is about (city, or the nation).
        counties: codes of its counties; values of the place are their sums.
        first_release: the first quarter that is released; the four before it are the base.
        vintage: what all own figures are: preliminary, or flash. A flash alone counts what is imputed for missing
            returns (``origin``), in every quarter, so that its figures are of one kind.
    """

    leaf: pd.DataFrame
    cells: pd.DataFrame
    membership: pd.DataFrame
    accounts: pd.DataFrame
    prices: pd.DataFrame
    published: pd.DataFrame
    annual: pd.DataFrame
    adoption: pd.DataFrame
    efficiency: pd.DataFrame
    place: str
    counties: tuple[str, ...]
    first_release: Quarter
    vintage: str = PRELIMINARY
    crossed: pd.DataFrame = field(default_factory=pd.DataFrame)
    coefficients: pd.DataFrame = field(default_factory=pd.DataFrame)
    routes: pd.DataFrame = field(default_factory=pd.DataFrame)
    volumes: pd.DataFrame = field(default_factory=pd.DataFrame)
    below: pd.DataFrame = field(default_factory=pd.DataFrame)
    proxies: pd.DataFrame = field(default_factory=pd.DataFrame)
    controls: pd.DataFrame = field(default_factory=pd.DataFrame)
    capital: pd.DataFrame = field(default_factory=pd.DataFrame)
    capital_setting: pd.DataFrame = field(default_factory=pd.DataFrame)
    io_sector: pd.DataFrame = field(default_factory=pd.DataFrame)
    io_flow: pd.DataFrame = field(default_factory=pd.DataFrame)
    concentration: pd.DataFrame = field(default_factory=pd.DataFrame)
    population: pd.DataFrame = field(default_factory=pd.DataFrame)
    sizes: pd.DataFrame = field(default_factory=pd.DataFrame)
    dispatch: pd.DataFrame = field(default_factory=pd.DataFrame)
    index_scheme: pd.DataFrame = field(default_factory=pd.DataFrame)
    closing: pd.DataFrame = field(default_factory=pd.DataFrame)
    resampled: pd.DataFrame = field(default_factory=pd.DataFrame)
    closed_from: float = 0.95

    def at(self, quarter: Quarter, as_of: dt.date) -> Evidence:
        """The evidence up to a release quarter, as known on a day; the latest row of each key.

        Raises:
            InputError: the quarter lies before the first that is released, or a cell lies in no county of the place.
        """
        if quarter < self.first_release:
            raise InputError(
                f"{quarter} 早于首个发布季度 {self.first_release}。",
                f"{quarter} lies before the first release, {self.first_release}.",
            )
        known: dict[str, Any] = {name: _known(_needed(getattr(self, name), name), as_of) for name in _COLUMNS}
        for name, key in _KEYS.items():
            known[name] = _latest(known[name], key)
        for name in (table for table, columns in _COLUMNS.items() if "quarter" in columns):
            known[name] = _up_to(known[name], quarter)
        for name in ("accounts", "published"):
            known[name] = _periods_up_to(known[name], quarter)
        for name in ("annual", "adoption", "below", "controls", "capital", "io_sector", "io_flow", "sizes"):
            known[name] = known[name][known[name]["year"].astype("int64") <= quarter.year]
        for name in ("leaf", "cells"):
            known[name] = known[name][(known[name]["origin"] == MEASURED) | (self.vintage == FLASH)]
        self._check_cells(pd.concat([known[name][["county", "gbt", "de"]] for name in ("leaf", "annual", "below")]))
        return replace(self, **known)

    def released(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows (column ``quarter``) from the first released quarter on."""
        return frame[frame["quarter"] >= str(self.first_release)]

    def _check_cells(self, cells: pd.DataFrame) -> None:
        """Every cell must lie in a county of the place and in a class, or sums would silently lose it."""
        if odd := sorted(set(cells["county"].unique()) - set(self.counties)):
            raise InputError(
                f"汇总单元含有不属于本地的县代码：{'、'.join(odd)}。", f"Cells of unknown counties: {', '.join(odd)}."
            )
        pairs, known = (set((of["gbt"] + " " + of["de"]).unique()) for of in (cells, self.membership))
        if lost := sorted(pairs - known):
            named = "、".join(lost[:5])
            raise InputError(
                f"汇总单元含有分类对照中没有的行业与类别：{named}。", f"Cells of unknown pairs of classes: {named}."
            )


def expected_quarters(first: Quarter, last: Quarter) -> list[str]:
    """The quarters that a chain needs, as text."""
    return [str(quarter) for quarter in quarters_between(first, last)]


def known_then(frame: pd.DataFrame, table: str, then: dt.date, now: dt.date) -> pd.DataFrame:
    """A table as known on an earlier day, as rows that still hold on the later one.

    What figures are refused without, and the table lacked then, stands as known on the later day (``_NEEDED``): a late
    return may be of a class that had no price before. Everything else that was not known is not there.

    Args:
        frame: all rows, with ``known_from``, perhaps with ``known_to``.
        table: its name among the evidence.
        then: the earlier day.
        now: the later day.
    """
    if "known_to" in frame.columns:
        return _known(frame, then).assign(known_to=dt.date.max)
    known = frame[~_later(frame["known_from"], now)]
    was = ~_later(known["known_from"], then)
    if table not in _NEEDED:
        return known[was]
    keys = pd.MultiIndex.from_frame(known[_KEYS[table]])
    return known[was | ~keys.isin(keys[was])]


def _needed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The columns that are read, all of them there."""
    if frame.empty and not len(frame.columns):
        return _empty(table)
    if missing := [name for name in _COLUMNS[table] if name not in frame.columns]:
        raise InputError(f"{table} 缺少列：{'、'.join(missing)}。", f"{table} lacks columns {', '.join(missing)}.")
    return frame[_COLUMNS[table]]


@cache
def _empty(table: str) -> pd.DataFrame:
    """A table that is not there; nobody writes into evidence."""
    kinds = {name: "float64" if name in _NUMBERS else "str" for name in _COLUMNS[table]}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _known(frame: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Rows with ``known_from ≤ as_of < known_to`` (tables without ``known_to``: the first half)."""
    holds = ~_later(frame["known_from"], as_of)
    if "known_to" in frame.columns:
        holds &= _later(frame["known_to"], as_of)
    return frame[holds]


def _later(days: pd.Series, as_of: dt.date) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(days.dtype):
        return days > pd.Timestamp(as_of)
    return pd.Series([day > as_of for day in days], index=days.index, dtype=bool)


def _latest(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    return frame.sort_values("known_from", kind="stable").drop_duplicates(key, keep="last")


def _up_to(frame: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    return frame[frame["quarter"] <= str(quarter)]


def _periods_up_to(frame: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Years up to that of the quarter, quarters up to the quarter."""
    limit = frame["span"].map({"annual": str(quarter.year)}).fillna(str(quarter))
    return frame[frame["period"] <= limit]
