"""The inputs of penetration of the synthetic city as files: ICT investment HS05, settings HS06, a table HS07 and HS08.

Belongs here: how these made-up figures come about and look. Does not belong here: answers on digital use
(annual_files).

The magnitudes follow the nation's: ICT investment of 1 to 8 % of value added, depreciation of 30 %, digital inputs of
1 % (agriculture) to 10 % (finance) of all inputs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipelines.ingest.forms import forms
from pipelines.sample.firm_files import BASE_RECEIVED, Sent
from pipelines.sample.layout import Cell, Dress, headers, write_sheet, write_text
from pipelines.sample.macro import ANNUAL
from pipelines.sample.profile import CITY_NAME, rows

FIRST_YEAR: Final = 2007
LAST_YEAR: Final = 2022
BASE_YEAR: Final = 2015
TABLE_YEAR: Final = 2020
# ICT goods get cheaper by so much a year.
_ICT_PRICE: Final = 0.97
_SOURCE: Final = "示范市统计局（合成）"
_NOTES: Final = ("说明：合成数据。",)


def write_penetration(inbox: Path) -> Iterator[Sent]:
    """Write HS05 (history, then year by year), HS06, and the input-output table HS07 and HS08."""
    yield _write_settings(inbox)
    for first, last in ((FIRST_YEAR, 2020), (2021, 2021), (2022, LAST_YEAR)):
        yield _write_capital(inbox, first, last)
    yield from _write_table(inbox)


def _write_settings(inbox: Path) -> Sent:
    table: list[list[Cell]] = [
        [row["sector"], BASE_YEAR, row["r"], row["delta"], row["g"], "永续盘存法", _SOURCE, "2020-01-01", "", _SOURCE]
        for row in rows("capital.csv")
    ]
    form = forms()["capital_setting"]
    name = f"HS06_{form.title}_2020年.csv"
    look = Dress(form.title, ("表    号：HS06表",), _NOTES)
    write_text(inbox / name, look, list(headers("capital_setting", 0).values()), table)
    return Sent(name, BASE_RECEIVED, "核算科", "系数审定会")


def _write_capital(inbox: Path, first: int, last: int) -> Sent:
    table = [_capital(row, year) for row in rows("capital.csv") for year in range(first, last + 1)]
    form = forms()["capital"]
    years = f"{first}年" if first == last else f"{first}—{last}年"
    name = f"HS05_{form.title}_{years}.csv"
    look = Dress(form.title, ("表    号：HS05表    计量单位：万元",), _NOTES)
    write_text(inbox / name, look, list(headers("capital", 0).values()), table)
    return Sent(name, dt.date(last + 1, 6, 30), "核算科", "投资与核算（合成）")


def _capital(row: dict[str, str], year: int) -> list[Cell]:
    """A year of a part of the economy: value added grows evenly, and investment as a share of it moves in a line."""
    back, gone = LAST_YEAR - year, (year - FIRST_YEAR) / (LAST_YEAR - FIRST_YEAR)
    nominal = (1 + float(row["growth"])) * (1 + float(row["va_price"]))
    va = float(row["va_2022"]) / nominal**back
    share = float(row["share_2007"]) * (1 - gone) + float(row["share_2022"]) * gone
    price, va_price = _ICT_PRICE ** (year - BASE_YEAR), (1 + float(row["va_price"])) ** (year - BASE_YEAR)
    amounts = [round(va * share * 10_000), round(price * 100, 2), round(va * 10_000), round(va_price * 100, 2)]
    return [year, row["sector"], *amounts, _SOURCE]


def _write_table(inbox: Path) -> Iterator[Sent]:
    sectors = rows("io.csv")
    gdp = sum(ANNUAL[TABLE_YEAR]) - 2 * ANNUAL[TABLE_YEAR][3]  # divisions 11 and 43 are in industry and in tertiary
    output = {row["code"]: gdp * 100 * float(row["gdp"]) / 1000 / (1 - float(row["inputs"])) for row in sectors}
    named: list[list[Cell]] = [
        [TABLE_YEAR, row["code"], row["name"], row["section"], row["digital"], round(output[row["code"]]),
         CITY_NAME, _SOURCE]
        for row in sectors
    ]  # fmt: skip
    flows: list[list[Cell]] = [
        [TABLE_YEAR, supplier["code"], user["code"], round(output[user["code"]] * _taken(sectors, supplier, user))]
        for supplier in sectors
        for user in sectors
    ]
    for code, form, table in (("HS07", "io_sector", named), ("HS08", "io_flow", flows)):
        title = forms()[form].title
        name = f"{code}_{title}_{TABLE_YEAR}年.xlsx"
        look = Dress(f"{TABLE_YEAR}年{title}", (f"表    号：{code}表    计量单位：万元",), _NOTES)
        write_sheet(inbox / name, look, list(headers(form, 0).values()), table, sheet=code)
        yield Sent(name, dt.date(2022, 12, 15), "核算科", "投入产出调查（合成）")


def _taken(sectors: list[dict[str, str]], supplier: dict[str, str], user: dict[str, str]) -> float:
    """What a user takes of a supplier per unit of output: digital inputs, its own products, and the rest by weight."""
    inputs, digital = float(user["inputs"]), float(user["digital_inputs"])
    if supplier["digital"] == "是":
        hardware = float(user["hardware"])
        return inputs * digital * (hardware if supplier["section"] == "C" else 1 - hardware)
    own = float(user["own"])
    if supplier is user:
        return inputs * own
    others = sum(float(row["supplies"]) for row in sectors if row is not user)
    return inputs * (1 - digital - own) * float(supplier["supplies"]) / others
