"""Doubts about what a ledger says: rules as data, each with its reason; nothing doubtful is shown as green or summed.

Belongs here: holding the entries of a ledger to ``doubts.csv``, entries as sums take them. Does not
belong here: cells that cannot be read (ingest), pairs that may be one entry (pipelines.ledgers).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd

from indicators.dispatch.schedule import MONTHS
from indicators.dispatch.thresholds import thresholds

_TOLD: Final = ["blocks", "fields", "drops", "zh", "en"]


@cache
def rules() -> pd.DataFrame:
    """The rules of ``doubts.csv``.

    ``id, ledgers, expression`` (over columns of entries, ``today``, ``this_year`` and thresholds)``, blocks`` (no light
    is given)``, fields`` (what is doubted)``, drops`` (what sums, counts and rates leave out)``, zh, en``.
    """
    with (files(__package__) / "doubts.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=False)


def doubts(
    ledger: str, standing: pd.DataFrame, day: dt.date, year: int, limits: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """What is doubtful about the entries of a ledger.

    Args:
        ledger: its name, as in ``ledgers`` of the rules.
        standing: its entries as ``standing.entries`` gives them.
        day: the day of knowledge.
        year: the year that is dispatched.
        limits: thresholds by name; default ``thresholds()``.

    Returns:
        ``entry, rule, blocks, fields, drops, zh, en``, in the order of entries and rules; fields and drops are tuples.
    """
    terms = thresholds() if limits is None else limits
    frame = standing
    if ledger == "project":
        months = frame.reindex(columns=list(MONTHS)).astype("float64")
        days_apart = (frame["cum_year_at"] - frame["cum_year_before_at"]).dt.days
        frame = frame.assign(plan_sum=months.sum(axis=1, min_count=1), days_apart=days_apart)
    names = {name: frame[name] for name in frame} | {"today": pd.Timestamp(day), "this_year": year} | dict(terms)
    found = []
    for number, rule in enumerate(rules().to_dict("records")):
        if ledger in rule["ledgers"].split(";") and len(frame):
            hit = np.asarray(
                pd.eval(rule["expression"], engine="python", local_dict={}, resolvers=[names]), dtype="bool"
            )
            mine = frame.loc[hit, ["entry"]].assign(rule=rule["id"], blocks=rule["blocks"] == "yes", number=number)
            for name in ("fields", "drops"):
                mine[name] = [tuple(filter(None, rule[name].split(";")))] * len(mine)
            found.append(mine.assign(zh=rule["zh"], en=rule["en"]))
    columns = ["entry", "rule", *_TOLD]
    if not found:
        return pd.DataFrame(columns=columns)
    rows: pd.DataFrame = pd.concat(found).sort_values(["entry", "number"])
    return rows[columns].reset_index(drop=True)


def blocking(found: pd.DataFrame) -> pd.Series:
    """By entry the reasons for which no light is given, joined by ；."""
    return _reasons(found[found["blocks"].astype(bool)])


def flagging(found: pd.DataFrame) -> pd.Series:
    """By entry the reasons that stand beside its light, joined by ；."""
    return _reasons(found[~found["blocks"].astype(bool)])


def _reasons(found: pd.DataFrame) -> pd.Series:
    return found.groupby("entry")["zh"].agg("；".join)


def counting(standing: pd.DataFrame, dropped: Iterable[tuple[str, Iterable[str]]]) -> pd.DataFrame:
    """Entries as sums, counts and rates take them.

    Args:
        standing: entries.
        dropped: entry and the columns of it that do not count.

    Returns:
        The same entries; what does not count is missing.
    """
    out = standing.copy()
    for entry, columns in dropped:
        for name in columns:
            out[name] = out[name].mask(out["entry"] == entry)
    return out
