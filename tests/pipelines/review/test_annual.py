"""Annual returns: the signs of the income approach, and what becomes of a unit whose value added is negative."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from indicators.income import income_approach
from pipelines.engine import engine, statement
from pipelines.lake import ALL, Lake
from pipelines.review.queue import read_queue
from pipelines.steps.annual import ITEMS, income_signs
from pipelines.steps.queries import parts
from pipelines.workspace import Workspace


@pytest.mark.parametrize("year", [2018, 2019, 2022])
def test_the_signs_are_the_income_approach(year: int) -> None:
    (signs,) = (row for row in income_signs().to_pylist() if row["year"] == year)
    assert list(signs) == ["year", *ITEMS]
    items = {item: 1_000 + 17 * at for at, item in enumerate(ITEMS)}
    by_signs = sum(items[item] * signs[item] for item in ITEMS)
    assert by_signs == income_approach(pd.DataFrame([items | {"year": year}]))["value_added"].iloc[0]
    assert (signs["labour"], signs["investment_income"]) == (1, -1)


def test_negative_value_added_is_listed_and_kept(reviewed_city: Workspace) -> None:
    lake = Lake(reviewed_city.lake)
    rows = lake.read("core_annual", [ALL]).to_pandas()
    negative = rows[(rows["value_added"] < 0) & (rows["status"] == "accepted")]
    assert len(negative) > 0
    assert set(negative["queries"]) == {"A12Y"}
    assert set(rows.loc[~rows["row_id"].isin(negative["row_id"]), "queries"]) == {""}
    # The value is that of the income approach, line by line, by the signs of the year.
    items = negative[[*ITEMS, "year"]].fillna(0)
    assert income_approach(items)["value_added"].tolist() == negative["value_added"].tolist()
    # Kept: the cells' statement takes them like all others.
    with engine(lake.root) as work:
        work.add(core_annual=lake.existing("core_annual"))
        work.view(
            "classed",
            "SELECT *, gbt_received AS gbt, 'assigned' AS class_status FROM core_annual WHERE status = 'accepted'",
        )
        taken = {
            row["row_id"]: row["va"]
            for year in set(negative["year"])
            for row in work.rows(
                statement("indicators", "income_approach"),
                {"year": int(year), "known": dt.date(2099, 1, 1)},
            ).to_pylist()
        }
    assert {row_id: taken[row_id] for row_id in negative["row_id"]} == dict(
        zip(negative["row_id"], negative["value_added"], strict=True)
    )


def test_the_queue_of_a_years_last_quarter_asks_about_them(reviewed_city: Workspace) -> None:
    lake = Lake(reviewed_city.lake)
    for year in (2020, 2021, 2022):
        queue = read_queue(reviewed_city, parts(lake, f"{year}Q4"), f"{year}Q4", 0.95)
        asked = {q.row_id for r in queue.respondents for q in r.queries if q.rule == "A12Y"}
        rows = lake.read("core_annual", [ALL]).to_pandas()
        mine = rows[(rows["year"] == year) & (rows["queries"] == "A12Y")]
        assert asked == set(mine["row_id"])
    quiet = read_queue(reviewed_city, parts(lake, "2022Q2"), "2022Q2", 0.95)
    assert not [q for r in quiet.respondents for q in r.queries if q.rule == "A12Y"]
