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


def rows(evidence: Evidence, quarter: Quarter) -> list[pd.DataFrame]:
    """Observation rows of ``digital_penetration`` and the contribution behind it, and of the settings of each.

    A rate means nothing without its base year, r, δ and g: they are observations of the same part and year.

    Args:
        evidence: what was known.
        quarter: the release quarter; the settings that hold on its last day are used for the whole series.

    Raises:
        InputError: a part with ICT investment has no settings; as ``growth_accounting``. Parts are named.
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
    table = pd.concat(found, ignore_index=True).rename(columns={"sector": "class"})
    table = table.assign(period=table["year"].astype("str"), region=evidence.place, span="annual", estimated=True)
    return [
        make.own_rows(table, table["rate_growth_accounting"], "digital_penetration", _DEFINITION),
        make.own_rows(table, table["accumulated"], "ict_value_added", _DEFINITION),
        *(make.own_rows(table, table[column], name, _DEFINITION) for column, name in _SETTINGS.items()),
    ]


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
