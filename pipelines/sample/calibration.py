"""Calibration: yearly factors by group, so that value added as the pipeline computes it meets the city's controls.

Belongs here: the targets, a compact re-computation of the pipeline's annual value added on arrays, and the factors.
Does not belong here: the pipeline itself; a test compares the two.

Factors multiply whole groups of firms; no single firm is moved towards a target. At every size the totals are those of
the default city, so a city of 120 firms has firms twenty times as large.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from indicators.quarter import Quarter
from pipelines.sample.coefficients import digital_share
from pipelines.sample.economy import SEED, YEARS
from pipelines.sample.profile import COUNTIES, Floats, Ints, classes
from pipelines.sample.universe import SERVICE, Universe, outputs

# 亿元 of 2022, and nominal growth of 2020 … 2023 on the comparable base (上年同期 of the same returns). Core groups
# count their core part, the others the whole unit. Industry's level is what the others leave of INDUSTRY_ABOVE.
TARGETS: Final = {
    "01_chain": (20.6, 1.055, 1.105, 1.098, 1.072),
    "01": (31.4, 1.065, 1.1, 1.094, 1.072),
    "02": (3.0, 1.010, 1.085, 1.065, 1.058),
    "03": (24.0, 1.080, 1.108, 1.1, 1.105),
    "04": (10.4, 1.040, 1.092, 1.078, 1.092),
    "chain": (4.7, 1.02, 1.07, 1.06, 1.03),
    "service": (82.0, 0.985, 1.085, 1.032, 1.062),
    "trade": (63.0, 0.985, 1.088, 1.034, 1.058),
    "construction": (56.0, 1.020, 1.072, 1.050, 1.042),
    "industry": (0.0, 0.995, 1.082, 1.056, 1.022),
}
CORE_GROUPS: Final = ("01_chain", "01", "02", "03", "04")
# Above-threshold industry of 2022, 亿元.
INDUSTRY_ABOVE: Final = 720.0
BASE: Final = 2022
MINIMUM_UNITS: Final = 3
ROUNDS: Final = 6
# The structural rate drifts from year to year, so that last year's rate is near this year's and not equal to it.
_RATE_DRIFT: Final = {2019: 0.0, 2020: 0.004, 2021: 0.0, 2022: 0.007, 2023: 0.003}


@dataclass(frozen=True)
class YearEnd:
    """A year as the pipeline sees it at its end: value added by class, of whole units and of their core part, yuan."""

    by_class: Floats
    core_by_class: Floats


@dataclass(frozen=True)
class _Reported:
    """Sums by leaf over the months of the returns, and of the same months of the year before."""

    now: Floats
    base: Floats


def sums(place: Ints, value: npt.ArrayLike, size: int) -> Floats:
    """Sums of ``value`` by place, ``size`` places."""
    return np.asarray(np.bincount(place, value, size), dtype=np.float64)


def structural_rate(year: int) -> Floats:
    """Value added over output by class of a year, as the annual returns will show it."""
    return np.asarray(classes().rate * (1 + _RATE_DRIFT[year] * np.cos(np.arange(len(classes().rate)))))


def annual_value_added(universe: Universe, year: int) -> tuple[Ints, Ints, Ints]:
    """Places of the units with an annual return, in order of code, their output and value added, in 千元.

    Units of a class differ in their rate, so that a county's is not the city's; the class has the structural one.
    """
    quarter = Quarter(year, 4)
    places = np.flatnonzero(universe.reporting(quarter))
    places = places[np.argsort(universe.units.code[places], kind="stable")]
    draw = np.random.Generator(np.random.Philox(key=[SEED, year]))
    noise = np.exp(0.12 * draw.standard_normal(len(universe.units.code))[places])
    # Hardly any firm destroys value, but a few do.
    noise[universe.units.index[places] % 487 == 13] = -0.05
    klass, output = universe.klass(quarter)[places], universe.output(year, 12, on=quarter)[places]
    structural = output * structural_rate(year)[klass]
    wanted, drawn = np.bincount(klass, structural), np.bincount(klass, structural * noise)
    scale = np.divide(wanted, drawn, out=np.zeros_like(wanted), where=drawn != 0)
    return places, output, np.rint(structural * noise * scale[klass]).astype(np.int64)


@cache
def province_rates() -> dict[str, float]:
    """Value-added rate by division of the province's table, before yearly drift: the city's structure, rounded."""
    table = classes()
    division = np.array([gbt[:2] for gbt in table.gbt])
    found = {}
    for code in sorted(set(division)):
        mine = division == code
        found[str(code)] = round(float(table.va[mine].sum() / (table.va[mine] / table.rate[mine]).sum()), 4)
    return found


def _province_by_class() -> Floats:
    rates = province_rates()
    return np.array([rates[gbt[:2]] for gbt in classes().gbt])


def rates_for(universe: Universe, year: int) -> Floats:
    """The rates applied to a year's quarters, by class and county, as the pipeline finds them.

    Class before group before division, the county's own before the city's, the latest earlier year first, where enough
    returns stand behind them; else, and in the base year, the province's (``indicators.rates``).
    """
    found = np.repeat(_province_by_class()[:, np.newaxis], len(COUNTIES), axis=1)
    earlier = [_annual(universe, one) for one in YEARS[1:] if one < year]
    for code in _codes():
        for annual in earlier:
            rate, count = _rate(code, *(part.sum(axis=1, keepdims=True) for part in annual))
            found = np.where(count >= MINIMUM_UNITS, rate, found)
        for annual in earlier:
            rate, count = _rate(code, *annual)
            found = np.where(count >= MINIMUM_UNITS, rate, found)
    return found


def _codes() -> list[Ints]:
    """The division, group and class of each class, as places in lists of them."""
    codes = [np.unique([gbt[:length] for gbt in classes().gbt], return_inverse=True)[1] for length in (2, 3, 4)]
    return [np.asarray(code, dtype=np.int64) for code in codes]


def _annual(universe: Universe, year: int) -> tuple[Floats, Floats, Floats]:
    """Value added, output and number of the annual returns of a year, by class and county."""
    quarter = Quarter(year, 4)
    places, output, added = annual_value_added(universe, year)
    shape = (len(classes().gbt), len(COUNTIES))
    leaf = universe.klass(quarter)[places] * len(COUNTIES) + universe.county(quarter)[places]
    va, produced, number = (
        sums(leaf, part, shape[0] * shape[1]).reshape(shape) for part in (added, output, np.ones(len(output)))
    )
    return va, produced, number


def _rate(code: Ints, added: Floats, output: Floats, number: Floats) -> tuple[Floats, Floats]:
    """Rate and number of returns of the code of each class, in each column."""
    top, bottom, count = (_by_code(code, part) for part in (added, output, number))
    return np.divide(top, bottom, out=np.zeros_like(top), where=count > 0)[code], count[code]


def _by_code(code: Ints, part: Floats) -> Floats:
    found = np.zeros((int(code.max()) + 1, part.shape[1]))
    np.add.at(found, code, part)
    return found


def year_ends(universe: Universe, table: list[dict[str, str]]) -> dict[int, YearEnd]:
    """Value added by class for 2020 … 2023 as the pipeline computes it from the returns of the fourth quarters."""
    return _chained({year: _reported(universe, table, year) for year in YEARS[1:]})


def comparable_growth(universe: Universe, table: list[dict[str, str]], year: int, groups: tuple[str, ...]) -> float:
    """Value added of a year over its comparable base, core part of some groups, current prices."""
    _, core = _reported(universe, table, year)
    mine = np.repeat(np.isin(classes().group, groups), len(COUNTIES))
    return float(core.now[mine].sum() / core.base[mine].sum())


def calibrate(universe: Universe, table: list[dict[str, str]]) -> Universe:
    """The universe with factors that meet the targets (a fixed point: rates depend on which classes weigh how much)."""
    for _ in range(ROUNDS):
        factors = universe.factors.copy()
        reports = {year: _reported(universe, table, year) for year in YEARS[1:]}
        end = _chained(reports)[BASE]
        for group in TARGETS:
            mine = classes().group == group
            core = group in CORE_GROUPS
            leaves = np.repeat(mine, len(COUNTIES))
            got = (end.core_by_class if core else end.by_class)[mine].sum() / 1e8
            factors[mine] *= _level(group, end) / got * _path(group, [reports[y][int(core)] for y in YEARS[1:]], leaves)
        universe = replace(universe, factors=factors)
    return universe


def _level(group: str, end: YearEnd) -> float:
    if group != "industry":
        return TARGETS[group][0]
    others = np.isin(classes().group, ["01", "01_chain", "chain"])
    return INDUSTRY_ABOVE - float(end.by_class[others].sum()) / 1e8


def _path(group: str, reports: list[_Reported], leaves: npt.NDArray[np.bool_]) -> Floats:
    """Corrections by year that bring growth to the targets and leave 2022 as it is."""
    got = np.array([report.now[leaves].sum() / report.base[leaves].sum() for report in reports])
    path = np.concatenate([[1.0], np.cumprod(np.array(TARGETS[group][1:]) / got)])
    return np.asarray(path / path[YEARS.index(BASE)])


def _chained(reports: dict[int, tuple[_Reported, _Reported]]) -> dict[int, YearEnd]:
    """Full-year value added: as reported, for services last year's times the growth of the months reported."""
    service = np.repeat(classes().survey == SERVICE, len(COUNTIES))
    found: dict[int, YearEnd] = {}
    last = [report.now for report in reports[YEARS[1]]]
    for year, pair in reports.items():
        if year > YEARS[1]:
            last = [
                np.where(service, report.now * _months_factor(before, report.base, service), report.now)
                for report, before in zip(pair, last, strict=True)
            ]
        found[year] = YearEnd(*(part.reshape(-1, len(COUNTIES)).sum(axis=1) for part in last))
    return found


