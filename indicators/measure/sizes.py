"""Firms by size, and what they spend on research, from annual returns.

Belongs here: rows of ``cell_size``. Does not belong here: the limits of the sizes (``classification.sizes``).
"""

from __future__ import annotations

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.core import CORE
from indicators.measure.evidence import Evidence


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of ``size_firms``, ``size_value_added`` (class: the size) and ``core_rd_intensity``.

    Research intensity is over the revenue of those firms alone that reported research expense: a blank is no 0.

    Source: methods, structure; 统计上大中小微型企业划分办法（2017）.
    """
    cells = evidence.sizes
    if cells.empty:
        return []
    yearly = cells.assign(period=cells["year"].astype("int64").astype("str"), span="annual", estimated=False)
    whole = yearly[yearly["class"] == CORE].assign(**{"class": lambda frame: frame["size"]})
    research = yearly.groupby(["period", "span", "region", "class"], as_index=False)[["rd", "rd_revenue"]].sum()
    research = research.assign(estimated=False)
    return [
        make.own_rows(whole, whole["units"], "size_firms", "nbs_2017"),
        make.own_rows(whole, whole["va"], "size_value_added", "nbs_2017"),
        make.own_rows(research, make.ratio(research["rd"], research["rd_revenue"]), "core_rd_intensity", "reported"),
    ]
