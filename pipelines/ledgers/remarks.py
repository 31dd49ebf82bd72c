"""What stands beside a sum of a ledger: how much of the list is not in it, and why; what may stand in it twice.

Belongs here: the one sentence; which columns a doubt is about, by their headers. Does not belong here: which
entries these are (``board``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def headers(doubt: Mapping[Any, Any]) -> str:
    """The columns that a doubt (``ledger, fields``) is about."""
    columns = ledgers()[doubt["ledger"]].columns
    return "、".join(columns[name].header for name in doubt["fields"])
