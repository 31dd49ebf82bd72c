"""The city of the worked examples: a few cells and small tables as CSV files, small enough to reckon by hand.

Belongs here: reading them as the evidence of a release. Does not belong here: what must come out (``expected.csv``).

Amounts are in 亿元 and of the whole year; within a year they grow evenly from quarter to quarter. All of it is made up.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from classification import membership
from indicators.measure import Evidence, measure
from indicators.quarter import Quarter, quarters_between
from indicators.vintage import FLASH, PRELIMINARY

FOLDER: Final = Path(__file__).parent / "city"
PLACE: Final = "419900"
LAST: Final = Quarter(2021, 4)
AS_OF: Final = dt.date(2022, 12, 31)
_KNOWN: Final = {"known_from": dt.date(2021, 1, 1), "known_to": dt.date(9999, 12, 31)}
_VALID: Final = {"valid_from": dt.date(2020, 1, 1), "valid_to": dt.date(9999, 12, 31)}
_YI: Final = 100_000_000
_TEXT: Final = dict.fromkeys(
    ("county", "gbt", "de", "division", "region", "class", "industry", "code", "section", "period", "assumed"), "str"
)
# What every row of a table says.
_SAME: Final[dict[str, dict[str, Any]]] = {
    "cells": {"quarter": str(LAST)},
    "concentration": {"quarter": str(LAST)},
    "population": {"quarter": str(LAST)},
    "annual": {"year": LAST.year},
    "controls": {"year": LAST.year},
    "sizes": {"year": LAST.year},
    "adoption": {"year": LAST.year, "region": PLACE},
    "dispatch": {"quarter": str(LAST), "region": PLACE},
    "below": {"year": LAST.year - 1},
    "efficiency": _VALID,
    "coefficients": _VALID,
    "routes": _VALID,
    "capital_setting": _VALID,
    "published": {"region": PLACE, "status": "A"},
    "index_scheme": {"document": "示例〔2021〕1号"},
}
_MONEY: Final = {
    "cells": ["revenue", "revenue_base", "profit"],
    "concentration": ["va_positive", "va_top3_positive", "va_but1", "va_base_but1", "va_but3", "va_base_but3"],
    "annual": ["va"],
    "controls": ["va"],
    "below": ["va"],
    "sizes": ["va", "rd", "rd_revenue"],
    "capital": ["investment", "va"],
    "io_sector": ["output"],
    "io_flow": ["flow"],
}
_WHOLE_YUAN: Final = {"annual", "controls", "below", "sizes"}


def table(name: str) -> pd.DataFrame:
    """A CSV file of the city as it is."""
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=_TEXT, keep_default_na=False)


@cache
def observations(vintage: str) -> pd.DataFrame:
    """Everything that a release of the city says, preliminary or as a flash."""
    return measure(_evidence(vintage), LAST, AS_OF)


def _evidence(vintage: str) -> Evidence:
    assert vintage in {PRELIMINARY, FLASH}
    names = (*_SAME, "capital", "io_sector", "io_flow")
    parts = {name: _filled(name) for name in names}
    quarterly = {
        "leaf": _leaf(),
        "prices": _prices(),
        "accounts": _accounts(),
        "proxies": _proxies(),
        "volumes": _volumes(),
    }
    return Evidence(
        **parts,
        **quarterly,
        closing=table("closing"),
        membership=membership(),
        place=PLACE,
        counties=("419901", "419902"),
        first_release=Quarter(LAST.year, 1),
        vintage=vintage,
    )


def _filled(name: str) -> pd.DataFrame:
    frame = table(name).assign(**_KNOWN, **_SAME.get(name, {}))
    for column in _MONEY.get(name, []):
        yuan = frame[column].astype("float64") * _YI
        frame[column] = yuan.round().astype("int64") if name in _WHOLE_YUAN else yuan
    if name == "dispatch":
        frame["entries"] = pd.to_numeric(frame["entries"])
    if name == "published":
        frame["assumed"] = frame["assumed"] == "True"
        for column in ("target", "rank"):
            frame[column] = pd.to_numeric(frame[column])
    return frame


def _quarters(year: int) -> list[Quarter]:
    return quarters_between(Quarter(year, 1), Quarter(year, 4))


def _leaf() -> pd.DataFrame:
    rows = []
    for row in table("leaf").to_dict("records"):
        for quarter in [*_quarters(2020), *_quarters(2021)]:
            # Full months in the base year; from then on what is late covers a month less.
            gone = 12 - row["months"] if quarter.year == LAST.year else 0
            months = quarter.number * 3 - gone
            part = months / (12 - gone)
            va = row[f"va_{quarter.year}"] * part * _YI
            base = row["base_2021"] * part * _YI if quarter.year == LAST.year else 0
            rows.append(row | {"quarter": str(quarter), "months": months, "va": round(va), "va_base": round(base)})
    frame = pd.DataFrame(rows).assign(**_KNOWN)
    # Nothing was imputed in the base year.
    return frame[(frame["origin"] == "measured") | (frame["quarter"] >= str(LAST.year))]


def _prices() -> pd.DataFrame:
    frame = table("prices").merge(pd.DataFrame({"quarter": map(str, _quarters(LAST.year))}), how="cross")
    return frame.assign(**_KNOWN, status="P")


def _volumes() -> pd.DataFrame:
    frame = table("volumes").merge(pd.DataFrame({"quarter": map(str, _quarters(LAST.year))}), how="cross")
    return frame.assign(**_KNOWN, status="P")


def _accounts() -> pd.DataFrame:
    frame = table("accounts").merge(pd.DataFrame({"quarter": _quarters(LAST.year)}), how="cross")
    part = [quarter.number / 4 * _YI for quarter in frame["quarter"]]
    level = frame["measure"] == "value"
    return frame.assign(
        **_KNOWN, region=PLACE, span="cumulative", period=frame["quarter"].map(str), status="P", authority="核算科",
        value=(frame["value"] * part).where(level, frame["value"]), unit=level.map({True: "元", False: "比率"}),
    ).drop(columns="quarter")  # fmt: skip


def _proxies() -> pd.DataFrame:
    frame = table("proxies").merge(pd.DataFrame({"number": range(1, 5)}), how="cross")
    quarter = frame["year"].astype("str") + "Q" + frame["number"].astype("str")
    return frame.assign(**_KNOWN, quarter=quarter, value=frame["value"] * frame["number"] / 4, county="", status="P")
