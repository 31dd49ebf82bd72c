"""Rates that another body measured: passed through as published, under its name.

Belongs here: what such a rate must say of itself. Does not belong here: any rate of our own.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from indicators.arguments import typed
from indicators.penetration.refusing import columns_of, refuse

_NEEDED: Final = ["sector", "year", "value", "publisher", "source"]


@typed
def external(published: pd.DataFrame) -> pd.DataFrame:
    """Penetration rates as another body published them, marked so that nobody takes them for ours or joins them.

    Args:
        published: ``sector, year, value`` (fraction), ``publisher, source``; where the publisher gives no year,
            ``year`` is our assumption and ``year_assumed`` is true.

    Returns:
        The rows with ``definition_id`` (``external``), ``authority`` (the publisher) and ``note`` (据…测算, and
        年份为推定 where assumed).

    Raises:
        InputError: a column is missing, a text or a year is blank, a value is no fraction of 0–1, or a publisher gives
            a sector and year twice; sectors are named.

    Source: methods, penetration: external.
    """
    columns_of(published, _NEEDED)
    rows = published.assign(value=pd.to_numeric(published["value"], errors="coerce").astype("float64"))
    texts = ["sector", "year", "publisher", "source"]
    checks = {
        "未填部门、年份、发布机关或来源|sector, year, publisher or source is blank": (
            rows[texts].isna() | (rows[texts].astype("str").apply(lambda text: text.str.strip()) == "")
        ).any(axis=1),
        "渗透率须为 0—1 之间的小数|a rate is a fraction of 0–1": ~rows["value"].between(0, 1),
        "同一发布机关同一部门同一年份重复|there twice": rows.duplicated(["sector", "year", "publisher"]),
    }
    for words, bad in checks.items():
        if bad.any():
            refuse(rows.loc[bad, "sector"], *words.split("|"))
    assumed = rows["year_assumed"].fillna(False).astype("bool") if "year_assumed" in rows else False
    note = "据" + rows["publisher"].astype("str") + "测算"
    return rows.assign(
        definition_id="external",
        authority=rows["publisher"],
        note=note.where(~pd.Series(assumed, index=rows.index), note + "；年份为推定"),
    )
