"""Penetration by growth accounting: what ICT capital has added to value added, by part of the economy and year.

Belongs here: which settings hold for a part, and its rows. Does not belong here: the formula (``penetration``).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from classification.errors import InputError
from indicators.measure import rows as make
from indicators.measure.evidence import Evidence
from indicators.penetration import growth_accounting
from indicators.quarter import Quarter

_DEFINITION: Final = "growth_accounting"
_SETTINGS: Final = {
    "base_year": "ict_base_year",
    "r": "ict_net_return",
    "delta": "ict_depreciation",
    "g": "ict_initial_rate",
}
_ALL: Final = "all"
# The parts that make up the whole economy.
_WHOLES: Final = (("agriculture", "industry", "construction", "services"), ("primary", "secondary", "tertiary"))


def rows(evidence: Evidence, quarter: Quarter) -> list[pd.DataFrame]:
    """Observation rows of ``digital_penetration`` and the contribution behind it, and of the settings of each.

    A rate means nothing without its base year, r, δ and g: they are observations of the same part and year. The whole
    economy is what is reported of it, else the sum of parts that make it up: D and constant value added of the four
    parts add up, or of the three sectors. The three sectors themselves do not follow from the four parts (divisions
    05, 11 and 43 lie in the tertiary one) and come from series of their own.

    Args:
        evidence: what was known.
        quarter: the release quarter; the settings that hold on its last day are used for the whole series.

    Raises:
        InputError: a part with ICT investment has no settings, or parts of one whole have several base years; as
            ``growth_accounting``. Parts are named.
    """
    capital = evidence.capital.astype({"year": "int64"})
    if capital.empty:
        return []
    settings = _valid(evidence.capital_setting, quarter)
    if missing := sorted(set(capital["sector"]) - set(settings["sector"])):
        raise InputError(
            f"以下部门没有增长核算参数：{'、'.join(missing)}。请在 HS06 中补充基年、净收益率、折旧率和首年以前增速。",
            f"No settings of growth accounting for {', '.join(missing)}; add them to form HS06.",
            where=str(quarter),
        )
    parts = dict(iter(capital.groupby("sector")))
    found = [_measured(parts[row["sector"]], row) for _, row in settings.iterrows() if row["sector"] in parts]
    each = pd.concat(found, ignore_index=True)
    table = pd.concat([each, _whole(each, quarter)], ignore_index=True).rename(columns={"sector": "class"})
    table = table.assign(period=table["year"].astype("str"), region=evidence.place, span="annual", estimated=True)
    return [
        make.own_rows(table, table["rate_growth_accounting"], "digital_penetration", _DEFINITION),
        make.own_rows(table, table["accumulated"], "ict_value_added", _DEFINITION),
        *(make.own_rows(table, table[column], name, _DEFINITION) for column, name in _SETTINGS.items()),
    ]


def _whole(parts: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """The whole economy by year, in the years that all its parts have; a setting in which they differ is left open."""
    there = set(parts["sector"])
    makes = next((names for names in _WHOLES if there.issuperset(names)), None)
    if _ALL in there or makes is None:
        return parts.iloc[:0]
    mine = parts[parts["sector"].isin(makes)]
    if mine["base_year"].nunique() > 1:
        raise InputError(
            f"{'、'.join(makes)} 的增长核算基年不同，不能合计。请在 HS06 中统一基年，或在 HS05 中直接填报全部行业。",
            f"Base years of {', '.join(makes)} differ: their value added does not add up; see forms HS05 and HS06.",
            where=str(quarter),
        )
    years = mine.groupby("year").filter(lambda rows: len(rows) == len(makes)).groupby("year")
    sums = years[["accumulated", "va_constant"]].sum()
    agreed = {name: years[name].first().where(years[name].nunique() == 1) for name in _SETTINGS}
    rate = sums["accumulated"] / sums["va_constant"]
    return sums.assign(**agreed, rate_growth_accounting=rate, sector=_ALL).reset_index()


def _measured(part: pd.DataFrame, setting: pd.Series) -> pd.DataFrame:
    return growth_accounting(
        part,
        base_year=int(setting["base_year"]),
        r=float(setting["r"]),
        delta=float(setting["delta"]),
        g=float(setting["g"]),
        by="sector",
    )


def _valid(settings: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """The settings of each part on the last day of a quarter; of several the latest that began."""
    day = pd.Timestamp(quarter.last_day)
    began = settings["valid_from"].astype("datetime64[us]") <= day
    lasts = settings["valid_to"].astype("datetime64[us]") > day
    valid = settings[began & lasts].sort_values("valid_from", kind="stable")
    return valid.drop_duplicates("sector", keep="last")
