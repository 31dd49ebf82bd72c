"""What stands beside a sum of a ledger: how much of the list is not in it, and why; what may stand in it twice.

Belongs here: the one sentence; how many problems are how; which columns a doubt is about, by their headers. Does not
belong here: which entries these are (``board``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from indicators.dispatch.problems import CLOSED, LATE, UNPROVEN
from pipelines.ingest.forms.ledgers import ledgers
from pipelines.ledgers.board import Board


def remark(board: Board, ledger: str) -> str:
    """The sentence without its end; '' where everything on the list counts, and once."""
    once = board.counted_once(ledger)
    doubted = board.left_out(ledger)
    undecided = int((~board.twins(ledger)["certain"].astype(bool)).sum())
    said = [
        (len(doubted), f"其中{len(doubted)}项存疑未计入"),
        (len(once), f"{len(once)}项与另一项信用代码、名称、金额相同，只计一次"),
        (undecided, f"{undecided}对疑似重复尚未认定，两项均已计入"),
    ]
    return "；".join(text for number, text in said if number)


def overdue(problems: pd.DataFrame) -> str:
    """How many problems are past due and not closed with evidence, whatever their state."""
    late = problems.loc[_late(problems), "state"]
    unproven = int((late == UNPROVEN).sum())
    return f"逾期{len(late)}个" + (f"（含{UNPROVEN}{unproven}个）" if unproven else "")


def standing(problems: pd.DataFrame) -> str:
    """How many problems are overdue, then the states of all others, each problem once; '' where there is none."""
    late = _late(problems)
    others = [f"{state}{number}个" for state, number in problems.loc[~late, "state"].value_counts().items()]
    return "，".join([*([overdue(problems)] if late.any() else []), *others])


def _late(problems: pd.DataFrame) -> pd.Series:
    return (problems["overdue"] > 0) & ~problems["state"].isin([CLOSED, LATE])


def headers(doubt: Mapping[Any, Any]) -> str:
    """The columns that a doubt (``ledger, fields``) is about."""
    columns = ledgers()[doubt["ledger"]].columns
    return "、".join(columns[name].header for name in doubt["fields"])
