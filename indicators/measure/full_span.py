"""The chain over years: lagged cells carried to the full span, so that cells of all surveys can be added up.

Belongs here: the month factor λ and its fall-back, missing quarters. Does not belong here: adding cells up (levels).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NoReturn, TypeAlias

import numpy as np
import pandas as pd

from classification.errors import InputError
from indicators.measure.evidence import MEASURED, expected_quarters
from indicators.measure.levels import wider_ratio
from indicators.quarter import Quarter
from indicators.rounding import whole

LEAF: Final = ["county", "sector", "gbt", "de"]
COLUMNS: Final = ["quarter", *LEAF, "va", "base", "imputed", "factor_level"]
_CARRIED: Final = {"va": "va", "base": "va_base", "imputed": "imputed"}
# A factor this far from the calendar's (12/11 for January–November) tells of another set of firms, not of the season.
TOLERANCE: Final = (0.8, 1.25)
Route: TypeAlias = Callable[[pd.DataFrame, Mapping[str, pd.DataFrame], Quarter], pd.DataFrame]
_LEVELS: Final = {
    "class": ["number", "sector", "gbt", "de"],
    "division": ["number", "sector", "_division"],
    "sector": ["number", "sector"],
}


def full_span(
    leaf: pd.DataFrame, first_release: Quarter, quarter: Quarter, *, route: Route | None = None
) -> pd.DataFrame:
    """Leaf cells with value added of the full cumulative span, whatever months the returns cover.

    ``VA_cum(y,q) = VA_cum(y−1,q) × va(y)/va_base(y)`` per leaf, which is ``λ·va(y)`` with
    ``λ = VA_cum(y−1,q)/va_base``: what the full span was to the lagged months, as last year's figure shows it. The
    base year's returns cover full months, so each year rests on the year before. λ needs the same firms on both sides.
    Where a leaf has no base, or λ is further from the calendar's factor than ``TOLERANCE`` (firms came, left or
    moved), λ of the class over all counties is taken, then of the division, then of the survey, each from the leaves
    whose own λ holds; when none does, the survey's plain ratio.

    Args:
        leaf: contract cell_leaf (``va`` and ``va_base`` cover ``months`` months), known rows up to ``quarter``; imputed
            rows (``origin``) are added to the measured ones.
        first_release: first quarter that must be there.
        quarter: last quarter.
        route: what a quarter's cells become where another route than the rate method is laid down, given the earlier
            quarters as they came out (``routes.extrapolated``).

    Returns:
        ``quarter, county, sector, gbt, de, va, base, imputed, factor_level`` (full: not lagged; leaf, class, division,
        sector, survey; volume, volume_flagged): whole yuan as float64, so that sums are exact in any order. ``base`` is
        the comparable base of the same span, ``imputed`` what of ``va`` is imputed.

    Raises:
        InputError: a quarter is missing; a cell mixes or exceeds months; a lagged survey has no last year.

    Source: methods, value added: services one month late.
    """
    if leaf.empty:
        return pd.DataFrame(columns=COLUMNS).astype(dict.fromkeys(("va", "base", "imputed"), "float64"))
    _check_quarters(leaf, first_release, quarter)
    cells = _cells(leaf)
    _check_last_year(cells)
    done: dict[str, pd.DataFrame] = {}
    # A year at once: its quarters rest on the year before alone.
    for _, rows in cells.groupby(cells["quarter"].str[:4], sort=True):
        lagged = _lagged(rows)
        full = rows[~lagged].assign(factor=1.0, factor_level="full")
        carried = _carried(rows[lagged], done)
        both = pd.concat([part for part in (full, carried) if len(part)])
        carried_to = {name: whole(both["factor"] * both[of]) for name, of in _CARRIED.items()}
        for text, made in both.assign(**carried_to).groupby("quarter", sort=True):
            done[str(text)] = route(made, done, Quarter.parse(str(text))) if route else made
    return pd.concat(done.values())[COLUMNS].sort_index().reset_index(drop=True)


def _check_quarters(leaf: pd.DataFrame, first: Quarter, last: Quarter) -> None:
    there = set(leaf["quarter"].unique())
    missing = [text for text in expected_quarters(first, last) if text not in there]
    if missing:
        raise InputError(
            f"缺少季度 {'、'.join(missing)} 的汇总单元，请先运行这些季度。",
            f"Cells are missing for {', '.join(missing)}; run them first.",
        )


def _lagged(cells: pd.DataFrame) -> pd.Series:
    return cells["months"] < cells["number"] * 3


def _check_last_year(cells: pd.DataFrame) -> None:
    """Every lagged quarter needs the same quarter a year ago; all that are missing are named at once."""
    there = set(cells["quarter"].unique())
    lagged = [Quarter.parse(text) for text in sorted(cells.loc[_lagged(cells), "quarter"].unique())]
    if bad := [now for now in lagged if str(now - 4) not in there]:
        _refuse_without_base(bad, "缺少上年同期的汇总单元", "have no cells a year earlier")


def _refuse_without_base(quarters: list[Quarter], zh: str, en: str) -> NoReturn:
    """What is missing and what to do: the year before the first released quarter is the base of lagged services."""
    now, before = [str(quarter) for quarter in quarters], [str(quarter - 4) for quarter in quarters]
    raise InputError(
        f"{'、'.join(now)} 的错月数据{zh}，无法推算到整个累计期。"
        f"请提供上年各季报表（{'、'.join(before)}），或把 city.toml 中的 base_quarters 设为 4"
        "（以开头四个季度为基期，不发布）。",
        f"Lagged cells of {', '.join(now)} {en}: provide last year's quarterly returns ({', '.join(before)}), "
        "or set base_quarters = 4 in city.toml, so that the first four quarters are the base and not released.",
    )


def _cells(leaf: pd.DataFrame) -> pd.DataFrame:
    """One row per quarter and leaf, with the quarter's ``number``; months must agree with each other and with it."""
    imputed = leaf["va"].where(leaf["origin"] != MEASURED, 0)
    sums = (
        leaf.assign(imputed=imputed)
        .groupby(["quarter", *LEAF], as_index=False)
        .agg(
            months=("months", "max"),
            fewest=("months", "min"),
            **{name: (name, "sum") for name in _CARRIED.values()},
        )
    )
    sums = sums.assign(number=sums["quarter"].str[-1].astype("int64"))
    if (bad := (sums["months"] != sums["fewest"]) | (sums["months"] > sums["number"] * 3)).any():
        first = sums[bad].iloc[0]
        raise InputError(
            "同一汇总单元的累计月数不一致或超出季度。",
            "Months of a cell differ or exceed the quarter.",
            where=" ".join(str(first[name]) for name in ("quarter", "county", "sector", "gbt")),
        )
    return sums.drop(columns="fewest").astype(dict.fromkeys(_CARRIED.values(), "float64"))


