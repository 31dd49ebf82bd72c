"""A city of twelve makers over five quarters in which one thing is learnt on each of eight days, whatever the year.

Belongs here: its files. Amounts are in 千元; what they say is invented for tests.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.end_to_end import by_hand
from tests.end_to_end.by_hand import COMPUTERS, COUNTY, LAST, QUARTERS, registered, unit

WEST, FOOD, PROXY = "990102", "1391", "小微销售额"
START = dt.date(2023, 4, 18)
LEARNT = ("merger", "duplicate", "late", "recode", "move", "annual", "proxy", "account")
DAYS = {what: dt.date(2023, 5, n) for n, what in enumerate(LEARNT, 1)}
# Output of a quarter of 2022, and of the first of 2023; the third was merged into the first, the fifth is part of the
# fourth, the sixth is late; the ninth alone is in the west from the beginning, and
# the last three are new.
THEN = {1: 1_000_000, 2: 400_000, 3: 200_000, 4: 200_000, 8: 160_000, 9: 40_000}
NEW = {10: 40_000, 11: 40_000, 12: 40_000}
NOW = {1: 1_320_000, 2: 480_000, 4: 240_000, 5: 40_000, 7: 80_000, 8: 160_000, 9: 40_000} | NEW


def place(number: int) -> str:
    return WEST if number == 9 else COUNTY


def maker(number: int, output: int, gbt: str = COMPUTERS, county: str = "") -> by_hand.Row:
    return by_hand.firm(number, gbt, output=output, revenue=output, base="") | {"county": county or place(number)}


def annual(number: int, output: int) -> by_hand.Row:
    """An annual return by which three tenths of the output are value added."""
    nothing = dict.fromkeys(("cost", "labour", "tax_surcharge", "vat", "depreciation", "investment_income"), 0)
    said = {"year": 2022, "sector": "工业", "unit": unit(number), "name": f"第{number}厂", "county": place(number)}
    money = {"gross_output": output, "revenue": output, "operating_profit": output * 3 // 10}
    return said | nothing | money | {"gbt": COMPUTERS}


def proxy(quarter: str, value: float) -> by_hand.Row:
    return {"period": quarter, "proxy": PROXY, "value": value, "status": "A", "source": "税务"}


def write(home: Path) -> Path:
    by_hand.write(home, register=False)
    inbox, settings = home / "inbox", home / "city.toml"
    text = settings.read_text(encoding="utf-8").replace("base_quarters = 4", "base_quarters = 0")
    settings.write_text(f'{text}\n[[counties]]\ncode = "{WEST}"\nname = "西区"\n', encoding="utf-8")
    for path in inbox.glob("F203*"):
        path.unlink()
    for n, quarter in enumerate(QUARTERS[:4], 1):
        by_hand.industry(inbox, quarter, [maker(number, n * output) for number, output in THEN.items()])
    by_hand.industry(inbox, LAST, [maker(number, output) for number, output in NOW.items()])
    by_hand.rates(inbox, codes=("39", "38", "65", "13"))
    below = {"year": 2021, "county": COUNTY, "gbt": COMPUTERS, "de": "010101", "va": 100_000, "proxy": PROXY}
    by_hand.write_form(inbox, "HS13_规模以下基数.csv", "below", [below | {"source": "普查"}])
    proxies = {f"{year}Q{n}": 25 * n for year in (2021, 2022) for n in range(1, 5)} | {LAST: 27.5}
    by_hand.write_form(inbox, "HS14_推算指标.csv", "proxy", [proxy(*row) for row in proxies.items()])
    there = [registered(n, county=place(n)) for n in (1, 2, 4, 6, 7, 8, 9)]
    there += [registered(n, entry_date="2023-01-10") for n in NEW]
    left, part = registered(3, exit_date="2023-01-05"), registered(5)
    merged = registered(3, exit_date="2023-01-05", successor=unit(1))
    local = registered(5, kind="产业活动单位", parent_unit=unit(4))
    by_hand.units(inbox, LAST, [*there, left, part])
    early = list(inbox.iterdir())
    division = {"region": by_hand.CITY, "period": LAST, "span": "累计", "division": "39", "value": 7.0}
    learnt = {
        "merger": by_hand.units(inbox, LAST, [*there, merged, part], again="_更正1"),
        "duplicate": by_hand.units(inbox, LAST, [*there, merged, local], again="_更正2"),
        "late": by_hand.industry(inbox, LAST, [maker(6, 60_000)], again="_补报1"),
        "recode": by_hand.industry(inbox, LAST, [maker(7, 80_000, FOOD)], again="_更正1"),
        "move": by_hand.industry(inbox, LAST, [maker(8, 160_000, county=WEST)], again="_更正2"),
        "annual": by_hand.write_form(
            inbox, "A103_企业年度财务状况_2022年.csv", "annual", [annual(n, 4 * output) for n, output in THEN.items()],
            also=["gross_output"],
        ),
        "proxy": by_hand.write_form(inbox, "HS14_推算指标_修订.csv", "proxy", [proxy(LAST, 30)]),
        "account": by_hand.write_form(
            inbox, "HS01_分行业增加值.csv", "account_division",
            [division | {"vintage": "初步", "status": "A", "authority": "省级反馈"}], unit_of_money="亿元",
        ),
    }  # fmt: skip
    arrived = [*((START, path) for path in early), *((DAYS[what], path) for what, path in learnt.items())]
    lines = ["file,received_at,reporter,source", *(f"{path.name},{day},综合科,直报" for day, path in arrived)]
    (inbox / "received.csv").write_text("\n".join(lines), encoding="utf-8")
    return home
