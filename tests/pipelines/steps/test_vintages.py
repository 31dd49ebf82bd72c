"""What was known when: corrections, late rates and coefficients, and what they leave untouched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from classification.errors import InputError
from pipelines.lake import Lake
from pipelines.steps import checked
from pipelines.steps.classified import FOREVER
from pipelines.steps.observed import known_cells
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import computed, make_quarter, make_reference
from tests.pipelines.steps.conftest import QUARTER

FIRST, LATER = dt.date(2023, 2, 10), dt.date(2023, 3, 1)


def arrives(home: Path, path: Path, day: dt.date = LATER) -> None:
    """Enter a file in the register of incoming papers."""
    with (home / "inbox" / "received.csv").open("a", encoding="utf-8") as register:
        register.write(f"\n{path.name},{day},综合科,直报")


def remade(home: Path) -> None:
    make_reference(home)
    make_quarter(home, QUARTER)


def read(home: Path, table: str, partition: str = QUARTER) -> pd.DataFrame:
    return Lake(home / "lake").read(table, [partition]).to_pandas()


def of_firm(home: Path, table: str, number: int = 1) -> pd.DataFrame:
    frame = read(home, table)
    return frame[frame["unit"] == by_hand.unit(number)].sort_values("known_from")


def conserved(home: Path) -> bool:
    return all(law.met for law in checked.conserved(Workspace(home), QUARTER))


def correct(home: Path, *, day: dt.date = LATER, **changes: object) -> None:
    row = by_hand.firm(1, by_hand.COMPUTERS, output=8000, revenue=8000, base=4000) | changes
    arrives(home, by_hand.industry(home / "inbox", QUARTER, [row], again="_更正1"), day)
    remade(home)


def test_a_correction_takes_the_place_of_what_it_corrects_from_its_day_on(home: Path) -> None:
    before = read(home, "cell_leaf")
    correct(home)
    returns = of_firm(home, "core_return")
    assert returns["known_from"].tolist() == [FIRST, LATER]
    assert returns["known_to"].tolist() == [LATER, FOREVER]
    parts = of_firm(home, "class_part")
    assert list(zip(parts["known_from"], parts["known_to"], parts["va"], strict=True)) == [
        (FIRST, LATER, 1_000_000),
        (LATER, FOREVER, 2_000_000),
    ]
    other = of_firm(home, "class_part", 3)  # a firm that was not corrected is there at both
    assert other["va"].tolist() == [250_000, 250_000]
    after = read(home, "cell_leaf")
    # A unit has one return in a survey at a time: rows of a cell are its units.
    cell, whole = ["known_from", "county", "sector", "gbt", "de"], read(home, "class_part")
    counted = whole.groupby(cell)["unit"].nunique().rename("units").reset_index()
    assert after[[*cell, "units"]].sort_values(cell, ignore_index=True).equals(counted)
    kept = after[after["known_from"] == FIRST].drop(columns="known_to").reset_index(drop=True)
    assert kept.equals(before.drop(columns="known_to"))
    assert conserved(home)


def test_a_correction_that_is_set_aside_takes_nobodys_place(home: Path) -> None:
    correct(home, revenue="约8000")
    returns = of_firm(home, "core_return")
    assert returns["status"].tolist() == ["accepted", "set_aside"]
    assert returns["known_to"].tolist() == [FOREVER, FOREVER]
    assert of_firm(home, "class_part")["va"].tolist() == [1_000_000]
    assert conserved(home)
    aside = read(home, "core_set_aside")
    assert aside[["rule", "column", "value"]].to_numpy().tolist() == [["N01", "营业收入/本年累计", "约8000"]]


def test_a_correction_without_a_class_ends_what_it_corrects(home: Path) -> None:
    correct(home, gbt="")
    assert of_firm(home, "class_return")["class_status"].tolist() == ["assigned", "unmatched"]
    assert of_firm(home, "class_part")["known_to"].tolist() == [LATER]
    assert conserved(home)


def test_a_correction_of_the_same_day_holds_from_that_day(home: Path) -> None:
    correct(home, day=FIRST)
    assert of_firm(home, "core_return")["status"].tolist() == ["accepted", "accepted"]
    parts = of_firm(home, "class_part")
    assert list(zip(parts["known_from"], parts["known_to"], parts["va"], strict=True)) == [(FIRST, FOREVER, 2_000_000)]
    assert conserved(home)


def test_a_blank_base_is_what_the_unit_reported_a_year_ago_as_known_on_the_day(unmade: Path) -> None:
    old = by_hand.firm(1, by_hand.COMPUTERS, output=5600, revenue=5600, base="")
    new = by_hand.firm(9, by_hand.COMPUTERS, output=100, revenue=100, base="")
    by_hand.industry(unmade / "inbox", by_hand.LAST, [old, new])
    make_reference(unmade)
    make_quarter(unmade, by_hand.LAST)
    quarter = read(unmade, "class_part", by_hand.LAST).set_index("unit")
    assert quarter.loc[by_hand.unit(1), "va_base"] == 1_000_000
    assert quarter.loc[by_hand.unit(9), "va_base"] == 0
    queries = read(unmade, "core_return", by_hand.LAST).set_index("unit")["queries"]
    assert "C06" in queries[by_hand.unit(1)]
    assert Lake(unmade / "lake").partitions("class_return") == [by_hand.LAST]  # of the year before, no more than needed

    after = dt.date(2023, 5, 10)
    correct(unmade, day=after)
    make_quarter(unmade, by_hand.LAST)
    mine = read(unmade, "class_part", by_hand.LAST)
    mine = mine[mine["unit"] == by_hand.unit(1)].sort_values("known_from")
    assert mine["va_base"].tolist() == [1_000_000, 2_000_000]
    assert mine["known_from"].tolist() == [dt.date(2023, 4, 18), after]


def lacking_coefficient(inbox: Path) -> None:
    next(inbox.glob("HS03*")).unlink()


def lacking_rate(inbox: Path) -> None:
    by_hand.rates(inbox, codes=("39", "65"))


@pytest.mark.parametrize(
    ("lacking", "form", "late"),
    [
        (lacking_coefficient, "HS03", lambda inbox: by_hand.write_form(
            inbox, "HS03_剥离系数_补.csv", "coefficient", [by_hand.coefficient()])),
        (lacking_rate, "HS02", lambda inbox: by_hand.rates(inbox, "HS02_增加值率_2021年_补.csv", codes=("38",))),
    ],
)  # fmt: skip
def test_what_is_lacking_is_named_and_may_come_later(
    unmade: Path, lacking: Callable[[Path], None], form: str, late: Callable[[Path], Path]
) -> None:
    lacking(unmade / "inbox")
    with pytest.raises(InputError, match=by_hand.CABLES) as raised:
        remade(unmade)
    assert form in raised.value.zh
    assert form in raised.value.en
    lake = Lake(unmade / "lake")
    assert lake.partitions("class_return") == [QUARTER]  # the rest of the quarter is there
    assert lake.partitions("class_part") == []

    arrives(unmade, late(unmade / "inbox"))
    remade(unmade)
    assert set(read(unmade, "class_part")["known_from"]) == {LATER}
    assert len(known_cells(lake, "cell_leaf", [QUARTER], LATER)) > 0
    with pytest.raises(InputError, match=QUARTER) as told:
        known_cells(lake, "cell_leaf", [QUARTER], FIRST)
    assert "--as-of" in told.value.en
    assert conserved(unmade)


def test_a_new_coefficient_holds_from_the_day_it_is_learnt(home: Path) -> None:
    new = by_hand.coefficient(k="0.5", method="调查")
    arrives(home, by_hand.write_form(home / "inbox", "HS03_剥离系数_更新.csv", "coefficient", [new]))
    assert "core_return" not in computed([*make_reference(home), *make_quarter(home, QUARTER)])
    parts = of_firm(home, "class_part", 2)
    core = parts[parts["de"] == "010606"]
    assert core["va"].tolist() == [200_000, 250_000]
    assert core["known_to"].tolist() == [LATER, FOREVER]
    assert parts.groupby("known_from")["va"].sum().tolist() == [500_000, 500_000]


def test_a_later_rate_table_supersedes_an_earlier_one(home: Path) -> None:
    row = {"year": 2021, "code": "38", "rate": 30, "source": "省局（手工）"}
    arrives(home, by_hand.write_form(home / "inbox", "HS02_增加值率_2021年_修订.csv", "rate", [row]))
    remade(home)
    rates = read(home, "class_rate", "all")
    cables = rates[rates["code"] == "38"].sort_values("known_from")
    assert cables["known_to"].tolist() == [LATER, FOREVER]
    assert of_firm(home, "class_part", 2).groupby("known_from")["va"].sum().tolist() == [500_000, 600_000]


def annual(number: int, gbt: str, **changes: object) -> dict[str, object]:
    said = {"year": 2022, "sector": "工业", "unit": by_hand.unit(number), "name": "某厂", "county": by_hand.COUNTY}
    zeros = dict.fromkeys(("investment_income", "depreciation", "vat", "tax_surcharge", "operating_profit"), 0)
    return said | zeros | {"gbt": gbt, "gross_output": 1000, "revenue": 1000, "cost": 500, "labour": 100} | changes


def write_annual(home: Path, name: str, rows: list[dict[str, object]]) -> Path:
    # The form's optional columns are not written by hand: output of industry needs the one of them.
    path = by_hand.write_form(home / "inbox", name, "annual", rows)
    lines = path.read_text(encoding="utf-8").splitlines()
    wide = [*lines[:2], lines[2] + ",总产值", *(f"{line},1000" for line in lines[3:])]
    path.write_text("\r\n".join(wide), encoding="utf-8")
    return path


def test_annual_returns_give_cells_and_rates_by_what_was_known(home: Path) -> None:
    rows = [annual(number, by_hand.COMPUTERS) for number in (1, 4, 5)]
    arrives(home, write_annual(home, "A103_企业年度财务状况_2022年.csv", rows), dt.date(2023, 6, 10))
    again = write_annual(home, "A103_企业年度财务状况_2022年_更正.csv", [annual(1, by_hand.COMPUTERS, labour=400)])
    arrives(home, again, dt.date(2023, 7, 1))
    make_reference(home)
    cells = read(home, "cell_annual", "all")
    assert cells[["known_from", "units", "va", "output"]].to_numpy().tolist() == [
        [dt.date(2023, 6, 10), 3, 300_000, 3_000_000],
        [dt.date(2023, 7, 1), 3, 600_000, 3_000_000],
    ]
    rates = read(home, "class_rate", "all")
    own = rates[(rates["region_level"] == "city") & (rates["code"] == by_hand.COMPUTERS)]
    assert own["rate"].map(str).tolist() == ["0.100000", "0.200000"]
    assert own["known_to"].tolist() == [dt.date(2023, 7, 1), FOREVER]


def test_an_annual_return_of_a_starred_class_waits_for_its_coefficient(unmade: Path) -> None:
    lacking_coefficient(unmade / "inbox")
    arrives(unmade, write_annual(unmade, "A103_企业年度财务状况_2022年.csv", [annual(2, by_hand.CABLES)]), FIRST)
    with pytest.raises(InputError, match="3831"):
        make_reference(unmade)
    late = by_hand.write_form(unmade / "inbox", "HS03_剥离系数_补.csv", "coefficient", [by_hand.coefficient()])
    arrives(unmade, late)
    make_reference(unmade)
    cells = read(unmade, "cell_annual", "all")
    assert cells[["known_from", "de", "va"]].to_numpy().tolist() == [
        [LATER, "010606", 40_000],
        [LATER, "non_core", 60_000],
    ]


def answer(number: int, **changes: str) -> dict[str, object]:
    said = {"year": 2022, "unit": by_hand.unit(number), "name": "某厂", "county": by_hand.COUNTY}
    return said | {"gbt": by_hand.CABLES, "cloud": "否", "iot": "否", "ai": "否", "platform": "否"} | changes


def test_late_answers_to_the_survey_leave_what_was_known_before(home: Path) -> None:
    name = "A109_企业数字技术应用情况_2022年{}.csv"
    first = by_hand.write_form(home / "inbox", name.format(""), "digital_use", [answer(1, ai="是"), answer(2)])
    late = by_hand.write_form(home / "inbox", name.format("_补"), "digital_use", [answer(3, ai="1"), answer(2, ai="?")])
    arrives(home, first, FIRST)
    arrives(home, late)
    make_reference(home)
    cells = read(home, "cell_adoption", "all")
    cells = cells[cells["definition_id"] == "adoption"]
    whole = cells[(cells["region"] == by_hand.CITY) & (cells["sector"] == "all")]
    assert whole[["known_from", "surveyed", "using"]].to_numpy().tolist() == [[FIRST, 2, 1], [LATER, 3, 2]]
    assert set(cells["sector"]) == {"all", "industry", "secondary"}
    survey = read(home, "core_digital_use", "all")
    assert sorted(survey["rules"]) == ["", "", "", "N01"]
