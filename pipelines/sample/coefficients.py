"""The coefficients of the starred classes (剥离系数) of the synthetic city.

Belongs here: the authored vectors with unit keys filled in, and the digital share of each unit that follows. Does not
belong here: the lookup that the pipeline makes (classification.allocation).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np

from pipelines.sample.economy import YEARS, Units
from pipelines.sample.profile import COUNTIES, Floats, Ints, classes, rows

_METHODS: Final = ("reidentified", "census", "survey", "expert")
UPDATE: Final = "2022-01-01"


def coefficient_rows(units: Units) -> list[dict[str, str]]:
    """The rows of HS03. ``@1`` stands for the class's largest lasting unit, ``@2`` for the second."""
    found = []
    for row in rows("coefficients.csv"):
        if row["key"].startswith("@"):
            places = _largest(units, row["gbt"])
            rank = int(row["key"][1:]) - 1
            if rank >= len(places):
                continue
            row = row | {"key": units.code[places[rank]].decode()}  # noqa: PLW2901 - the row as it goes out
        found.append(row)
    return found


def digital_share(units: Units, table: list[dict[str, str]], klass: Ints, county: Ints, day: str) -> Floats:
    """The core share of each unit: 1 or 0 for whole classes, the sum of its coefficient vector for starred ones.

    Args:
        units: the units.
        table: rows of HS03.
        klass: the units' classes (rows of ``classes()``).
        county: the units' counties (places in ``COUNTIES``).
        day: ISO date on which the coefficients must be valid.
    """
    core = np.isin(classes().group, ["01", "01_chain", "02", "03", "04"]).astype(float)
    share: Floats = core[klass]
    valid = [r for r in table if r["valid_from"] <= day and (not r["valid_to"] or day < r["valid_to"])]
    for gbt in sorted({row["gbt"] for row in table}):
        at = np.flatnonzero(classes().gbt[klass] == gbt)
        for place in at:
            keys = (("unit", units.code[place].decode()), ("county", COUNTIES[county[place]]), ("city", "*"))
            share[place] = next(total for key in keys if (total := _vector_sum(valid, gbt, key)) is not None)
    return share


def _vector_sum(table: list[dict[str, str]], gbt: str, key: tuple[str, str]) -> float | None:
    mine = [row for row in table if row["gbt"] == gbt and (row["level"], row["key"]) == key]
    if not mine:
        return None
    best = min(_METHODS.index(row["method"]) for row in mine)
    return float(sum((Decimal(row["k"]) for row in mine if row["method"] == _METHODS[best]), Decimal(0)))


def _largest(units: Units, gbt: str) -> list[int]:
    places = np.flatnonzero((classes().gbt[units.klass] == gbt) & (units.entry < 0) & (units.exit > 90))
    size = units.level[places, YEARS.index(2022)]
    return [int(place) for place in places[np.argsort(-size, kind="stable")]]
