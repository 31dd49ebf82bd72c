"""Sums of the ledgers at the ends of quarters: what rates of dispatch are made of.

Belongs here: money of projects and bonds, counts of starts and contracts. Does not belong here: anything of a firm.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pandas as pd

from indicators.quarter import Quarter
from pipelines.ledgers.board import Board, Cycle

_STAGES = {"signed": "signed", "fulfilled": "fulfilled", "started": "begun", "produced": "produced",
           "at_capacity": "at_capacity"}  # fmt: skip
_FUTURE = ("future_invested", "future_projects")


def sums(history: pd.DataFrame, quarters: Iterable[Quarter], region: str, last: dt.date) -> list[dict[str, Any]]:
    """The sums of each quarter that had been cut off by the last day, as known then.

    Args:
        history: rows of ``core_ledger``.
        quarters: in order.
        region: code of the city.
        last: up to which anything is known.

    Returns:
        Rows of ``cell_ledger``; none for a quarter of which no project was known.
    """
    found = []
    for quarter in quarters:
        board = Board(history, Cycle(quarter.year, 3 * quarter.number).cut_off(Board(history, last).limits))
        if board.day <= last and board.cycles:
            items = _items(board)
            found += [
                {
                    "quarter": str(quarter),
                    "region": region,
                    "item": item,
                    "class": cls,
                    "value": items[item, cls],
                    "known_from": board.day,
                }
                for item, cls in sorted(items)
            ]
    return found


def _items(board: Board) -> dict[tuple[str, str], int]:
    """The sums of a day: by item, and by item and future industry."""
    futures = board.futures(board.cycles[-1].last_day)
    by_class = {(item, row["id"]): round(row[item]) for row in futures.to_dict("records") for item in _FUTURE}
    return {(item, ""): value for item, value in _totals(board).items()} | by_class


def _totals(board: Board) -> dict[str, int]:
    there = board.cycles[-1].last_day
    due, started = board.started_by(there)
    items = {"due": due, "started": started}
    if board.completion is not None:
        items |= {"done": round(board.completion.done), "planned": round(board.completion.planned)}
    items |= {item: round(float(board.bonds[item].sum())) for item in ("arrived", "spent")}
    total = board.funnel.iloc[-1]
    return items | {item: int(total[stage]) for stage, item in _STAGES.items()}
