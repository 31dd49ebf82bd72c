"""行业归类核对: the digital class claimed for a unit against the one that follows from its industry code.

Belongs here: the comparison on a frame (sql/check_claims.sql says when which result is due). Does not belong here: how
a unit gets its code (assign), where claims come from.
"""

from __future__ import annotations

from typing import Final

import pandas as pd
import pyarrow as pa

from classification.errors import InputError
from classification.standard import load_standard
from classification.statements import run
from classification.tables import arrow_tables

RESULTS: Final = ("正确", "疑似正确", "错报", "多报", "漏报", "疑似漏报", "无法核对")
_ADDED: Final = ("expected", "result")


def check_claims(frame: pd.DataFrame, *, gbt: str = "gbt", claimed: str = "claimed") -> pd.DataFrame:
    """Compare the digital class claimed for each unit with the classes that its GB/T class maps to.

    Args:
        frame: one row per claim; not changed.
        gbt: column with the unit's class of GB/T 4754-2017 (``classify`` gives it); missing where it has none.
        claimed: column with the digital class claimed, six digits; missing where none is claimed.

    Returns:
        The frame's rows, order, index and columns, plus ``expected`` (the classes of 01–04 that the code maps to, ``*``
        where only in part, joined by 、) and ``result``, one of ``RESULTS``; class 05 is no claim to the core.
        Source: 数字经济及其核心产业统计分类(2021), starred classes.

    Raises:
        InputError: a column is missing or there already, or a code is none of its classification.
    """
    if missing := [name for name in (gbt, claimed) if name not in frame.columns]:
        raise InputError(f"缺少列：{'、'.join(missing)}。", f"The frame lacks columns {', '.join(missing)}.")
    if taken := [name for name in _ADDED if name in frame.columns]:
        raise InputError(f"表中已有列：{'、'.join(taken)}，请先改名。", f"The frame already has {', '.join(taken)}.")
    standard = load_standard()
    classes = {code for code, record in standard.digital.items() if record.level == 3}
    _need_known(frame[gbt], set(standard.classes), "四位行业小类", "classes of GB/T 4754")
    _need_known(frame[claimed], classes, "六位数字经济小类", "digital classes")
    claim = pa.table(
        {
            "row_id": pa.array(range(len(frame)), pa.int64()),
            "gbt": pa.array(frame[gbt].astype(object).where(frame[gbt].notna(), None), pa.string()),
            "claimed": pa.array(frame[claimed].astype(object).where(frame[claimed].notna(), None), pa.string()),
        }
    )
    answer = run("check_claims", {"claim": claim, "core_map": arrow_tables()["core_map"]})
    return frame.assign(**{name: pd.array(answer[name].to_pylist(), dtype="str") for name in _ADDED})


def _need_known(codes: pd.Series, known: set[str], zh: str, en: str) -> None:
    if unknown := sorted({str(code) for code in codes.dropna()} - known):
        raise InputError(f"不是{zh}代码：{'、'.join(unknown[:5])}。", f"Not {en}: {', '.join(unknown[:5])}.")
