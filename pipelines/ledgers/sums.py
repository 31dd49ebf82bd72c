"""Sums of the ledgers at the ends of quarters: what the observations of dispatch are made of.

Belongs here: how many entries stand on a list, lights, starts and contracts; money of projects and bonds. Does not
belong here: anything of a firm. What is summed by county is counts alone: a county has few entries, and money summed
over one of them would be that entry's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from indicators.dispatch import legend, on_list, start_rate
from indicators.quarter import Quarter
from pipelines.ledgers.board import FIVE, Board, Cycle

_STAGES = {"signed": "signed", "fulfilled": "fulfilled", "started": "begun", "produced": "produced",
           "at_capacity": "at_capacity"}  # fmt: skip
_FUTURE = ("future_invested", "future_projects")
_Sums = dict[tuple[str, str], int]


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
                    "value": items[item, cls],
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
    return _whole(found) | {("lit", light): int(lit.get(light, 0)) for light in legend()["light"]}


def _totals(board: Board) -> _Sums:
    """Money, contracts and tenants, and what belongs to a future industry: of the whole city."""
    bonds, parks, funnel = board.bonds, board.parks, board.funnel.iloc[-1]
    found = {item: round(float(bonds[item].sum())) for item in ("arrived", "spent")}
    found |= {item: int(parks[item].sum()) for item in ("tenants", "tenants_digital")}
    found |= {item: int(funnel[stage]) for stage, item in _STAGES.items()} | {"idle": int(bonds["idle"].sum())}
    if board.completion is not None:
        found |= {"done": round(board.completion.done), "planned": round(board.completion.planned)}
    futures = board.futures(board.cycles[-1].last_day)
    by_class = {(item, row["id"]): round(row[item]) for row in futures.to_dict("records") for item in _FUTURE}
    return _whole(found) | by_class


def _whole(found: dict[str, int]) -> _Sums:
    return {(item, ""): value for item, value in found.items()}
