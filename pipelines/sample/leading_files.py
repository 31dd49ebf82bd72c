"""The synthetic city's leading proxies as files HS17, one a quarter with its three months.

Belongs here: when they come, how they look, and numbers that turn before the planted downturns of divisions. Does not
belong here: firms' returns, from which nothing of these follows.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.sample.economy import SEED
from pipelines.sample.events import turning_points
from pipelines.sample.firm_files import Sent, received_on
from pipelines.sample.layout import Cell, Dress, headers, write_text
from pipelines.sample.profile import CITY, Floats, rows
from pipelines.sample.universe import FIRST, position

_MONTHS: Final = 48
# Growth strays by this much either way from month to month.
_NOISE: Final = 0.02
# A downturn shows a month ahead: growth loses this much a month, until the downturn's first quarter is over.
_AHEAD: Final = 1
_SLIDE: Final = 0.04
_SLIDES: Final = 4


def write_leading(inbox: Path, quarter: Quarter) -> Sent:
    """Write HS17 of a quarter."""
    table: list[list[Cell]] = []
    for at in range(3 * position(quarter), 3 * position(quarter) + 3):
        for number, row in enumerate(rows("leading.csv")):
            level = float(row["value"]) * levels(number)
            month = f"{FIRST.year + at // 12}-{at % 12 + 1:02d}"
            now, before = f"{level[at + 12]:.4f}", f"{level[at]:.4f}"
            table.append([month, row["proxy"], CITY, row["class"], now, before, row["department"]])
    form = forms()["leading"]
    name = f"{form.code}_{form.title}_{quarter.year}年{quarter.number}季度.csv"
    look = Dress(form.title, (f"表    号：{form.code}表",), ("说明：合成数据。",))
    write_text(inbox / name, look, list(headers("leading", 0).values()), table)
    return Sent(name, received_on(quarter, day=15), "税务、供电", "部门报送（合成）")


@cache
def levels(number: int) -> Floats:
    """A proxy by month from January 2019 on, mean of 2019 = 1: each month is last year's times its growth."""
    row = rows("leading.csv")[number]
    draw = np.random.Generator(np.random.PCG64([SEED, number]))
    growth = float(row["growth"]) + draw.uniform(-_NOISE, _NOISE, _MONTHS)
    for first in downturns(row["class"]):
        slide = np.minimum(np.arange(1, _MONTHS - first + 1), _SLIDES) * _SLIDE
        growth[first : first + 12] -= slide[:12]
    found = np.concatenate([1 + draw.uniform(-0.1, 0.1, 12), np.zeros(_MONTHS)])
    for month in range(_MONTHS):
        found[month + 12] = found[month] * (1 + growth[month])
    return found


def downturns(code: str) -> list[int]:
    """The months, January 2020 = 0, in which the growth of a division's proxies begins to slide."""
    hit = [point for point in turning_points() if f"sector:{code}" in point.subjects and point.item == "flows"]
    return [3 * position(point.first) - _AHEAD for point in hit]
