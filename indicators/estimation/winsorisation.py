"""Winsorisation of sample values: a large return with a large weight is kept from deciding an estimate.

Belongs here: one-sided winsorisation of weighted values. Does not belong here: outliers of an index (composite).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from indicators.estimation.frames import Floats, check_columns, columns_of, complete, places, refuse

# What became of a row: it was subject to winsorisation; its stratum is taken in full; its weight is at most one.
WINSORISED: Final = "W"
FULLY_ENUMERATED: Final = "NW_FE"
LIGHT: Final = "NW_AG"


def winsorise(
    frame: pd.DataFrame,
    *,
    value: str,
    design: str,
    calibration: str | None = None,
    auxiliary: str | None = None,
    cutoff: str,
    by: str | Sequence[str],
) -> pd.DataFrame:
    """Outlier weights by one-sided winsorisation: what a value would be worth if it lay nearer its stratum.

    Per group, over the rows that are subject to it: ``μ = Σ a·y / Σ a·x``, ``K = μ·x + L/(a·g − 1)``; where ``y > K``,
    ``y* = y/(a·g) + K − K/(a·g)``, so that the value counts in full for itself and with K for those it stands for.
    The outlier weight is ``y*/y``, 1 where y is 0 or within K.

    Args:
        frame: one row per sampled unit.
        value: column of y, the value returned.
        design: column of a, the design weight, at least 1.
        calibration: column of g, the calibration factor, positive; default 1.
        auxiliary: column of x, the auxiliary variable; default 1 (expansion estimation).
        cutoff: column of L, not negative, one value per group; it trades variance against bias and is set from earlier
            surveys.
        by: column or columns of the group (period, stratum).

    Returns:
        The rows of ``frame`` in their order with ``outlier_weight`` and ``marker``: W subject to winsorisation, NW_FE
        not subject since the unit stands for itself alone (a = 1, g ≥ 1), NW_AG not subject since ``a·g ≤ 1``; the last
        two have weight 1.

    Raises:
        InputError: a column is missing; a cell is blank or no number; a design weight is under 1, a calibration factor
            not positive, a cutoff negative or not one in its group; ``Σ a·x`` of a group is not positive. Rows are
            named by their label.

    Source: Kokic and Bell (1994), J. Official Statistics 10; ONS, statistical methods library, winsorisation.
    """
    group = columns_of(by)
    optional = [name for name in (calibration, auxiliary) if name is not None]
    check_columns(frame, [value, design, cutoff, *group, *optional])
    y, a, limit = (complete(frame, name) for name in (value, design, cutoff))
    g, x = (np.ones(len(frame)) if name is None else complete(frame, name) for name in (calibration, auxiliary))
    refuse(frame, a < 1, design, "小于 1", "is under 1")
    refuse(frame, g <= 0, calibration or "", "不为正", "is not positive")
    refuse(frame, limit < 0, cutoff, "为负", "is negative")
    stratum = places(frame, group)
    limits = pd.Series(limit).groupby(stratum)
    refuse(frame, limits.transform("nunique") > 1, cutoff, "在同一组内不唯一", "is not one in its group")
    marker = np.select([(a == 1) & (g >= 1), a * g <= 1], [FULLY_ENUMERATED, LIGHT], default=WINSORISED)
    subject = marker == WINSORISED
    over, under = (_sums(a * part, subject, stratum) for part in (y, x))
    refuse(frame, subject & ~(under > 0), auxiliary or design, "加权合计不为正", "does not sum to a positive number")
    # Of rows that are not subject, any weight above 1 does: their K is not used.
    ag = np.where(subject, a * g, 2.0)
    k = over / np.where(under > 0, under, 1.0) * x + limit / (ag - 1)
    moved = np.where(subject & (y > k), y / ag + k - k / ag, y)
    weight = np.divide(moved, y, out=np.ones(len(frame)), where=y != 0)
    return frame.assign(outlier_weight=weight, marker=marker)


def _sums(values: Floats, subject: np.ndarray, stratum: np.ndarray) -> Floats:
    """Sums of a stratum over the rows that are subject, on every row of it."""
    sums = pd.Series(np.where(subject, values, 0.0)).groupby(stratum).transform("sum")
    return np.asarray(sums, dtype=np.float64)
