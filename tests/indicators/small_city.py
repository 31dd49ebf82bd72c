"""A small city as evidence: two counties, three surveys, sixteen quarters; services lag from the second year on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from indicators.measure import Evidence
from indicators.quarter import Quarter, quarters_between

PLACE, COUNTIES = "419900", ("419901", "419902")
FIRST, LAST = Quarter(2021, 1), Quarter(2023, 4)
AS_OF = dt.date(2024, 1, 20)
EVER = dt.date(9999, 12, 31)
# county, sector, gbt, de, value added of a quarter in 2020
LEAVES = (
    ("419901", "industry", "3911", "010101", 900_000),
    ("419901", "industry", "3829", "non_core", 4_000_000),
    ("419901", "service", "6513", "030103", 700_001),
    ("419901", "service", "6429", "030304", 200_000),
    ("419901", "service", "6429", "non_core", 100_000),
    ("419902", "industry", "3911", "010101", 300_003),
    ("419902", "service", "6513", "030103", 500_000),
    ("419902", "trade", "5176", "020101", 80_000),
)
# The year's four quarters weigh differently, and the last month of a quarter is the strongest.
SEASON = {1: 0.8, 2: 1.0, 3: 1.0, 4: 1.2}
LAG = {1: 0.62, 2: 0.8, 3: 0.87, 4: 0.9}
GROWTH = 1.1
DIVISIONS = {
    "01": "agriculture",
    "38": "industry",
    "39": "industry",
    "51": "services",
    "64": "services",
    "65": "services",
}


def membership() -> pd.DataFrame:
    rows = []
    for gbt, de in sorted({(gbt, de) for _, _, gbt, de, _ in LEAVES} | {("0111", "non_core"), ("5176", "non_core")}):
        sector = DIVISIONS[gbt[:2]]
        three = {"agriculture": "primary", "industry": "secondary", "services": "tertiary"}[sector]
        rows += [("sector", name, gbt, de) for name in (gbt[:2], sector, three, "all")]
        if de != "non_core":
            rows += [("digital", name, gbt, de) for name in ("core", de[:2], de[:4], de)]
        if gbt in {"3911", "3829"}:
            rows.append(("chain", "display", gbt, de))
            if de != "non_core":
                rows.append(("chain_core", "display", gbt, de))
    return pd.DataFrame(rows, columns=["scheme", "class", "gbt", "de"])


def year_level(value: int, year: int) -> float:
    return value * GROWTH ** (year - 2020)


def cumulative(value: int, quarter: Quarter) -> int:
    return round(year_level(value, quarter.year) * sum(SEASON[n] for n in range(1, quarter.number + 1)))


def leaf() -> pd.DataFrame:
    rows = []
    for quarter in quarters_between(FIRST - 4, LAST):
        for county, sector, gbt, de, value in LEAVES:
            lagged = sector == "service" and quarter.year > 2020
            part = LAG[quarter.number] if lagged else 1.0
            rows.append({
                "quarter": str(quarter), "known_from": quarter.last_day + dt.timedelta(days=18), "known_to": EVER,
                "origin": "measured", "county": county, "sector": sector, "gbt": gbt, "de": de,
                "months": quarter.number * 3 - lagged, "units": 3,
                "va": round(cumulative(value, quarter) * part),
                "va_base": round(cumulative(value, quarter - 4) * part), "output": 0,
            })  # fmt: skip
    return pd.DataFrame(rows)


def cells() -> pd.DataFrame:
    rows = [
        {
            "quarter": str(quarter), "known_from": quarter.last_day, "known_to": EVER, "origin": "measured",
            "region": region, "scheme": "digital", "class": name, "units": 5, "va": 1, "va_top1": 1, "va_top2": 0,
            "revenue": 1100, "revenue_base": 1000 if name != "02" else 0, "profit": 1, "wages": 1, "staff": 40,
        }
        for quarter in quarters_between(FIRST - 4, LAST)
        for region in (PLACE, *COUNTIES)
        for name in ("core", "01", "02", "010101")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def prices(status: str = "P") -> pd.DataFrame:
    rows = [
        {"quarter": str(quarter), "division": division, "index": 0.98, "item": "PPI", "status": status,
         "known_from": quarter.last_day, "source": "JG01"}
        for quarter in quarters_between(FIRST, LAST)
        for division in ("39", "51", "64", "65")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def account(industry: str, period: str, span: str, value: float, **more: Any) -> dict[str, Any]:
    row = {
        "region": PLACE, "industry": industry, "measure": "value", "period": period, "span": span, "value": value,
        "unit": "元", "price_basis": "current", "vintage": "preliminary", "status": "P", "authority": "省级反馈",
        "known_from": dt.date(2021, 1, 1), "source": "GDP",
    }  # fmt: skip
    return row | more


def accounts() -> pd.DataFrame:
    rows = []
    for quarter in quarters_between(FIRST, LAST):
        scale, period = GROWTH ** (quarter.year - 2020) * quarter.number, str(quarter)
        status = "E" if quarter.year == 2023 else "P"
        rows += [
            account("GDP", period, "cumulative", 90e6 * scale, status=status),
            account("secondary", period, "cumulative", 30e6 * scale, status=status),
            account("GDP", period, "cumulative", 0.05, measure="growth", unit="比率", price_basis="constant"),
            account("secondary", period, "cumulative", 1.04, measure="index", unit="比率", price_basis="constant"),
            account("GDP", period, "cumulative", 40e6 * scale, region=COUNTIES[0]),
        ]
        values = {"01": 9e6, "38": 8e6, "39": 2e6, "51": 3e6, "64": 1e6, "65": 3e6}
        rows += [account(code, period, "cumulative", value * scale) for code, value in values.items()]
    return pd.DataFrame(rows)


def efficiency() -> pd.DataFrame:
    return pd.DataFrame([
        {"division": code, "d": d, "method": "expert", "source": "s", "valid_from": dt.date(2021, 1, 1),
         "valid_to": EVER, "approver": "a", "known_from": dt.date(2021, 2, 20)}
        for code, d in {"01": 0.05, "38": 0.2, "39": 0.1, "51": 0.3, "64": 0.4}.items()
    ])  # fmt: skip


def annual() -> pd.DataFrame:
    rows = [
        {"year": year, "known_from": dt.date(year + 1, 6, 10), "known_to": EVER, "county": county, "sector": sector,
         "gbt": gbt, "de": de, "units": 3, "va": value * 4, "output": value * 9}
        for year in (2020, 2021, 2022)
        for county, sector, gbt, de, value in LEAVES
    ]  # fmt: skip
    return pd.DataFrame(rows)


def closing(coverage: float = 1.0) -> pd.DataFrame:
    """Of each year the units with annual returns have this share of the revenue."""
    return pd.DataFrame([
        {"year": year, "units": 10, "units_annual": 9, "revenue": 1_000_000, "revenue_annual": round(1e6 * coverage)}
        for year in (2020, 2021, 2022)
    ])  # fmt: skip


def adoption() -> pd.DataFrame:
    return pd.DataFrame([
        {"year": 2022, "definition_id": "adoption", "region": region, "sector": sector, "surveyed": surveyed,
         "using": using, "known_from": dt.date(2023, 6, 10)}
        for region, sector, surveyed, using in (
            (PLACE, "all", 100, 47), (PLACE, "secondary", 60, 32), (COUNTIES[1], "all", 0, 0),
        )
    ])  # fmt: skip


def given(indicator: str, definition: str, value: float, unit: str, period: str, **more: Any) -> dict[str, Any]:
    row = {
        "indicator": indicator, "definition_id": definition, "region": PLACE, "class": "", "period": period,
        "span": "annual", "value": value, "unit": unit, "price_basis": "none", "base": "none", "vintage": "preliminary",
        "status": "A", "authority": "工作专班", "note": "", "assumed": False, "target": None, "rank": None,
        "known_from": dt.date(2023, 1, 1),
        "source": "WB01",
    }  # fmt: skip
    return row | more


def published() -> pd.DataFrame:
    return pd.DataFrame([
        given("base_stations_5g_total", "department", 6000, "个", "2023"),
        given("data_records", "department", 24.4, "亿条", "2023"),
        given("digital_penetration", "external", 11.2, "%", "2022", **{"class": "industry"}),
        given("chain_value_added", "published", 25.3, "亿元", "2022", price_basis="current", **{"class": "display"}),
    ])  # fmt: skip


def city(**changes: Any) -> Evidence:
    parts: dict[str, Any] = {
        "leaf": leaf(), "cells": cells(), "membership": membership(), "accounts": accounts(), "prices": prices(),
        "published": published(), "annual": annual(), "adoption": adoption(), "efficiency": efficiency(),
        "closing": closing(), "place": PLACE, "counties": COUNTIES, "first_release": FIRST,
    }  # fmt: skip
    return Evidence(**(parts | changes))


def nation() -> Evidence:
    """Published core value added of 2023 and GDP in two vintages; no cells at all."""
    core = {"core": 127_555, "01": 43_135, "02": 4_037, "03": 55_636, "04": 24_747}
    more = {"region": "000000", "price_basis": "current", "vintage": "census", "authority": "国家公布"}
    figures = [
        given("core_value_added", "published", value, "亿元", "2023", **more, **{"class": name})
        for name, value in core.items()
    ]
    of = {"region": "000000", "authority": "国家公布"}
    gdp = [
        account("GDP", "2023", "annual", 1_260_582e8, **of),
        account("GDP", "2023Q4", "cumulative", 1_294_272e8, vintage="census", **of),
        account("GDP", "2022Q4", "quarter", 335_508e8, vintage="final", **of),
    ]
    empty = pd.DataFrame()
    return Evidence(
        leaf=empty, cells=empty, membership=membership(), accounts=pd.DataFrame(gdp), prices=empty,
        published=pd.DataFrame(figures), annual=empty, adoption=empty, efficiency=empty, place="000000", counties=(),
        first_release=Quarter(2015, 1),
    )  # fmt: skip
