"""The accounts of the synthetic city: value added by division, quarter by quarter, adding up to the controls.

Belongs here: what firms bring, what the rest brings, exact sums in 万元. Does not belong here: control totals (macro),
files (macro_files).

A division is what its above-threshold firms make plus a share of what the control leaves, so no division is ever
smaller than its core part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Final

import numpy as np

from indicators.quarter import Quarter
from pipelines.sample.calibration import rates_for, sums
from pipelines.sample.economy import YEARS
from pipelines.sample.macro import Control, control
from pipelines.sample.profile import COUNTY_WEIGHTS, Floats, Ints, classes, divisions
from pipelines.sample.universe import Universe

# 0.01 亿元 in 万元.
STEP: Final = 100
# Divisions of sections B and C that count as services (三次产业划分 2018).
SERVICES_OF_INDUSTRY: Final = ("11", "43")
_COUNTY_TREND: Final = np.linspace(0.012, -0.012, len(COUNTY_WEIGHTS))
# Groups of divisions with a control of their own, by their lowest and highest code.
_BLOCKS: Final = {
    "primary": ("01", "04"),
    "industry": ("06", "46"),
    "construction": ("47", "50"),
    "tertiary": ("51", "97"),
}
_SERVICES: Final = "services_of_industry"
# A control is at least this many times what the firms of its divisions bring.
_ROOM: Final = 1.01


@dataclass(frozen=True)
class Accounts:
    """The accounts that follow from a universe."""

    universe: Universe

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The divisions in code order."""
        return tuple(division.code for division in divisions())

    @cached_property
    def block(self) -> tuple[str, ...]:
        """The control group of each division: primary, industry, services_of_industry, construction, tertiary."""
        return tuple(_block(code) for code in self.codes)

    @cached_property
    def firms(self) -> dict[tuple[int, int], Floats]:
        """Value added of above-threshold firms by division (万元), cumulative, by year and quarter number."""
        at = {code: place for place, code in enumerate(self.codes)}
        division = np.array([at[gbt[:2]] for gbt in classes().gbt])
        found = {}
        for year in YEARS[1:]:
            rate = rates_for(self.universe, year)
            for number in range(1, 5):
                quarter = Quarter(year, number)
                there = self.universe.reporting(quarter)
                klass, county = self.universe.klass(quarter)[there], self.universe.county(quarter)[there]
                value = self.universe.output(year, 3 * number, on=quarter)[there] * rate[klass, county] / 10
                found[year, number] = sums(division[klass], value, len(self.codes))
        return found

    @cached_property
    def shares(self) -> dict[int, dict[str, tuple[float, ...]]]:
        """Cumulative share of the year by quarter of industry and construction, as the firms' returns have it."""
        found = {}
        for year in YEARS[1:]:
            found[year] = {
                name: tuple(self._sum(year, n, name) / self._sum(year, 4, name) for n in range(1, 5))
                for name in ("industry", "construction")
            }
        return found

    def control(self, quarter: Quarter, *, first: bool = False) -> Control:
        """The cumulative control totals of a quarter; ``first``: before the year-end file restated them.

        A small city has few firms, each a large one: where they outgrow a control, it follows them.
        """
        said = control(quarter.year, quarter.number, self.shares[quarter.year], first=first)
        brought = {name: self._sum(quarter.year, quarter.number, name) for name in (*_BLOCKS, _SERVICES)}
        least = {name: ceil(value * _ROOM / STEP) for name, value in brought.items()}
        services = max(said.services_of_industry, least[_SERVICES])
        return Control(
            primary=max(said.primary, least["primary"]),
            industry=max(said.industry, least["industry"] + services),
            construction=max(said.construction, least["construction"]),
            services_of_industry=services,
            tertiary=max(said.tertiary, least["tertiary"] + services),
        )

    def by_division(self, quarter: Quarter, *, first: bool = False) -> Ints:
        """Cumulative value added by division in 万元; sums by control group are exact."""
        totals = self.control(quarter, first=first)
        pools = {
            "primary": totals.primary,
            "industry": totals.industry - totals.services_of_industry,
            _SERVICES: totals.services_of_industry,
            "construction": totals.construction,
            "tertiary": totals.tertiary - totals.services_of_industry,
        }
        value = np.zeros(len(self.codes), dtype=np.int64)
        brought, rest = self.firms[quarter.year, quarter.number], np.array([d.rest for d in divisions()])
        for name, total in pools.items():
            mine = np.array([block == name for block in self.block])
            left = total * STEP - float(brought[mine].sum())
            value[mine] = spread(total * STEP, brought[mine] + left * rest[mine] / rest[mine].sum())
        return value

    def by_county(self, quarter: Quarter, *, first: bool = False) -> Ints:
        """Cumulative GDP by county in 0.01 亿元, adding up to the city's."""
        weight = np.array(COUNTY_WEIGHTS) * (1 + _COUNTY_TREND * (quarter.year - 2020))
        return spread(self.control(quarter, first=first).gdp, weight)

    def _sum(self, year: int, number: int, name: str) -> float:
        mine = np.array([block == name for block in self.block])
        return float(self.firms[year, number][mine].sum())


def spread(total: int, weight: Floats) -> Ints:
    """Whole parts of a total by weight, by cumulative rounding: they add up exactly."""
    ends = np.rint(np.cumsum(weight) / weight.sum() * total).astype(np.int64)
    return np.asarray(np.diff(ends, prepend=0), dtype=np.int64)


def _block(code: str) -> str:
    if code in SERVICES_OF_INDUSTRY:
        return _SERVICES
    return next((name for name, (low, high) in _BLOCKS.items() if low <= code <= high), "tertiary")
