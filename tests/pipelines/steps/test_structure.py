"""Cells of structure: what the engine sums is what the formulas give, and blanks are never guessed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from classification.sizes import size_limits, size_table
from indicators.structure import concentration_ratio, herfindahl, leave_one_out_growth
from pipelines.engine import engine, statement
from pipelines.lake import Lake
from pipelines.steps import cells, raw, register
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import make_reference, take_in

QUARTER = by_hand.QUARTERS[0]
VINTAGE = {"year": 2022, "known_from": dt.date(2023, 6, 1), "known_to": dt.date(9999, 12, 31)}


def test_concentration_is_that_of_the_parts(home: Path) -> None:
    workspace = Workspace(home)
    cells.cell_concentration(workspace, QUARTER)
    lake = Lake(workspace.lake)
    parts = lake.read("class_part", [QUARTER]).to_pandas()
    parts = parts[(parts["de"] != "non_core") & (parts["known_from"] == parts["known_from"].max())]
    units = parts.groupby("unit")[["va", "va_base"]].sum()
    found = lake.read("cell_concentration", [QUARTER]).to_pandas()
    core = found[(found["region"] == by_hand.CITY) & (found["class"] == "core")]
    assert len(units) == 3
    last = core[core["known_from"] == core["known_from"].max()].iloc[0]
    assert last["hhi"] == pytest.approx(herfindahl(units["va"]), abs=1e-15)
    assert last["va_top3_positive"] / last["va_positive"] == concentration_ratio(units["va"], 3)
    growth = leave_one_out_growth(units["va"], units["va_base"], k=1)["top_k"]
    assert last["va_but1"] / last["va_base_but1"] - 1 == pytest.approx(growth, abs=1e-12)
    assert (last["va_but3"], last["va_base_but3"]) == (0, 0)


def sized(tmp_path: Path, *firms: dict[str, Any]) -> pd.DataFrame:
    """The cells of firms that are core as a whole, through the statement alone."""
    base = {"county": by_hand.COUNTY, "gbt": by_hand.COMPUTERS, "va": 100, "rd": None, "total_assets": None}
    rows = [base | {"row_id": str(n), "unit": f"u{n}"} | firm for n, firm in enumerate(firms)]
    schema = pa.schema(
        [(name, pa.string()) for name in ("row_id", "unit", "county", "gbt")]
        + [(name, pa.int64()) for name in ("va", "revenue", "rd", "staff", "total_assets")]
    )
    codes = {row["gbt"] for row in rows}
    with engine(tmp_path) as work:
        work.add(returned=pa.Table.from_pylist(rows, schema=schema), size_limit=size_table())
        work.add(
            share=pa.table({
                "row_id": [row["row_id"] for row in rows], "de": ["010101"] * len(rows),
                "k_lo": [0] * len(rows), "k_hi": [1] * len(rows),
            }),
            membership=pa.table({
                "scheme": ["digital"] * len(codes), "class": ["core"] * len(codes), "gbt": sorted(codes),
                "de": ["010101"] * len(codes),
            }),
            place=pa.table({"county": [by_hand.COUNTY], "region": [by_hand.CITY]}),
        )  # fmt: skip
        return work.rows(statement("indicators", "cell_size"), VINTAGE).to_pandas().set_index("size")


def test_sizes_follow_every_limit_and_blanks_have_none(tmp_path: Path) -> None:
    # Industry: 1,000 persons and 400 million; 300 and 20 million; 20 and 3 million.
    found = sized(
        tmp_path,
        {"staff": 1000, "revenue": 400_000_000},
        {"staff": 999, "revenue": 400_000_000},
        {"staff": 1000, "revenue": 19_999_999},
        {"staff": 19, "revenue": 900_000_000},
        {"staff": None, "revenue": 900_000_000},
        {"staff": 5, "revenue": 1, "gbt": "6610"},
    )
    assert found["units"].to_dict() == {"large": 1, "medium": 1, "small": 1, "micro": 1, "unsized": 2}
    assert found["va"].sum() == 600


def test_leasing_needs_assets(tmp_path: Path) -> None:
    found = sized(
        tmp_path,
        {"staff": 300, "revenue": 1, "total_assets": 1_200_000_000, "gbt": "7111"},
        {"staff": 300, "revenue": 900_000_000, "gbt": "7111"},
    )
    assert found["units"].to_dict() == {"large": 1, "unsized": 1}


def test_blank_research_is_in_neither_sum(tmp_path: Path) -> None:
    found = sized(
        tmp_path,
        {"staff": 1, "revenue": 100, "rd": 5},
        {"staff": 1, "revenue": 900},
        {"staff": 1, "revenue": 50, "rd": 0},
    )
    assert found.loc["micro", ["revenue", "rd", "rd_revenue"]].tolist() == [1050, 5, 150]


def test_limits_cover_the_core_but_for_what_the_method_leaves_out() -> None:
    limits = size_limits()
    assert limits["3911"]["revenue_large"] == 400_000_000
    assert limits["4910"]["assets_small"] == 3_000_000
    assert limits["7020"]["staff_large"] == 1000
    assert not {"5310", "6610", "8310"} & set(limits)


def test_units_that_came_and_left_are_counted(unmade: Path) -> None:
    inbox = unmade / "inbox"
    by_hand.units(inbox, "2022Q1", [by_hand.registered(1), by_hand.registered(2, by_hand.CABLES)])
    by_hand.units(
        inbox,
        "2022Q2",
        [
            by_hand.registered(1, exit_date="2022-05-01"),
            by_hand.registered(2, by_hand.CABLES),
            by_hand.registered(4, by_hand.SOFTWARE, entry_date="2022-04-02"),
        ],
    )
    workspace = take_in(unmade)
    for quarter in ("2022Q1", "2022Q2"):
        raw.raw(workspace, "register", quarter)
        register.core_register(workspace, quarter)
    register.core_change(workspace, "2022Q2")
    cells.cell_population(workspace, "2022Q2")
    found = Lake(workspace.lake).read("cell_population", ["2022Q2"]).to_pandas()
    last = found[(found["region"] == by_hand.CITY) & (found["known_to"] == dt.date(9999, 12, 31))]
    core = last[last["class"] == "core"].groupby("event")["units"].sum().to_dict()
    assert core == {"registered": 2, "entry": 1, "exit": 1}


def test_optional_answers_are_counted_where_given_and_refused_where_odd(unmade: Path) -> None:
    def answer(number: int, **said: object) -> dict[str, object]:
        firm = {"year": 2022, "unit": by_hand.unit(number), "name": "某厂", "county": by_hand.COUNTY, "gbt": "3911"}
        return firm | {"cloud": "是", "iot": "否", "ai": "否", "platform": "否"} | said

    also = ["design_tools", "key_equipment", "controlled_equipment"]
    rows = [
        answer(1, design_tools="是", key_equipment=10, controlled_equipment=6),
        answer(2, design_tools="否", key_equipment=40, controlled_equipment=30),
        answer(3),
        answer(4, key_equipment=5),
        answer(5, key_equipment=5, controlled_equipment=6),
        answer(6, design_tools="也许"),
    ]
    by_hand.write_form(unmade / "inbox", "A109_企业数字技术应用情况_2022年.csv", "digital_use", rows, also=also)
    make_reference(unmade)
    lake = Lake(Workspace(unmade).lake)
    assert sorted(lake.read("core_digital_use").to_pandas()["rules"]) == ["", "", "", "N01", "N01", "N01"]
    found = lake.read("cell_adoption").to_pandas()
    whole = found[(found["region"] == by_hand.CITY) & (found["sector"] == "industry")].set_index("definition_id")
    assert whole.loc["design_tools", ["surveyed", "using"]].tolist() == [2, 1]
    assert whole.loc["numerical_control", ["surveyed", "using"]].tolist() == [50, 36]
    assert whole.loc["cloud", ["surveyed", "using"]].tolist() == [3, 3]
    assert not {"management", "numerical_control_process"} & set(whole.index)
