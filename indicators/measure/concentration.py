"""How much single firms weigh: Herfindahl index, the largest three, and growth without the largest.

Belongs here: rows from cells in which the engine has summed squares and left firms out. Does not belong here: single
firms, whom only the engine sees; the same formulas on a series (``structure``).
"""

from __future__ import annotations

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.evidence import Evidence


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of ``core_hhi``, ``core_cr3``, ``core_growth_but1`` and ``core_growth_but3`` of the place.

    Reported units only, cumulative, current prices. Growth is of what is left without the largest one and three by this
    period's value added, over the same units' base; without the third there is nobody to leave out and no figure.

    Source: methods, structure; domain, early warning: 剔除最大1户、3户后的增速.
    """
    cells = evidence.released(evidence.concentration)
    table = cells[cells["region"] == evidence.place].assign(span="cumulative", estimated=False)
    found = [
        make.own_rows(table, table["hhi"], "core_hhi", "value_added"),
        make.own_rows(table, make.ratio(table["va_top3_positive"], table["va_positive"]), "core_cr3", "value_added"),
    ]
    for k in (1, 3):
        left = table[table["units"] > k]
        growth = make.ratio(left[f"va_but{k}"], left[f"va_base_but{k}"]) - 1
        found.append(make.own_rows(left, growth, f"core_growth_but{k}", "rate_method"))
    return found
