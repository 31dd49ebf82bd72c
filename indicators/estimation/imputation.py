"""Units that did not report: imputation by the ratio of means.

Belongs here: values for missing returns, each with a marker, from frames alone. Does not belong here: which units are
missing and where imputed values may stand (pipelines; docs/methods/imputation.md).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.estimation.frames import Floats, check_columns, columns_of, numbers, places, refuse

# What a value is: a return, carried forward from a return, carried back, constructed, carried forward from that.
MARKERS: Final = ("R", "FIR", "BI", "C", "FIC")
LINKS: Final = ("forward", "backward", "construction")
_MONTH: Final = r"\d{4}(?:0[1-9]|1[0-2])"
_QUARTER: Final = r"\d{4}Q[1-4]"
_WHOLE: Final = r"\d{1,5}"
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Level:
    """A level of imputation classes: the digits of GB/T that make it, and how many matched respondents it takes."""

    name: str
    digits: int
    fewest: int


@cache
def imputation_levels() -> tuple[Level, ...]:
    """The levels of the imputation classes from narrow to wide (``imputation_levels.csv``)."""
    with (files(__package__) / "imputation_levels.csv").open(encoding="utf-8") as file:
        return tuple(Level(row["level"], int(row["digits"]), int(row["fewest"])) for row in csv.DictReader(file))


def ratio_of_means(
    frame: pd.DataFrame, *, unit: str, period: str, value: str, auxiliary: str, by: str | Sequence[str]
) -> pd.DataFrame:
    """Values for missing returns by the ratio of means, with a marker on every value.

    Within a group and period, over the units that reported in both periods (matched pairs):
    ``forward_t = Σ y_t / Σ y_{t−1}``, ``backward_t = Σ y_t / Σ y_{t+1}``; over all that reported in t:
    ``construction_t = Σ y_t / Σ x_t``. A link without a pair, or over a sum of zero, is 1 (``default_…`` says so).
    A run is a unit's rows of one group in consecutive periods; a period in which it has no row, or another group,
    ends it. In a run every value after a return is the one before it times ``forward`` (FIR), every value before the
    first return is the one after it times ``backward`` (BI); in a run without a return the first value is
    ``auxiliary`` times ``construction`` (C) and the others follow from it by ``forward`` (FIC). R is a return.

    Args:
        frame: one row per unit, group and period in which the unit belongs to the survey. Columns ``forward`` and
            ``backward``, or ``construction``, that are there already are taken as the links (blank: 1).
        unit: column of the unit.
        period: column of the period: months (202301), quarters (2023Q1), years or other whole numbers, or periods.
        value: column of the value; blank where it was not reported.
        auxiliary: column of the auxiliary variable; never blank.
        by: column or columns of the group (imputation class).

    Returns:
        The rows of ``frame`` in their order with ``value`` complete, and ``marker, forward, backward, construction,
        count_forward, count_backward, count_construction`` (units behind each link; 0 where it is given),
        ``default_forward, default_backward, default_construction``.

    Raises:
        InputError: a column is missing; a unit, group, period or auxiliary is blank or no number; a period has another
            form; a unit is there twice. Rows are named by their label.

    Source: ONS, statistical methods library, imputation, ratio of means (docs/methods/imputation.md).
    """
    group = columns_of(by)
    check_columns(frame, [unit, period, value, auxiliary, *group])
    rows = pd.DataFrame({
        "unit": places(frame, [unit]),
        "group": places(frame, group),
        "at": _ordinals(frame, period),
        "y": numbers(frame, value),
        "x": numbers(frame, auxiliary),
    })  # fmt: skip
    refuse(frame, rows["x"].isna(), auxiliary, "未填", "is blank")
    refuse(frame, rows.duplicated(["unit", "group", "at"]), unit, "同一单位在同组同期重复", "is there twice")
    links = _links(rows)
    given = [name for names in (LINKS[:2], LINKS[2:]) if set(names) <= set(frame.columns) for name in names]
    for name in given:
        links[name] = numbers(frame, name)
        links[f"count_{name}"] = 0
    for name in LINKS:
        links[f"default_{name}"] = links[name].isna()
        links[name] = links[name].fillna(1.0)
    found, markers = _imputed(rows, links)
    columns = {name: column.to_numpy() for name, column in links.items()}
    return frame.assign(**{value: found, "marker": markers} | {str(name): column for name, column in columns.items()})


def _links(rows: pd.DataFrame) -> pd.DataFrame:
    """The links of each row's group and period, missing where there is no pair or the sum below is zero."""
    responses = rows[rows["y"].notna()]
    found = {}
    for name, step in (("forward", -1), ("backward", 1)):
        other = responses.assign(at=responses["at"] - step)[["unit", "group", "at", "y"]]
        pairs = responses.merge(other, on=["unit", "group", "at"], suffixes=("", "_other"))
        found[name] = _sums(pairs, "y_other")
    found["construction"] = _sums(responses, "x")
    links = rows[["group", "at"]]
    for name, sums in found.items():
        links = links.join(sums.add_prefix(f"{name}_"), on=["group", "at"])
    return pd.DataFrame(
        {name: links[f"{name}_over"] / links[f"{name}_under"].where(links[f"{name}_under"] != 0) for name in found}
        | {f"count_{name}": links[f"{name}_count"].fillna(0).astype("int64") for name in found}
    )


