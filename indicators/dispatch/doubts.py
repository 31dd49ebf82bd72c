"""Doubts about what a ledger says: rules as data, each with its reason; nothing doubtful is shown as green.

Belongs here: holding the entries of a ledger to ``doubts.csv``. Does not belong here: cells that cannot be read
(ingest), pairs that may be one entry (pipelines.ledgers).
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from indicators.dispatch.schedule import MONTHS


@cache
def rules() -> pd.DataFrame:
    """The rules: ``id, ledgers, expression`` over columns of entries, ``blocks`` (no light is given), ``zh, en``."""
    with (files(__package__) / "doubts.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def doubts(ledger: str, standing: pd.DataFrame, day: dt.date, year: int) -> pd.DataFrame:
    """What is doubtful about the entries of a ledger.

    Args:
        ledger: its name, as in ``ledgers`` of the rules.
        standing: its entries as ``standing.entries`` gives them.
        day: the day of knowledge.
        year: the year that is dispatched.

    Returns:
        ``entry, rule, blocks, zh, en``, in the order of entries and rules.
    """
    frame = standing
    if ledger == "project":
        months = frame.reindex(columns=list(MONTHS)).astype("float64")
        frame = frame.assign(plan_sum=months.sum(axis=1, min_count=1))
    names = {name: frame[name] for name in frame} | {"today": pd.Timestamp(day), "this_year": year}
    found = []
    for number, rule in enumerate(rules().to_dict("records")):
        if ledger in rule["ledgers"].split(";") and len(frame):
            hit = np.asarray(
                pd.eval(rule["expression"], engine="python", local_dict={}, resolvers=[names]), dtype="bool"
            )
            told = {"rule": rule["id"], "blocks": rule["blocks"] == "yes", "zh": rule["zh"], "en": rule["en"]}
            found.append(frame.loc[hit, ["entry"]].assign(**told, number=number))
    columns = ["entry", "rule", "blocks", "zh", "en"]
    if not found:
        return pd.DataFrame(columns=columns)
    rows: pd.DataFrame = pd.concat(found).sort_values(["entry", "number"])
    return rows[columns].reset_index(drop=True)


def blocking(found: pd.DataFrame) -> pd.Series:
    """By entry the reasons for which no light is given, joined by ；."""
    return found[found["blocks"].astype(bool)].groupby("entry")["zh"].agg("；".join)
