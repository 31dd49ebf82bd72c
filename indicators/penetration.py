"""Penetration 渗透率: each definition under its own name; series of two definitions are never joined.

Belongs here: the definitions that cells and surveys can give (efficiency_va, adoption) and the guard against mixing.
Does not belong here: what other bodies publish (passed through by measure) and input-output measures.
"""

from __future__ import annotations

from typing import Final, NoReturn

import numpy as np
import pandas as pd

from classification.errors import InputError

_AMOUNTS: Final = ["va", "core_va"]


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
    if missing := [column for column in needed if column not in divisions.columns]:
        raise InputError(f"缺少列：{'、'.join(missing)}。", f"Columns are missing: {', '.join(missing)}.")
    rows = divisions[needed].astype({**dict.fromkeys(_AMOUNTS, "float64"), "d": "float64"}).reset_index(drop=True)
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
            _refuse(rows.loc[bad, "division"], words)
    rows["efficiency_va"] = outside * rows["d"].fillna(0.0)
    sums = rows.groupby(sector)[[*_AMOUNTS, "efficiency_va"]].sum().sort_index()
    if (bad := ~(sums["va"] > 0)).any():
        _refuse(sums.index[bad].to_series(), "部门增加值不为正|a sector's value added is not positive")
    sums["rate_efficiency_va"] = sums["efficiency_va"] / sums["va"]
    sums["core_share"] = sums["core_va"] / sums["va"]
    return sums.reset_index().set_axis(sums.index.rename(None))


def adoption(surveyed: pd.DataFrame, *, by: str = "sector") -> pd.DataFrame:
    """Firms that use at least one digital technology over firms surveyed.

    Args:
        surveyed: ``by``, ``surveyed``, ``using`` (numbers of firms), any number of rows per group.
        by: the grouping column.

    Returns:
        One row per group, labelled by it: ``by``, ``surveyed``, ``using``, ``rate_adoption``; groups in which nobody
        was surveyed are left out.

    Raises:
        InputError: more users than firms surveyed, or a missing or negative number; the group is named.

    Source: methods, penetration: adoption; 企业数字技术应用情况.
    """
    counts = surveyed[["surveyed", "using"]].astype("float64")
    bad = counts.isna().any(axis=1) | (counts["using"] > counts["surveyed"]) | (counts < 0).any(axis=1)
    if bad.any():
        _refuse(surveyed.loc[bad, by], "应用企业数或调查企业数不成立|numbers of firms do not hold")
    sums = counts.groupby(surveyed[by])[["surveyed", "using"]].sum().sort_index()
    sums = sums[sums["surveyed"] > 0]
    sums["rate_adoption"] = sums["using"] / sums["surveyed"]
    return sums.reset_index(names=by).set_axis(sums.index.rename(None))


def one_definition(*parts: pd.DataFrame) -> pd.DataFrame:
    """Pieces of a series put together, if they are of one indicator, one definition and one publisher.

    Args:
        parts: frames with ``indicator, definition_id, authority`` (observations).

    Raises:
        InputError: the pieces mix indicators, definitions or publishers, all named: penetration rates of two
            definitions are not comparable.

    Source: methods, penetration: never chained.
    """
    whole = pd.concat(parts, ignore_index=True)
    for column, name in (("indicator", "指标"), ("definition_id", "口径"), ("authority", "发布机关")):
        words = sorted(whole[column].unique())
        if len(words) > 1:
            raise InputError(
                f"{name}不同，不能连成一个序列：{'、'.join(words)}。请只取一个{name}。",
                f"A series cannot join several values of {column}: {', '.join(words)}; pick one.",
            )
    return whole


def _refuse(labels: pd.Series, words: str) -> NoReturn:
    zh, en = words.split("|")
    named = "、".join(str(label) for label in labels.iloc[:5])
    raise InputError(f"{zh}：{named}。", f"{en}: {named}.")
