"""Late returns: units whose return comes after the others', or never; nothing in it is wrong.

Belongs here: the plan (``late.csv``) and which units it names. Does not belong here: mistakes in returns (planted).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from typing import Final

from indicators.quarter import Quarter
from pipelines.sample.economy import Units
from pipelines.sample.events import pick
from pipelines.sample.profile import rows

NEVER: Final = dt.date.max


def late(
    units: Units, quarter: Quarter, survey: str, *, there: Container[int], busy: Container[int]
) -> dict[int, dt.date]:
    """The units of a survey whose return of a quarter is late, with the day on which it comes, or ``NEVER``.

    Args:
        units: the units of the universe.
        quarter: the quarter.
        survey: industry, service, trade or construction.
        there: places of the units that report.
        busy: places of units whose return of this quarter holds a planted error; they are not late.
    """
    found: dict[int, dt.date] = {}
    for row in rows("late.csv"):
        if (row["quarter"], row["form"]) == (str(quarter), survey):
            kind, _, rank = row["who"].partition(":")
            day = dt.date.fromisoformat(row["arrived"]) if row["arrived"] else NEVER
            # In a very small city the same unit may come twice: then the next one is late.
            turns = (pick(units, survey, int(rank) + turn, core=kind == "core") for turn in range(len(units.code)))
            place = next((at for at in turns if at in there and at not in busy and at not in found), None)
            if place is not None:
                found[place] = day
    return found
