"""Signings and the funnel of 三个一批: what counts as signed, and how many get from one stage to the next.

Belongs here: counting signings without counting anything twice, rates by batch. Does not belong here: pairs that nobody
has declared one (pipelines.ledgers lists them).
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

# Stage → the day on which it was reached, and the rate over the stage before.
STAGES: Final = {
    "signed": ("signed_on", ""),
    "fulfilled": ("registered_on", "履约率"),
    "started": ("started_on", "开工率"),
    "produced": ("produced_on", "投产率"),
    "at_capacity": ("capacity_on", "达效率"),
}


def signings(leads: pd.DataFrame, since: dt.date, until: dt.date) -> pd.DataFrame:
    """The signings of a span, each with what it counts for.

    Only a first signing counts as a project, with its planned investment; a raise 增资 adds its increment and no
    project; an upgrade 升格 and a repetition add nothing. What refers to an earlier entry is no first signing, whatever
    it is called.

    Args:
        leads: ``entry, signed_on, signing`` (首次签约, 升格, 增资, 重复; '' is a first signing)``, earlier,
            planned_investment, added_investment``.
        since: first day.
        until: last day.

    Returns:
        The rows signed in the span with ``counted`` (0 or 1) and ``amount``.

    Source: practice of Sanming: no repeated statistics.
    """
    span = (leads["signed_on"] >= pd.Timestamp(since)) & (leads["signed_on"] <= pd.Timestamp(until))
    signed = leads[span].reset_index(drop=True)
    first = signed["signing"].isin(["", "首次签约"]) & (signed["earlier"] == "")
    raised = signed["signing"] == "增资"
    amount = np.select(
        [first, raised], [signed["planned_investment"].fillna(0), signed["added_investment"].fillna(0)], 0.0
    )
    return signed.assign(counted=first.astype("int64"), amount=amount)


def funnel(leads: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The funnel by batch, and of all batches together.

    Args:
        leads: ``entry, batch, signing, earlier`` and the days of ``STAGES``; entries without a batch are left out, and
            what is no first signing is not counted.
        day: the day of knowledge.

    Returns:
        By ``batch``, in the order of signing (合计 last): the counts ``signed, fulfilled, started, produced,
        at_capacity``, and for each but the first its rate over the stage before (``fulfilled_rate``, …), missing where
        none got there. An entry is in a stage when it is in all before.
    """
    mine = leads[(leads["batch"] != "") & leads["signing"].isin(["", "首次签约"]) & (leads["earlier"] == "")]
    reached = pd.DataFrame(True, index=mine.index, columns=list(STAGES))
    there = pd.Series(True, index=mine.index)
    for stage, (column, _) in STAGES.items():
        there = there & (mine[column] <= pd.Timestamp(day))
        reached[stage] = there
    counts = reached.groupby(mine["batch"]).sum().astype("int64")
    first = mine.groupby("batch")["signed_on"].min().reset_index().sort_values(["signed_on", "batch"])
    counts = counts.loc[first["batch"]]
    counts = counts[counts["signed"] > 0]
    counts.loc["合计"] = counts.sum()
    names = list(STAGES)
    for before, stage in pairwise(names):
        counts[f"{stage}_rate"] = counts[stage] / counts[before].where(counts[before] > 0)
    return counts.rename_axis("batch").reset_index()
