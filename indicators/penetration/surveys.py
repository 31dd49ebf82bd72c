"""Rates from surveys of digital use: sums over sums, each under its own definition.

Belongs here: the rates listed in ``survey_rates.csv``. Does not belong here: how firms were asked, or chosen.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.arguments import typed
from indicators.penetration.refusing import columns_of, refuse
from indicators.series import readable


@dataclass(frozen=True, slots=True)
class SurveyRate:
    """A rate by its definition: the columns whose sums make it, its names, what is counted, and for which sectors."""

    definition_id: str
    numerator: str
    denominator: str
    name_zh: str
    name_en: str
    counted: str
    sectors: tuple[str, ...]


@cache
def survey_rates() -> dict[str, SurveyRate]:
    """The rates by definition (``survey_rates.csv``)."""
    with (files(__package__) / "survey_rates.csv").open(encoding="utf-8") as file:
        return {row["definition_id"]: _rate(row) for row in csv.DictReader(file)}


def _rate(row: dict[str, str]) -> SurveyRate:
    sectors = tuple(row.pop("sectors").split(";"))
    return SurveyRate(**row, sectors=sectors)


@typed
def survey_rate(frame: pd.DataFrame, *, definition: str, by: str = "sector") -> pd.DataFrame:
    """A rate of digital use: the sum of its numerator over the sum of its denominator, never a mean of firms' rates.

    关键工序数控化率 counts equipment in discrete industries (``numerical_control``) and operations in process
    industries (``numerical_control_process``): two definitions, which are not added up.

    Args:
        frame: ``by`` and the two columns of the definition (numbers of firms, equipment or operations), any number of
            rows per group.
        definition: a ``definition_id`` of ``survey_rates``.
        by: the grouping column.

    Returns:
        One row per group, labelled by it: ``by``, denominator, numerator, ``rate_<definition>`` and
        ``definition_id``; groups in which nothing was counted are left out.

    Raises:
        InputError: the definition is unknown, a column or a group is missing, or a number is missing, negative or above
            its denominator; the group is named.

    Source: methods, penetration: adoption; GB/T 23020 for 关键工序数控化率.
    """
    rate = survey_rates().get(definition)
    if rate is None:
        refuse([definition], f"没有这个口径（可用：{'、'.join(survey_rates())}）", "No such definition")
    columns = [rate.denominator, rate.numerator]
    columns_of(frame, [by, *columns])
    if (blank := frame[by].isna()).any():
        raise InputError(f"列 {by} 未填：{int(blank.sum())} 行。", f"{by} is blank in {int(blank.sum())} rows.")
    counts = readable(frame[columns])
    whole, part = counts[rate.denominator], counts[rate.numerator]
    if (bad := ~(part.between(0, whole) & (whole < np.inf))).any():
        refuse(frame.loc[bad, by], f"{rate.name_zh}的分子或分母不成立", f"numbers of {definition} do not hold")
    sums = counts.groupby(frame[by]).sum().sort_index()
    sums = sums[sums[rate.denominator] > 0]
    sums[f"rate_{definition}"] = sums[rate.numerator] / sums[rate.denominator]
    sums["definition_id"] = definition
    return sums.reset_index(names=by).set_axis(sums.index.rename(None))


@typed
def adoption(surveyed: pd.DataFrame, *, by: str = "sector") -> pd.DataFrame:
    """Firms that use at least one digital technology over firms surveyed: ``survey_rate`` of ``adoption``.

    Args:
        surveyed: ``by``, ``surveyed``, ``using`` (numbers of firms), any number of rows per group.
        by: the grouping column.

    Raises:
        InputError: as ``survey_rate``.

    Source: methods, penetration: adoption; 企业数字技术应用情况.
    """
    return survey_rate(surveyed, definition="adoption", by=by)