def _carried(rows: pd.DataFrame, done: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Lagged cells of a year's quarters with their factor λ and the level it was taken from."""
    if rows.empty:
        return rows
    quarters = [Quarter.parse(text) for text in rows["quarter"].unique()]
    key = ["number", *LEAF]
    past = pd.concat([done[str(quarter - 4)] for quarter in quarters]).set_index(key)["va"].rename("past")
    cells = rows.assign(_division=rows["gbt"].str[:2]).join(past, on=key)
    usable = (cells["past"] > 0) & (cells["va_base"] > 0)
    own = cells["past"].where(usable) / cells["va_base"].where(usable)
    calendar = cells["number"] * 3 / cells["months"]
    holds = (own / calendar).between(*TOLERANCE)
    factor, level = own.where(holds), pd.Series("leaf", index=cells.index)
    for name, by in _LEVELS.items():
        factor, level = _filled(factor, level, wider_ratio(cells, "past", "va_base", holds, by), name)
    survey = wider_ratio(cells, "past", "va_base", usable, _LEVELS["sector"])
    factor, level = _filled(factor, level, survey, "survey")
    needed = (cells["va"] != 0) | (cells["va_base"] != 0)
    if (bad := factor.isna() & needed).any():
        sectors, without = "、".join(sorted(cells.loc[bad, "sector"].unique())), cells.loc[bad, "quarter"].unique()
        lacking = [Quarter.parse(text) for text in sorted(without)]
        _refuse_without_base(lacking, f"（{sectors}）没有可用的上年同期", f"({sectors}) have no last year to rest on")
    return rows.assign(factor=factor.fillna(1.0), factor_level=level)


def _filled(factor: pd.Series, level: pd.Series, wider: pd.Series, name: str) -> tuple[pd.Series, pd.Series]:
    takes = factor.isna() & wider.notna()
    return factor.where(~takes, wider), pd.Series(np.where(takes, name, level), index=level.index)
