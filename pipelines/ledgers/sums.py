"""Sums of the ledgers at the ends of quarters: what the observations of dispatch are made of.

Belongs here: how many entries stand on a list, lights, starts and contracts; money of projects and bonds. Does not
belong here: anything of a firm but how many there are. What is summed by county is counts alone: a county has few
entries, and money summed over one of them would be that entry's. Of the city each amount says over how many it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from indicators.dispatch import legend, on_list, start_rate
from indicators.quarter import Quarter
from pipelines.ledgers.board import FIVE, Board, Cycle, whose

_STAGES = {"signed": "signed", "fulfilled": "fulfilled", "started": "begun", "produced": "produced",
           "at_capacity": "at_capacity"}  # fmt: skip


class Sum(NamedTuple):
    """A count, or an amount with how many it is summed over: those of one investor are one."""

    value: int
    entries: int | None = None


_Sums = dict[tuple[str, str], Sum]


def sums(last: Board, quarters: Iterable[Quarter], place: str, counties: Sequence[str]) -> list[dict[str, Any]]:
    """The sums of each quarter that had been cut off by the last day, as known then.

    Args:
        last: the board of the last day up to which anything is known.
        quarters: in order.
        place: code of the city.
        counties: codes of its counties; an entry of the city itself is in none.

    Returns:
        Rows of ``cell_ledger``; none for a quarter of which no project was known.
    """
    found = []
    for quarter in quarters:
        board = replace(last, day=Cycle(quarter.year, 3 * quarter.number).cut_off(last.limits))
        if board.day <= last.day and board.cycles:
            end = board.cycles[-1].last_day
            there = {name: on_list(board.ever(name), end) for name in FIVE} | {"lit": board.lit}
            by_region = {place: _counts(there, end) | _totals(board)}
            for county in counties:
                own = {name: rows[rows["county"] == county] for name, rows in there.items()}
                by_region[county] = _counts(own, end)
            found += [
                {
                    "quarter": str(quarter),
                    "region": region,
                    "item": item,
                    "class": cls,
                    **items[item, cls]._asdict(),
                    "known_from": board.day,
                }
                for region, items in by_region.items()
                for item, cls in sorted(items)
            ]
    return found


def _counts(there: Mapping[str, pd.DataFrame], end: dt.date) -> _Sums:
    """How many entries there are by list and by light, and starts, of some entries on the lists on a day."""
    due, started = start_rate(there["project"], end)
    found = {f"{name}s": len(there[name]) for name in FIVE} | {"due": due, "started": started}
    lit = there["lit"]["light"].value_counts()
    return _counted(found) | {("lit", light): Sum(int(lit.get(light, 0))) for light in legend()["light"]}


def _totals(board: Board) -> _Sums:
    """Money, contracts and tenants, and what belongs to a future industry: of the whole city."""
    bonds, parks, funnel = board.counting("bond"), board.counting("park"), board.funnel.iloc[-1]
    found = {(item, ""): _amount(bonds, item) for item in ("arrived", "spent")}
    found |= {(item, ""): _amount(parks, item) for item in ("tenants", "tenants_digital")}
    if board.completion is not None:
        columns = {"done": "cum_year", "planned": "year_plan"}
        found |= {(item, ""): _amount(board.planned, column) for item, column in columns.items()}
    futures = board.futures(board.cycles[-1].last_day).to_dict("records")
    counts = ("future_firms", "future_projects")
    found |= {(item, row["id"]): Sum(int(row[item])) for row in futures for item in counts}
    found |= {
        ("future_invested", row["id"]): Sum(
            round(row["future_invested"]), int(row["future_investors"]) if row["future_projects"] else None
        )
        for row in futures
    }
    staged = {item: int(funnel[stage]) for stage, item in _STAGES.items()}
    return found | _counted(staged | {"idle": int(board.bonds["idle"].sum())})


def _amount(rows: pd.DataFrame, column: str) -> Sum:
    """The sum of a column, and over how many; of a list on which nobody is, over none that could be told from it."""
    there = rows[rows[column] > 0]
    return Sum(round(float(rows[column].sum())), int(whose(there).nunique()) if len(rows) else None)


def _counted(found: dict[str, int]) -> _Sums:
    return {(item, ""): Sum(value) for item, value in found.items()}