def _reported(universe: Universe, table: list[dict[str, str]], year: int) -> tuple[_Reported, _Reported]:
    quarter = Quarter(year, 4)
    there = universe.reporting(quarter)
    klass, county = universe.klass(quarter), universe.county(quarter)
    leaf, leaves = (klass * len(COUNTIES) + county)[there], len(classes().gbt) * len(COUNTIES)
    rate = rates_for(universe, year)[klass, county]
    share = digital_share(universe.units, table, klass, county, quarter.first_day.isoformat())
    now = outputs(universe, year, quarter) * 1000.0 * rate
    base = outputs(universe, year - 1, quarter) * 1000.0 * rate
    whole = _Reported(sums(leaf, now[there], leaves), sums(leaf, base[there], leaves))
    core = _Reported(sums(leaf, (now * share)[there], leaves), sums(leaf, (base * share)[there], leaves))
    return whole, core


def _months_factor(last: Floats, then: Floats, service: npt.NDArray[np.bool_]) -> Floats:
    # Last year's value added over the same year's lagged base: by leaf, else by class, else for all services.
    def ratio(top: Floats, bottom: Floats, fallback: Floats) -> Floats:
        known = (top > 0) & (bottom > 0)
        return np.where(known, top / np.where(known, bottom, 1.0), fallback)

    everything = np.full(len(last), last[service].sum() / then[service].sum())
    counties = len(COUNTIES)
    size = len(last) // counties
    klass: Ints = np.repeat(np.arange(size), counties)
    by_class = ratio(sums(klass, last, size)[klass], sums(klass, then, size)[klass], everything)
    return ratio(last, then, by_class)
