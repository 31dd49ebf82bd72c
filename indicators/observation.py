"""The observation row: every number that may be shown, with everything that says what it means.

Belongs here: the attributes, their order and key, and the refusal of what lacks one. Does not belong here: computing
a number (measure) or formatting it (rounding).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final, NoReturn

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.catalogue import BASES, LEVELS, PRICE_BASES, SPANS, indicator, indicators
from indicators.vintage import VINTAGES

COLUMNS: Final = [
    "indicator", "definition_id", "period", "span", "region", "class", "value", "unit", "price_basis", "base",
    "vintage", "as_of", "status", "authority", "release_level",
]  # fmt: skip
KEY: Final = [
    "indicator", "definition_id", "period", "span", "region", "class", "price_basis", "base", "vintage", "authority",
]  # fmt: skip
STATUSES: Final = ("A", "E", "P", "M", "C", "R")
OURS: Final = "监测测算"
_WORDS: Final = {
    "span": SPANS,
    "price_basis": PRICE_BASES,
    "base": BASES,
    "vintage": VINTAGES,
    "status": STATUSES,
    "release_level": LEVELS,
}
_PERIOD: Final = {"annual": r"\d{4}", "quarter": r"\d{4}Q[1-4]", "cumulative": r"\d{4}Q[1-4]"}


def observations(rows: pd.DataFrame | Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Observations in the order of their key, or an error that names the attribute and the row.

    Args:
        rows: a frame or records with all attributes in ``COLUMNS``; further columns are left out. ``class`` may be
            empty text (no class); nothing else may be missing.

    Returns:
        The columns of ``COLUMNS``: text, ``value`` float64, ``as_of`` as ``datetime.date``; sorted by ``KEY``, the
        input untouched.

    Raises:
        InputError: an attribute is missing or holds a word that does not exist; the catalogue does not know the
            indicator, the definition, or this unit, span, price basis or base for it; a period does not fit its span;
            a value is not a finite number; a key is there twice.

    Source: methods, conventions: what lacks an attribute cannot be stored.
    """
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if frame.empty:
        return _typed(pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS}))
    for name in COLUMNS:
        if name not in frame.columns:
            _refuse(frame, frame.index[:1], name, "缺少该属性", "the attribute is missing")
    frame = frame[COLUMNS].reset_index(drop=True)
    _complete(frame)
    _words(frame)
    _known(frame)
    if (twice := frame.duplicated(KEY)).any():
        _refuse(frame, frame.index[twice], "、".join(KEY), "主键重复", "the key is there twice")
    return _typed(frame).sort_values(KEY, ignore_index=True)


def implausible(frame: pd.DataFrame) -> pd.DataFrame:
    """Observations outside the catalogue's bounds of plausibility: for a warning, never a reason to alter a number.

    Args:
        frame: observations.

    Returns:
        The rows concerned with two more columns, ``minimum`` and ``maximum`` (missing: no bound on that side).
    """
    found = [indicators()[key] for key in zip(frame["indicator"], frame["definition_id"], strict=True)]
    low = pd.Series([entry.minimum for entry in found], index=frame.index, dtype="float64")
    high = pd.Series([entry.maximum for entry in found], index=frame.index, dtype="float64")
    outside = (frame["value"] < low) | (frame["value"] > high)
    return frame.assign(minimum=low, maximum=high)[outside]


def _complete(frame: pd.DataFrame) -> None:
    for name in COLUMNS:
        if (empty := frame[name].isna()).any():
            _refuse(frame, frame.index[empty], name, "缺失", "is missing")
    for name in sorted(set(COLUMNS) - {"value", "as_of"}):
        text = _is_text(frame[name])
        blank = frame[name].eq("") if name != "class" else pd.Series(data=False, index=frame.index)
        if (bad := ~text | blank).any():
            _refuse(frame, frame.index[bad], name, "缺失或不是文本", "is empty or not text")
    numbers = pd.to_numeric(frame["value"], errors="coerce")
    if (bad := ~np.isfinite(numbers)).any():
        _refuse(frame, frame.index[bad], "value", "不是有限的数", "is not a finite number")


def _is_text(cells: pd.Series) -> pd.Series:
    if isinstance(cells.dtype, pd.StringDtype):
        return cells.notna()
    return cells.map(lambda cell: isinstance(cell, str)).astype(bool)


def _words(frame: pd.DataFrame) -> None:
    for name, words in _WORDS.items():
        if (bad := ~frame[name].isin(words)).any():
            _refuse(frame, frame.index[bad], name, f"只能取 {'、'.join(words)}", f"must be one of {', '.join(words)}")
    for span, form in _PERIOD.items():
        rows = frame.loc[frame["span"] == span, "period"]
        if (bad := ~rows.str.fullmatch(form)).any():
            _refuse(frame, rows.index[bad], "period", f"与时期类型 {span} 不符", f"does not fit the span {span}")


def _known(frame: pd.DataFrame) -> None:
    """Each indicator under each definition, checked against the catalogue once."""
    for (name, definition), rows in frame.groupby(["indicator", "definition_id"], sort=False):
        entry = indicator(str(name), str(definition))
        forms = pd.Series(list(zip(rows["price_basis"], rows["base"], strict=True)), index=rows.index)
        checks = {
            "unit": (rows["unit"] == entry.unit, entry.unit),
            "span": (rows["span"].isin(entry.spans), "、".join(entry.spans)),
            "price_basis, base": (forms.isin(entry.forms), "、".join("+".join(form) for form in entry.forms)),
        }
        for attribute, (good, allowed) in checks.items():
            if not good.all():
                zh, en = f"目录只允许 {allowed}", f"the catalogue allows only {allowed}"
                _refuse(frame, rows.index[~good], attribute, zh, en)


def _refuse(frame: pd.DataFrame, rows: pd.Index, attribute: str, zh: str, en: str) -> NoReturn:
    first = frame.loc[rows[0]]
    shown = [str(first[name]) for name in ("indicator", "period", "region", "class") if name in frame.columns]
    more = f"（共{len(rows)}行）" if len(rows) > 1 else ""
    raise InputError(
        f"观测值的“{attribute}”{zh}{more}。",
        f"Observation: {attribute!r} {en}.",
        where=f"第{rows[0]}行 " + " ".join(shown),
    )


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    text = {name: "str" for name in COLUMNS if name not in {"value", "as_of"}}
    days = {day: _day(day) for day in frame["as_of"].unique()}
    typed = frame.astype({**text, "value": "float64"})
    return typed.assign(as_of=pd.Series([days[day] for day in frame["as_of"]], index=frame.index, dtype=object))


def _day(value: object) -> dt.date:
    try:
        return pd.Timestamp(value).date()  # type: ignore[arg-type]
    except (TypeError, ValueError) as fault:
        raise InputError("观测值的“as_of”不是日期。", "Observation: 'as_of' is not a date.") from fault