def _sums(pairs: pd.DataFrame, under: str) -> pd.DataFrame:
    return pairs.groupby(["group", "at"]).agg(over=("y", "sum"), under=(under, "sum"), count=("y", "count"))


def _imputed(rows: pd.DataFrame, links: pd.DataFrame) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Complete values and their markers, in the order of the rows."""
    order = np.lexsort((rows["at"], rows["group"], rows["unit"]))
    key = rows[["unit", "group", "at"]].to_numpy()[order]
    follows = np.zeros(len(order), dtype=bool)
    follows[1:] = (key[1:, :2] == key[:-1, :2]).all(axis=1) & (key[1:, 2] == key[:-1, 2] + 1)
    y = rows["y"].to_numpy(copy=True)[order]
    forward, backward, construction = (links[name].to_numpy()[order] for name in LINKS)
    marker = np.where(np.isnan(y), "", "R").astype(object)
    _carry(y, marker, forward, follows, "FIR")
    # Seen from behind, the next period is the one before.
    preceded = np.append(follows[1:], False)[::-1]
    _carry(y[::-1], marker[::-1], backward[::-1], preceded, "BI")
    first = np.isnan(y) & ~follows
    y[first], marker[first] = (rows["x"].to_numpy()[order] * construction)[first], "C"
    _carry(y, marker, forward, follows, "FIC")
    back = np.argsort(order)
    return y[back], marker[back]


def _carry(y: Floats, marker: npt.NDArray[np.object_], link: Floats, follows: Flags, name: str) -> None:
    """Fill in place what is missing and follows a value: that value times the link, one period further each time."""
    while (gaps := np.flatnonzero(np.isnan(y[1:]) & follows[1:] & ~np.isnan(y[:-1])) + 1).size:
        y[gaps], marker[gaps] = y[gaps - 1] * link[gaps], name


def _ordinals(frame: pd.DataFrame, column: str) -> npt.NDArray[np.int64]:
    """The place of each period in its calendar: the one after it is one more."""
    periods = frame[column]
    if isinstance(periods.dtype, pd.PeriodDtype):
        return np.asarray(pd.PeriodIndex(periods).asi8, dtype=np.int64)
    text = periods.astype("str")
    year, rest = text.str[:4], text.str[-2:].str.lstrip("Q")
    if text.str.fullmatch(_MONTH).all():
        return np.asarray(year.astype("int64") * 12 + rest.astype("int64"), dtype=np.int64)
    if text.str.fullmatch(_QUARTER).all():
        return np.asarray(year.astype("int64") * 4 + rest.astype("int64"), dtype=np.int64)
    refuse(
        frame,
        ~text.str.fullmatch(_WHOLE),
        column,
        "不是可排序的期别（应为 202301、2023Q1、年份或 Period，且全表一致）",
        "is no period (202301, 2023Q1, a year or a Period, one form throughout)",
    )
    return np.asarray(text, dtype=np.int64)
