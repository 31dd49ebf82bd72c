"""What stands in for a missing return: by which link, rounded how, until when; and that it is the published method."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from classification import arrow_tables
from indicators.estimation import imputation_levels, ratio_of_means
from indicators.quarter import Quarter
from indicators.uncertainty import DRAWS
from pipelines.engine import engine, statement
from pipelines.lake import Lake
from pipelines.steps.checked import conserved
from pipelines.steps.classified import FOREVER, Vintage, view_classed
from pipelines.steps.imputed import _draws, impute, levels
from pipelines.workspace import Workspace
from tests.end_to_end.running import make_quarter
from tests.pipelines.steps.test_missing import DAY, LATE, NOW, listed, returned, table

BEFORE = str(NOW - 4)
FEWEST = imputation_levels()[0].fewest


def pairs(
    prefix: str, gbt: str, count: int, *, now: int = 12, before: int = 10, **changes: Any
) -> list[dict[str, Any]]:
    """The returns of some units that reported both years."""
    found = []
    for at in range(count):
        unit = f"{prefix}{at}"
        for quarter, value in ((BEFORE, before), (str(NOW), now)):
            money = dict.fromkeys(("output", "revenue", "wages", "staff"), value)
            found.append(returned(unit, quarter, gbt_received=gbt, **money | changes))
    return found


def imputed(
    returns: list[dict[str, Any]], *register: dict[str, Any], day: dt.date = DAY, until: dt.date = FOREVER
) -> dict[str, dict[str, Any]]:
    """What is found for each missing unit of a register of these units."""
    codes = arrow_tables()
    reported = [row for row in returns if row["quarter"] == str(NOW)]
    with engine() as work:
        work.add(core_return=table("core_return", reported), returned=table("core_return", returns), **codes)
        work.add(last_return=table("core_return", returns).filter(_of(BEFORE)))
        registers = table("core_register", list(register))
        work.add(register=registers, core_register=registers, imputation_level=levels())
        view_classed(work)
        work.keep("class_return", "FROM classed_return")
        work.keep("found", statement("pipelines", "no_missing"))
        impute(work, NOW, Vintage(day, until))
        rows = work.rows(statement("pipelines", "ordered_missing")).to_pylist()
    return {row["unit"]: row for row in rows}


def _of(quarter: str) -> Any:
    import pyarrow.compute as pc

    return pc.field("quarter") == quarter


def level_of(returns: list[dict[str, Any]], gbt: str = "3911") -> tuple[str, str, int, int | None]:
    found = imputed([*returns, returned("m", gbt_received=gbt)], listed("m", gbt=gbt))["m"]
    return found["outcome"], found["level"], found["respondents"], found["output"]


def test_the_class_is_taken_where_enough_of_it_reported_both_years() -> None:
    others = pairs("o", "3912", 20, now=30)
    assert level_of([*pairs("c", "3911", FEWEST), *others]) == ("imputed", "class", FEWEST, 12)
    few = [*pairs("c", "3911", FEWEST - 1), *others]
    assert level_of(few) == ("imputed", "group", 20 + FEWEST - 1, 27)  # 10 x (4 x 12 + 20 x 30) / 240


def test_the_levels_widen_from_class_to_survey() -> None:
    assert level_of(pairs("d", "3921", 9, now=30)) == ("imputed", "division", 9, 30)
    assert level_of(pairs("s", "1313", 9, now=30)) == ("imputed", "survey", 9, 30)
    assert level_of(pairs("s", "6513", 9, sector="service")) == ("too_few", "", 0, None)
    assert level_of(pairs("s", "1313", FEWEST - 1)) == ("too_few", "", 0, None)


@pytest.mark.parametrize("change", [{"now": 0}, {"before": 0}, {"now": -12}])
def test_a_level_whose_sums_are_not_above_zero_is_passed_over(change: dict[str, int]) -> None:
    returns = [*pairs("c", "3911", 9, **change), *pairs("o", "3912", 40, now=30)]
    assert level_of(returns)[1] == "group"


def test_only_units_of_the_same_months_and_survey_are_matched() -> None:
    other_months = [row | {"months": 5} if row["quarter"] == BEFORE else row for row in pairs("x", "3911", 9, now=90)]
    other_survey = pairs("y", "3911", 9, now=90, sector="construction")
    returns = [*pairs("c", "3911", FEWEST), *other_months, *other_survey]
    assert level_of(returns) == ("imputed", "class", FEWEST, 12)


def test_what_is_not_imputed_is_listed_with_its_reason() -> None:
    last = returned("late", known_from=LATE)
    months = returned("months", months=3)
    register = [listed(unit) for unit in ("new", "late", "months")] + [listed("odd", gbt="39")]
    returns = [*pairs("c", "3911", FEWEST), last, months, returned("odd", gbt_received="39")]
    found = imputed(returns, *register)
    assert {unit: row["outcome"] for unit, row in found.items()} == {
        "new": "no_last_return",
        "late": "no_last_return",
        "months": "no_last_return",
        "odd": "no_class",
    }
    values = ("output", "output_base", "revenue", "revenue_base", "profit", "wages", "staff", "link_output")
    assert all(row[name] is None for row in found.values() for name in values)


def test_each_item_has_its_own_link_and_profit_goes_with_revenue() -> None:
    returns = pairs("c", "3911", FEWEST)
    for row in returns:
        if row["quarter"] == str(NOW):
            row |= {"revenue": 15, "wages": 11, "staff": 9, "profit": 99}
    last = returned("m", output=1000, revenue=2000, profit=-100, wages=300, staff=7)
    found = imputed([*returns, last], listed("m"))["m"]
    assert [found[name] for name in ("link_output", "link_revenue", "link_wages", "link_staff")] == [1.2, 1.5, 1.1, 0.9]
    assert [found[name] for name in ("output", "output_base", "revenue", "revenue_base")] == [1200, 1000, 3000, 2000]
    assert [found[name] for name in ("profit", "wages", "staff")] == [-150, 330, 6]  # 6.3 heads
    assert found["last_row_id"] == f"r{len(returns):03}"


def test_items_that_nobody_reported_keep_last_years_value() -> None:
    returns = pairs("c", "3911", FEWEST, wages=None, staff=None)
    last = returned("m", wages=300, profit=None)
    found = imputed([*returns, last], listed("m"))["m"]
    assert (found["wages"], found["staff"], found["profit"]) == (300, None, None)
    assert (found["link_wages"], found["link_staff"]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("last", "now", "before", "value"),
    [
        (5, 3, 2, 8),  # 7.5
        (-5, 3, 2, -8),
        (1, 1, 2, 1),
        (-1, 1, 2, -1),
        (1, 1, 3, 0),
        (9_007_199_254_740_993, 7, 7, 9_007_199_254_740_993),
        (9_999_999_999_999_999, 3 * 10**17, 2 * 10**17, 14_999_999_999_999_999),  # 14,999,999,999,999,998.5
    ],
)
def test_values_are_whole_yuan_half_away_from_zero_and_exact(last: int, now: int, before: int, value: int) -> None:
    with engine() as work:
        sql = "SELECT carried(CAST($x AS BIGINT), CAST($over AS BIGINT), CAST($under AS BIGINT)) AS value"
        found = work.rows(sql, {"x": last, "over": now, "under": before})
    assert found["value"].to_pylist() == [value]


def test_the_class_and_county_are_those_of_the_register() -> None:
    returns = [*pairs("c", "3911", FEWEST), *pairs("s", "3921", FEWEST, now=30), returned("m")]
    found = imputed(returns, listed("m", gbt="3921", county="990102"))["m"]
    assert (found["gbt"], found["county"], found["output"]) == ("3921", "990102", 30)


def test_without_a_register_it_is_those_of_last_years_return() -> None:
    found = imputed([*pairs("c", "3911", FEWEST), returned("m")])
    assert list(found) == ["m"]
    assert found["m"]["output"] == 12


def test_last_years_return_is_restated_for_mergers() -> None:
    """An heir is compared with itself and what it has taken over; a merger that is yet to come changes nothing."""
    absorbed = listed("gone", successor="m", exit_date=dt.date(2023, 4, 1))
    taken_over = listed("late", successor="c0", exit_date=dt.date(2023, 6, 1))
    later = listed("next", successor="c1", exit_date=dt.date(2023, 7, 1))
    returns = [
        *pairs("c", "3911", FEWEST),
        returned("m", output=100, revenue=100),
        returned("gone", output=50, revenue=50),
    ]
    returns += [returned("late", output=10, revenue=10), returned("next", output=7, revenue=7)]
    found = imputed(returns, listed("m"), absorbed, taken_over, later)
    assert set(found) == {"m", "next"}
    # Five reported 12 each; a year ago they had 10 each and one of them the 10 of the unit it has taken over.
    assert found["m"]["output_base"] == 150
    assert found["m"]["output"] == 150
    assert found["m"]["link_output"] == 1.0


ITEMS = {"output": "link_output", "revenue": "link_revenue", "wages": "link_wages", "staff": "link_staff"}


@pytest.mark.city
@pytest.mark.parametrize("quarter", ["2021Q1", "2021Q2", "2021Q3"])
def test_it_agrees_with_the_ratio_of_means(ran_city: Path, quarter: str) -> None:
    """Every imputed value of a city, against the method on a frame of the units of its imputation class."""
    lake = Lake(ran_city / "lake")
    missing = lake.read("class_missing", [quarter]).to_pandas()
    for row in missing[missing["outcome"] == "imputed"].itertuples():
        digits = {level.name: level.digits for level in imputation_levels()}[row.level]
        frame = both_years(lake, quarter, row.known_from, row.sector)
        cell = frame[frame["gbt"].str[:digits].eq(row.gbt[:digits]) | frame["unit"].eq(row.unit)]
        assert cell.dropna(subset="output")["unit"].value_counts().eq(2).sum() == row.respondents
        for item, link in ITEMS.items():
            found = ratio_of_means(
                cell.assign(year=cell["quarter"].str[:4], one=1, group="g"),
                unit="unit", period="year", value=item, auxiliary="one", by="group",
            )  # fmt: skip
            mine = found[(found["unit"] == row.unit) & (found["quarter"] == quarter)].iloc[0]
            assert mine["marker"] == "FIR"
            assert mine["forward"] == pytest.approx(getattr(row, link), abs=1e-9)
            assert getattr(row, item) == pytest.approx(mine[item], abs=0.5 + 1e-6)


def both_years(lake: Lake, quarter: str, day: dt.date, sector: str) -> pd.DataFrame:
    """The returns of a survey valid on a day, of the same months a year ago and now, with their class."""
    before = str(Quarter.parse(quarter) - 4)
    now = lake.read("class_return", [quarter]).to_pandas()
    now = now[now["class_status"] == "assigned"]
    then = lake.read("core_return", [before]).to_pandas()
    then = then[then["status"] == "accepted"]
    frames = []
    for frame in (then, now):
        valid = frame[(frame["known_from"] <= day) & (frame["known_to"] > day) & (frame["sector"] == sector)]
        frames.append(valid.assign(gbt=valid.get("gbt", valid.get("gbt_received"))))
    last, this = frames
    months = this["months"].max()
    last, this = last[last["months"] == months], this[this["months"] == months]
    matched = this[this["unit"].isin(last["unit"])]
    owing = last[~last["unit"].isin(this["unit"])]
    # A pair is of this year's class.
    last_matched = (
        last[last["unit"].isin(matched["unit"])].drop(columns="gbt").merge(matched[["unit", "gbt"]], on="unit")
    )
    blank = owing.assign(quarter=quarter, **dict.fromkeys(ITEMS, float("nan")))
    columns = ["unit", "quarter", "gbt", *ITEMS]
    return pd.concat([part[columns] for part in (last_matched, matched, owing, blank)], ignore_index=True)


@pytest.mark.city
def test_an_imputed_part_is_gone_when_the_real_return_arrives(ran_city: Path) -> None:
    lake = Lake(ran_city / "lake")
    parts = lake.read("class_part", ["2021Q2"]).to_pandas()
    first, second = sorted(set(parts["known_from"]))[:2]
    assert second == dt.date(2021, 7, 19)  # the correction of P04, the largest firm of all
    imputed_units = {
        day: set(parts.loc[(parts["known_from"] == day) & (parts["origin"] == "imputed"), "unit"])
        for day in (first, second)
    }
    measured = {
        day: set(parts.loc[(parts["known_from"] == day) & (parts["origin"] == "measured"), "unit"])
        for day in (first, second)
    }
    (arrived,) = imputed_units[first] - imputed_units[second]
    assert arrived in measured[second]
    assert not measured[first] & imputed_units[first]
    leaf = lake.read("cell_leaf", ["2021Q2"]).to_pandas()
    assert set(leaf["origin"]) == {"measured", "imputed"}
    cells = lake.read("cell_published", ["2021Q2"]).to_pandas()
    assert not cells.loc[cells["origin"] == "imputed", ["va_top1", "va_top2"]].to_numpy().any()
    assert all(law.met for law in conserved(Workspace(ran_city), "2021Q2"))


@pytest.mark.city
def test_the_order_of_runs_changes_no_byte(copied_city: Path) -> None:
    home = copied_city
    before = Lake(home / "lake").note_of("class_missing", "2021Q2")
    for table_name in ("class_missing", "core_return"):
        for partition in ("2021Q2", "2020Q2"):
            Lake(home / "lake").path(table_name, partition).unlink(missing_ok=True)
    make_quarter(home, "2021Q2")
    assert Lake(home / "lake").note_of("class_missing", "2021Q2") == before


def test_imputed_core_moves_like_respondents_drawn_from_its_class() -> None:
    """Five of 10 moved to 10, 11, 12, 13, 14: the link is 1.2, and the residuals run from −1/6 to +1/6."""
    said = {"sector": "industry", "gbt": "3911", "last_output": 10, "revenue": 1, "last_revenue": 1}
    matched = [said | {"output": now} for now in (14, 10, 12, 11, 13)]
    money = dict.fromkeys(("wages", "last_wages", "staff", "last_staff"), 1)
    part = {"sector": "industry", "gbt": "3911", "origin": "imputed", "link_level": "class", "known_from": DAY,
            "known_to": FOREVER, "de": "010101"}  # fmt: skip
    parts = [
        part | {"row_id": "a", "va": 600},
        part | {"row_id": "a", "va": 55, "de": "non_core"},
        part | {"row_id": "b", "va": 120},
        part | {"row_id": "b", "va": 990, "known_from": LATE},
        part | {"row_id": "c", "va": 990, "origin": "measured"},
    ]
    chances = [(0, 0, 0.0), (0, 1, 0.999), (1, 0, 0.5), (1, 1, 0.2)]
    with engine() as work:
        work.add(matched=pa.Table.from_pylist([row | money for row in matched]), imputation_level=levels())
        work.add(class_part=pa.Table.from_pylist(parts))
        work.add(
            draw=pa.Table.from_pylist([dict(zip(("draw", "number", "chance"), row, strict=True)) for row in chances])
        )
        work.keep("link", statement("pipelines", "link"))
        work.keep("residual", statement("pipelines", "residual"))
        work.keep("imputed_core", statement("pipelines", "imputed_core"), {"as_of": DAY})
        found = work.rows(statement("pipelines", "resampled")).to_pylist()
    assert [list(row.values()) for row in found] == [
        [0, "industry", -100 + 20, 720],
        [1, "industry", 0 - 10, 720],
    ]


def test_the_draws_of_imputation_repeat_and_cover_every_unit() -> None:
    once, again = (pa.concat_tables(_draws(700)) for _ in range(2))
    assert once.equals(again)
    assert len(once) == DRAWS * 700
    assert once["chance"].to_numpy().max() < 1
    assert not list(_draws(0))
