"""Efficiency value added: what digital technology adds outside the core, from division accounts.

Belongs here: the definition ``efficiency_va``. Does not belong here: where accounts and coefficients come from.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from indicators.arguments import typed
from indicators.penetration.refusing import columns_of, refuse
from indicators.series import readable

_AMOUNTS: Final = ["va", "core_va"]


@typed
def efficiency_va(divisions: pd.DataFrame, *, sector: str = "sector") -> pd.DataFrame:
    """Class-05 value added outside the core over the whole sector: ``Σ_j (VA_j − coreVA_j)·d_j / VA_s``.

    The denominator contains the core, so ``core_share + rate_efficiency_va ≤ 1``. Which division belongs to which
    sector is data (三次产业划分: divisions 05, 11 and 43 are tertiary).

    Args:
        divisions: one row per division and sector: ``division``, the sector column, ``va``, ``core_va`` (one money
            unit, current prices, one vintage and span) and ``d`` (fraction; may be missing only where
            ``core_va = va``).
        sector: name of the sector column.

    Returns:
        One row per sector, labelled by it: the sector column, ``va, core_va, efficiency_va, rate_efficiency_va,
        core_share``.

    Raises:
        InputError: a column or a value is missing, a division is there twice in a sector, core exceeds the whole, d is
            missing or outside 0–1, or a sector's value added is not positive; the division or sector is named.

    Source: methods, penetration: efficiency_va.
    """
    needed = ["division", sector, *_AMOUNTS, "d"]
    columns_of(divisions, needed)
    numbers = readable(divisions[[*_AMOUNTS, "d"]])
    if (bad := numbers["d"].isna() & divisions["d"].notna()).any():
        refuse(divisions.loc[bad, "division"], "效率系数 d 不是数", "d is not a number")
    rows = divisions[needed].assign(**numbers).reset_index(drop=True)
    outside = rows["va"] - rows["core_va"]
    checks: dict[str, pd.Series[bool]] = {
        "行业大类或部门缺失|division or sector is missing": rows[["division", sector]].isna().any(axis=1),
        "同一部门内行业大类重复|division is there twice in a sector": rows.duplicated(["division", sector]),
        "增加值缺失|value added is missing": ~outside.between(-np.inf, np.inf, inclusive="neither"),
        "核心增加值大于增加值|core value added exceeds value added": outside < 0,
        "缺少效率系数 d|d is missing": rows["d"].isna() & (outside != 0),
        "效率系数 d 不在 0—1 之间|d is outside 0–1": ~rows["d"].fillna(0.0).between(0, 1),
    }
    for words, bad in checks.items():
        if bad.any():
            refuse(rows.loc[bad, "division"], *words.split("|"))
    rows["efficiency_va"] = outside * rows["d"].fillna(0.0)
    sums = rows.groupby(sector)[[*_AMOUNTS, "efficiency_va"]].sum().sort_index()
    if (bad := ~(sums["va"] > 0)).any():
        refuse(sums.index[bad], "部门增加值不为正", "a sector's value added is not positive")
    sums["rate_efficiency_va"] = sums["efficiency_va"] / sums["va"]
    sums["core_share"] = sums["core_va"] / sums["va"]
    return sums.reset_index().set_axis(sums.index.rename(None))
