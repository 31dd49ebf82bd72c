"""The income approach: labour, net production tax, depreciation and surplus from the items of an annual return.

Belongs here: the mapping from form items to components with a sign per form edition, and its application. Does not
belong here: quarterly value added (value_added).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.series import readable

COMPONENTS: Final = ("compensation", "net_production_tax", "depreciation", "operating_surplus")
ENTERPRISE: Final = "enterprise"
# Classes whose units keep other books than an enterprise does.
STANDARDS: Final = {
    **dict.fromkeys(("8710", "8720", "7320"), "institution"),
    **dict.fromkeys(("6637", "6930", "6940"), "finance"),
}
_EDITION: Final = re.compile(r"(\d{4})?-(\d{4})?")


@typed
def income_mapping() -> pd.DataFrame:
    """The mapping ``component, item, item_zh, sign, edition, standard, required, source`` as text.

    ``edition`` is the range of report years for which a line holds: ``2019-``, ``-2018``, ``2016-2018``, empty for
    all. ``required`` says whether a return without the item is refused (yes) or counts 0 (no).
    """
    return _mapping().copy()


@typed
def standards(gbt: pd.Series) -> pd.Series:
    """The accounting standard by GB/T class: 8710 8720 7320 institution, 6637 6930 6940 finance, else enterprise."""
    return gbt.map(STANDARDS).fillna(ENTERPRISE)


@typed
def income_approach(frame: pd.DataFrame, mapping: pd.DataFrame | None = None) -> pd.DataFrame:
    """Value added by income: 劳动者报酬 + 生产税净额 + 固定资产折旧 + 营业盈余.

    营业盈余 is 营业利润 less 投资收益, 公允价值变动收益 and 资产处置收益, plus impairments, whose sign on the form
    changed in 2019 (since then a loss is reported negative). Forgetting 投资收益 inflated a real city's services by a
    quarter: it is a required item, and a return without it is refused, not taken as 0.

    Args:
        frame: one row per return: ``year``, the items as columns (any one money unit), and ``standard`` where units
            keep other books (default enterprise). With a column ``edition`` instead of ``year``, lines of the mapping
            hold where their edition is the same word (or empty).
        mapping: ``component, item, sign``, and optionally ``edition, standard, required``; default
            ``income_mapping()``. Without ``required`` every item is.

    Returns:
        One column per component in the order of the mapping, and ``value_added``; rows as in ``frame``. Whole numbers
        stay whole.

    Raises:
        InputError: the mapping lacks a column or has no line for a standard; a required item has no column or no
            value, or any item is not a finite number; items, standards and rows are named, never values.

    Source: methods, value added: income approach; 企业年度财务状况.
    """
    lines = _lines(income_mapping() if mapping is None else mapping)
    if not {"year", "edition"} & set(frame.columns):
        raise InputError(
            "年报缺少“year”列，不能确定报表版本。", "The frame lacks 'year': the form's edition is unknown."
        )
    standard = _standard(frame, lines)
    result = pd.DataFrame(0, index=frame.index, columns=list(dict.fromkeys(lines["component"])))
    for line in lines.to_dict("records"):
        holds = _edition_holds(frame, str(line["edition"]))
        if line["standard"]:
            holds &= standard == line["standard"]
        if holds.any():
            item = _item(frame, str(line["item"]), holds, required=line["required"] == "yes")
            result[line["component"]] += int(line["sign"]) * item
    return result.assign(value_added=result.sum(axis=1))


@cache
def _mapping() -> pd.DataFrame:
    with (files(__package__) / "income_mapping.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def _lines(mapping: pd.DataFrame) -> pd.DataFrame:
    if missing := [name for name in ("component", "item", "sign") if name not in mapping.columns]:
        raise InputError(
            f"收入法对照表缺少列：{'、'.join(missing)}。", f"The mapping lacks columns {', '.join(missing)}."
        )
    defaults = {"edition": "", "standard": "", "required": "yes"}
    lines = mapping.assign(**{name: word for name, word in defaults.items() if name not in mapping.columns})
    lines = lines.fillna({"edition": "", "standard": ""}).astype({"sign": str, "edition": str})
    if (bad := ~lines["sign"].isin(["1", "-1", "+1", "1.0", "-1.0"])).any():
        items = "、".join(lines.loc[bad, "item"])
        raise InputError(f"收入法对照表的符号须为 1 或 -1：{items}。", f"Signs must be 1 or -1: {items}.")
    return lines.assign(sign=lines["sign"].astype(float).astype(int))


def _standard(frame: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    """The accounting standard of each row; refused where the mapping has no line for it."""
    if "standard" not in frame.columns:
        return pd.Series(ENTERPRISE, index=frame.index)
    standard = frame["standard"].fillna("").astype(str)
    known = set(lines["standard"])
    if "" not in known and (unknown := sorted(set(standard) - known)):
        words = "、".join(word or "（空）" for word in unknown)
        raise InputError(f"收入法对照表没有会计制度：{words}。", f"The mapping has no lines for standard {words}.")
    return standard


def _edition_holds(frame: pd.DataFrame, edition: str) -> pd.Series:
    if not edition:
        return pd.Series(data=True, index=frame.index)
    if "edition" in frame.columns:
        return pd.Series(frame["edition"].astype(str) == edition)
    match = _EDITION.fullmatch(edition)
    if match is None:
        raise InputError(
            f"收入法对照表的版本“{edition}”须写成 2019- 或 -2018。", f"Edition {edition!r} must be like 2019- or -2018."
        )
    years = frame["year"].astype("int64")
    return years.between(int(match[1] or 0), int(match[2] or 9999))


def _item(frame: pd.DataFrame, item: str, holds: pd.Series, *, required: bool) -> pd.Series:
    """An item where its line holds, 0 elsewhere."""
    if item not in frame.columns:
        if required:
            raise InputError(f"年报缺少必需项目“{item}”。", f"The required item {item!r} is missing from the frame.")
        return pd.Series(0, index=frame.index)
    numbers = readable(frame[item])
    if (wrong := holds & (np.isinf(numbers) | (numbers.isna() & frame[item].notna()))).any():
        rows = "、".join(str(label) for label in frame.index[wrong][:5])
        raise InputError(f"年报项目“{item}”不是有限的数。", f"Item {item!r} is not a number.", where=f"第 {rows} 行")
    whole = pd.api.types.is_integer_dtype(frame[item].dtype)
    values = (frame[item] if whole else numbers).where(holds, 0)
    if required and (empty := values.isna()).any():
        rows = "、".join(str(label) for label in frame.index[empty][:5])
        raise InputError(
            f"年报必需项目“{item}”缺值。", f"The required item {item!r} has no value.", where=f"第 {rows} 行"
        )
    return values.fillna(0)
