"""Which class each unit belongs to: assigned, unmatched or ambiguous, with the reason, losing no row and no yuan.

Belongs here: classify on a frame (through resolution.py) and its conservation table.
Does not belong here: splitting a starred class (allocation.py), reading files.
"""

from __future__ import annotations

import pandas as pd

from classification.errors import InputError
from classification.resolution import resolve
from classification.standard import load_standard

STATUSES = ("assigned", "unmatched", "ambiguous")
_ADDED = ("gbt", "class_status", "reason", "de", "core", "partial")


def classify(frame: pd.DataFrame, *, code: str) -> pd.DataFrame:
    """Give every row its class of GB/T 4754-2017 and its digital classes.

    ``C3911``, `` 3911``, ``３９１１``, ``c3911`` and ``3911.0`` are understood as 3911. A wrong section letter, a code
    of two or three digits or one that lost its leading zero is *ambiguous*; an empty or unknown code and a code that
    only the 2011 edition had is *unmatched*, with its successors in the reason. A code that both editions use is read
    as 2017: see ``gbt4754_2011_changes.csv``.

    Args:
        frame: any frame; not changed.
        code: the column with the industry code.

    Returns:
        The frame's rows, order, index and columns, plus ``gbt`` (missing unless assigned), ``class_status`` (assigned |
        unmatched | ambiguous), ``reason`` (Chinese, empty when assigned), ``de`` (digital classes of 01–04 joined by
        ``;``, empty outside the core), ``core`` and ``partial`` (a starred class: only a share is digital).
        Source: GB/T 4754-2017 with amendment 1; 数字经济及其核心产业统计分类(2021).

    Raises:
        InputError: no such column, or the frame already has one of the columns to be added.
    """
    if code not in frame.columns:
        found = "、".join(map(str, frame.columns))
        raise InputError(f"没有行业代码列“{code}”，现有列：{found}", f"no column {code!r}; columns are: {found}")
    taken = [name for name in _ADDED if name in frame.columns]
    if taken:
        shown = "、".join(taken)
        raise InputError(f"表中已有列：{shown}，请先改名", f"the frame already has columns {shown}; rename them")
    answer = resolve(frame[code].tolist())
    standard = load_standard()
    gbt = [one.gbt for one in answer]
    result = frame.copy()
    result["gbt"] = pd.array(gbt, dtype="str")
    result["class_status"] = pd.array([one.status for one in answer], dtype="str")
    result["reason"] = pd.array([one.reason for one in answer], dtype="str")
    result["de"] = pd.array([";".join(standard.core_of(one)) for one in gbt], dtype="str")
    result["core"] = [one in standard.core_classes for one in gbt]
    result["partial"] = [one in standard.partial_classes for one in gbt]
    return result


def conservation(classified: pd.DataFrame, *, value: str | None = None) -> pd.DataFrame:
    """Rows (and money) by status, so that nothing can vanish unseen: the parts add up to ``total``.

    Args:
        classified: a result of ``classify``.
        value: a column of whole yuan; missing counts as 0.

    Returns:
        Indexed by ``assigned, unmatched, ambiguous, total``: ``rows`` and, with ``value``, that column, as exact
        integers. ``total`` is taken over the whole frame, not from the parts.

    Raises:
        InputError: a row has a status outside the three, or money is not whole.
    """
    stray = sorted(set(classified["class_status"]) - set(STATUSES))
    if stray:
        raise InputError(f"未知的归类状态：{stray}", f"unknown class_status: {stray}")
    groups = {status: classified[classified["class_status"] == status] for status in STATUSES} | {"total": classified}
    table = pd.DataFrame({"rows": {name: len(group) for name, group in groups.items()}})
    if value is not None:
        if not pd.api.types.is_integer_dtype(classified[value].dtype):
            raise InputError(f"列“{value}”应为整数（元）", f"column {value!r} must hold whole yuan (an integer type)")
        sums = [sum(int(one) for one in group[value].dropna()) for group in groups.values()]
        table[value] = pd.Series(sums, index=table.index, dtype="object")
    return table
