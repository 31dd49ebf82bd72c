"""The city made by hand with one thing learnt on each of seven days: the worked example of docs/methods/revisions.md.

Belongs here: its files. Amounts are in 千元; what they say is invented for tests.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.end_to_end import by_hand
from tests.end_to_end.by_hand import CABLES, COMPUTERS, SOFTWARE, firm

QUARTER = by_hand.QUARTERS[0]
START = dt.date(2022, 4, 18)
# What is learnt on each day; the causes of revision_steps.csv in their order, prices apart from rates.
LEARNT = ("revised", "late", "units", "recoded", "rates", "prices", "coefficients")
DAYS = {what: dt.date(2022, 5, n) for n, what in enumerate(LEARNT, 1)}


def maker(number: int, gbt: str, output: int, base: int = 0) -> by_hand.Row:
    return firm(number, gbt, output=output, revenue=output, base=base)


def write(home: Path) -> Path:
    by_hand.write(home, register=False)
    inbox = home / "inbox"
    settings = (home / "city.toml").read_text(encoding="utf-8")
    (home / "city.toml").write_text(settings.replace("base_quarters = 4", "base_quarters = 0"), encoding="utf-8")
    for path in inbox.glob("*年1-*"):
        path.unlink()  # one quarter is enough
    first = [
        maker(1, COMPUTERS, 4_000_000, 3_600_000),
        maker(2, CABLES, 2_000_000, 2_000_000),
        maker(6, COMPUTERS, 800_000, 800_000),
    ]
    by_hand.industry(inbox, QUARTER, first)
    by_hand.service(inbox, QUARTER, [firm(3, SOFTWARE, revenue=1_008_000, base=900_000)])
    early = list(inbox.iterdir())
    learnt = {
        START: by_hand.units(inbox, QUARTER, [by_hand.registered(number) for number in (1, 2, 3, 4, 6)]),
        DAYS["revised"]: by_hand.industry(inbox, QUARTER, [maker(1, COMPUTERS, 4_400_000, 3_600_000)], again="_更正1"),
        DAYS["late"]: by_hand.industry(inbox, QUARTER, [maker(4, COMPUTERS, 240_000)], again="_补报1"),
        DAYS["recoded"]: by_hand.industry(inbox, QUARTER, [maker(6, CABLES, 800_000, 800_000)], again="_更正2"),
        DAYS["rates"]: by_hand.write_form(
            inbox, "HS02_增加值率_2021年_修订.csv", "rate", [{"year": 2021, "code": "39", "rate": 26, "source": "省局"}]
        ),
        DAYS["prices"]: by_hand.write_form(
            inbox,
            "JG01_价格指数_修订.csv",
            "price",
            [{"period": QUARTER, "division": "39", "item": "价格", "index": 104, "status": "A"}],
        ),
        DAYS["coefficients"]: by_hand.write_form(
            inbox, "HS03_剥离系数_更新.csv", "coefficient", [by_hand.coefficient(k="0.5", method="调查")]
        ),
    }
    new = [
        by_hand.industry(inbox, QUARTER, [maker(5, COMPUTERS, 120_000)], again="_补报2"),
        by_hand.units(inbox, QUARTER, [by_hand.registered(5, entry_date="2022-02-01")], again="_补"),
    ]
    arrived = [*((START, path) for path in early), *learnt.items(), *((DAYS["units"], path) for path in new)]
    lines = ["file,received_at,reporter,source", *(f"{path.name},{day},综合科,直报" for day, path in arrived)]
    (inbox / "received.csv").write_text("\n".join(lines), encoding="utf-8")
    return home


def correct(home: Path, day: dt.date, output: int = 9_000_000) -> None:
    """Another correction of the first firm, received on a day."""
    again = f"_更正{output // 1_000_000}"
    path = by_hand.industry(home / "inbox", QUARTER, [maker(1, COMPUTERS, output, 3_600_000)], again=again)
    with (home / "inbox" / "received.csv").open("a", encoding="utf-8") as register:
        register.write(f"\n{path.name},{day},综合科,直报")
