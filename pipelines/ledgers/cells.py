"""A cell of a ledger as people read it: money in 万元, flags as words, counties by name.

Belongs here: turning what is kept into what is read. Does not belong here: which cells are shown where.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from indicators.rounding import display
from pipelines.ingest.forms.ledgers import ledgers
from pipelines.workspace import City

EMPTIED: Final = "（清空）"
_FLAGS: Final = {"yes": "是", "no": "否"}


def shown(value: Any, kind: str) -> str:
    """A value of a column of a kind as text; '' where nothing was said."""
    if value == "" or pd.isna(value):
        return ""
    if kind == "money":
        return display(float(value), "万元", 0)
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:g}"
    return _FLAGS.get(str(value), str(value)) if kind == "flag" else str(value)


def told(cell: Mapping[Any, Any], city: City) -> str:
    """A reported cell (``ledger, field, value``); one that was emptied says so."""
    if cell["value"] == "":
        return EMPTIED
    if cell["field"] == "county":
        return str(city.regions.get(cell["value"], cell["value"]))
    ledger = ledgers()[cell["ledger"]]
    kind = "text" if cell["field"] in ledger.private else ledger.columns[cell["field"]].kind
    return shown(cell["value"], kind)
