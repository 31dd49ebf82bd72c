"""The synthetic universe: units and their values, drawn block by block so that any part of it can be made alone.

Belongs here: the random model of units (size, growth, season, ratios, entry, exit), vectorised. Does not belong here:
events of single units (universe), calibration to controls (calibration), files (city).

A unit is a function of (firms, seed, index): blocks of ``BLOCK`` units have a random stream of their own, so a chunk
of 33 million units needs memory for the chunk alone and is the same whether made alone or with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from math import gcd
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.sample.credit_code import Bytes, credit_codes
from pipelines.sample.profile import COUNTIES, COUNTY_WEIGHTS, STARRED, Floats, Ints, apportion, classes

SEED: Final = 20210101
YEARS: Final = (2019, 2020, 2021, 2022, 2023)
# Ends of the months that returns can cover: services lag a month, so both 2 and 3, 5 and 6, 8 and 9, 11 and 12.
MONTHS: Final = (2, 3, 5, 6, 8, 9, 11, 12)
BLOCK: Final = 16_384
ALWAYS_THERE: Final = -1
NEVER: Final = 99
_SIZE_SIGMA: Final = 1.2
_GROWTH_SIGMA: Final = 0.085
_CLASS_SIGMA: Final = 0.02
_TREND: Final = 0.05
_SEASON_SIGMA: Final = 0.03
# Only units below this multiple of their class's mean come and go, and below this value added (亿元) in core classes:
# a city's leading firms stay, no mobile operator is born in a year, and each starred class keeps its units.
_SETTLED: Final = 1.2
_SETTLED_CORE: Final = 0.12

# Month weights by survey (industry, service, trade, construction): quiet February, strong year's end.
_SEASONS: Final = np.array(
    [
        [7.6, 6.6, 8.6, 8.2, 8.3, 8.6, 8.3, 8.3, 8.6, 8.6, 8.9, 9.4],
        [7.6, 7.3, 8.2, 8.1, 8.2, 8.6, 8.3, 8.3, 8.5, 8.4, 8.8, 9.7],
        [8.4, 7.5, 7.9, 7.9, 8.3, 8.5, 8.0, 8.1, 8.6, 8.8, 9.2, 8.8],
        [4.6, 3.8, 7.4, 7.9, 8.6, 9.4, 8.4, 8.6, 9.2, 9.0, 9.9, 13.2],
    ]
)
# The business cycle by year and quarter: the epidemic of early 2020, its waves in 2022, the recovery of 2023.
_CYCLE: Final = np.array(
    [
        [1.0, 1.0, 1.0, 1.0],
        [0.86, 0.98, 1.03, 1.08],
        [0.98, 1.01, 1.0, 1.01],
        [1.0, 0.985, 1.01, 1.005],
        [0.985, 1.0, 1.0, 1.015],
    ]
)


@dataclass(frozen=True)
class Units:
    """Units of the universe; arrays of one length. ``klass`` counts rows of ``classes()``, ``county`` of ``COUNTIES``.

    ``level``: annual output over the mean of the unit's class in 2022, by year. ``season``: share of the year's output
    by the end of each of ``MONTHS``, by year. ``ratio``: revenue over output, for trade output (the margin) over
    revenue. ``entry``/``exit``: quarter from which the unit reports, and from which it no longer does (0 = 2020Q1).
    """

    index: Ints
    code: Bytes
    klass: Ints
    county: Ints
    level: Floats
    season: npt.NDArray[np.float32]
    ratio: Floats
    profit: Floats
    wage: Floats
    pay: Floats
    entry: Ints
    exit: Ints

    def take(self, which: npt.NDArray[np.intp] | slice) -> Units:
        """The units at these places."""
        return Units(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


def units(firms: int, *, seed: int = SEED, start: int = 0, count: int | None = None) -> Units:
    """Units ``start`` to ``start + count`` of the universe of ``firms`` units.

    Args:
        firms: units in the whole universe (at least the number of classes that are always there).
        seed: of the universe.
        start: first unit.
        count: number of units; all that follow when None.

    Returns:
        The units; the same for any way of cutting the universe into chunks.
    """
    stop = firms if count is None else min(firms, start + count)
    bounds = np.cumsum(apportion(firms))
    found = []
    for block in range(start // BLOCK, -(-stop // BLOCK)):
        first, last = max(start, block * BLOCK), min(stop, (block + 1) * BLOCK)
        found.append(_block(firms, bounds, seed, block, slice(first - block * BLOCK, last - block * BLOCK)))
    return found[0] if len(found) == 1 else _join(found)


def chunks(firms: int, *, seed: int = SEED, size: int = 16 * BLOCK) -> Iterator[Units]:
    """The universe chunk by chunk, memory bounded by ``size`` units (about 600 bytes each)."""
    for start in range(0, firms, size):
        yield units(firms, seed=seed, start=start, count=size)


def _join(parts: list[Units]) -> Units:
    return Units(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Units)})


def _block(firms: int, bounds: Ints, seed: int, block: int, wanted: slice) -> Units:
    draw = np.random.Generator(np.random.Philox(key=[seed, block]))
    index = np.arange(block * BLOCK, (block + 1) * BLOCK, dtype=np.int64)
    klass = np.searchsorted(bounds, _shuffled(index, firms), side="right").clip(max=len(bounds) - 1)
    county = _counties(draw, klass)
    size = np.exp(_SIZE_SIGMA * draw.standard_normal(BLOCK) - _SIZE_SIGMA**2 / 2)
    level = _levels(draw, klass, size)
    survey = classes().survey[klass]
    season = _seasons(draw, survey)
    uniform = draw.random((5, BLOCK))
    entry, leave, newborn = _lives(uniform, size, klass)
    level[newborn[:, None] & (np.array(YEARS)[None, :] < (2020 + entry // 4)[:, None])] = 0.0
    spread = draw.standard_normal((4, BLOCK))
    means = np.array([0.985, 1.0, 0.115, 0.955])[survey]
    widths = np.array([0.02, 0.0, 0.03, 0.03])[survey]
    ratio = np.where(survey == 1, 1.0, (means + widths * spread[0]).clip(0.04, 1.1))
    made = Units(
        index=index,
        code=credit_codes(index, np.array([int(code) for code in COUNTIES])[county]),
        klass=klass.astype(np.int64),
        county=county,
        level=level,
        season=season,
        ratio=ratio,
        profit=(0.06 + 0.05 * spread[1]).clip(-0.15, 0.3),
        wage=(np.array([0.095, 0.26, 0.035, 0.13])[survey] * np.exp(0.2 * spread[2])),
        pay=72.0 * np.exp(0.25 * spread[3]),
        entry=entry,
        exit=leave,
    )
    return made.take(wanted)


def _shuffled(index: Ints, firms: int) -> Ints:
    # A one-to-one shuffle without a table: classes spread over the universe, chunks need no memory of each other.
    step = int(firms * 0.618) | 1
    while gcd(step, firms) != 1:
        step += 2
    return index % firms * step % firms


def _counties(draw: np.random.Generator, klass: Ints) -> Ints:
    # Each class has a home county with a third of its units; the rest spread by the weight of the counties.
    home = (klass * 7 + 3) % len(COUNTIES)
    spread = np.searchsorted(np.cumsum(COUNTY_WEIGHTS), draw.random(BLOCK), side="right").clip(max=len(COUNTIES) - 1)
    return np.where(draw.random(BLOCK) < 1 / 3, home, spread).astype(np.int64)


def _levels(draw: np.random.Generator, klass: Ints, size: Floats) -> Floats:
    steps = _GROWTH_SIGMA * draw.standard_normal((BLOCK, len(YEARS) - 1)).clip(-3, 3)
    steps += _TREND + classes().tilt[klass][:, None] + _class_steps()[klass]
    path = np.concatenate([np.zeros((BLOCK, 1)), np.cumsum(steps, axis=1)], axis=1)
    base = YEARS.index(2022)
    level: Floats = size[:, None] * np.exp(path - path[:, base : base + 1])
    return level


def _class_steps() -> Floats:
    draw = np.random.Generator(np.random.Philox(key=[2022, 0]))
    return _CLASS_SIGMA * draw.standard_normal((len(classes().gbt), len(YEARS) - 1))


def _seasons(draw: np.random.Generator, survey: Ints) -> npt.NDArray[np.float32]:
    months = _SEASONS[:, None, :] * np.repeat(_CYCLE, 3, axis=1)[None, :, :]
    ends = np.array(MONTHS)
    pieces = np.add.reduceat(months, np.concatenate([[0], ends[:-1]]), axis=2).astype(np.float32)
    noise = draw.standard_normal((len(survey), len(YEARS), len(MONTHS)), dtype=np.float32)
    drawn = pieces[survey] * np.exp(np.float32(_SEASON_SIGMA) * noise)
    total = np.cumsum(drawn, axis=2, dtype=np.float32)
    return np.asarray(total / total[:, :, -1:], dtype=np.float32)


def _lives(uniform: Floats, size: Floats, klass: Ints) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    table = classes()
    core = np.char.startswith(table.group, "0")[klass]
    large = core & (size * (table.va / table.units)[klass] > _SETTLED_CORE)
    small = (size < _SETTLED) & ~large & ~np.isin(table.gbt, STARRED)[klass]
    yearly, monthly = uniform[0] < 0.085, uniform[0] > 0.985
    entry = np.full(len(size), ALWAYS_THERE)
    entry[small & yearly] = (4 * (1 + np.floor(uniform[1] * 3)))[small & yearly]
    entry[small & monthly] = (4 + np.floor(uniform[1] * 12))[small & monthly]
    leaving = small & (uniform[2] < 0.09)
    quarter = 4 + np.floor(uniform[3] * 12)
    quarter = np.where(uniform[4] < 0.6, quarter // 4 * 4, quarter)
    leave = np.where(leaving & (quarter > entry + 2), quarter, NEVER)
    newborn = (entry > 0) & (uniform[4] < 0.3)
    return entry.astype(np.int64), leave.astype(np.int64), newborn
