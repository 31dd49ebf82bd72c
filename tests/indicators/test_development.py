"""The composite index of counties and city: what its scheme must hold to, and what is frozen in the base year."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from classification.errors import InputError
from indicators.measure import Evidence, cycle, development
from indicators.measure.cycle import components
from indicators.quarter import Quarter
from tests.indicators import small_city as small

COUNTIES = ("419901", "419902", "419903")
LAST = Quarter(2022, 4)
EARLY, LATE = dt.date(2022, 1, 1), dt.date(2023, 1, 1)
LEAF = {
    "definition_id": "rate_method",
    "class": "core",
    "span": "cumulative",
    "price_basis": "constant",
    "direction": 1,
}
NODE = {"indicator": "", "definition_id": "", "class": "", "span": "", "price_basis": "", "direction": 0}
SHARE = {"indicator": "core_share_gdp", "definition_id": "same_vintage", "price_basis": "current"}
PENETRATION = {"indicator": "digital_penetration", "definition_id": "adoption", "class": "all", "span": "annual"}


def scheme(changed: dict[str, dict[str, Any]] | None = None, **same: Any) -> pd.DataFrame:
    rows = [
        {"code": "D", "parent": "", "weight": None, **NODE},
        {"code": "A", "parent": "D", "weight": 0.6, **NODE},
        {"code": "A1", "parent": "A", "weight": 0.5, **LEAF, "indicator": "core_growth", "low": 0.0, "high": 0.2},
        {"code": "A2", "parent": "A", "weight": 0.5, **LEAF, **SHARE},
        {"code": "B", "parent": "D", "weight": 0.4, **LEAF, **PENETRATION, "price_basis": "none"},
    ]
    same = {"base_year": 2021, "document": "示例1号", "known_from": EARLY} | same
    frame = pd.DataFrame(
        [{"low": None, "high": None} | row | same | (changed or {}).get(row["code"], {}) for row in rows]
    )
    return frame.assign(name_zh=frame["code"]).astype({"low": float, "high": float, "weight": float})


VALUES = {
    2021: {"A1": [0.0, 0.1, 0.2], "A2": [0.02, 0.04, 0.06], "B": [0.2, 0.6, 0.4]},
    2022: {"A1": [0.1, 0.1, 0.3], "A2": [0.02, 0.05, 0.08], "B": [0.4, 0.5, 0.5]},
}


def found(values: dict[int, dict[str, list[float]]] = VALUES) -> pd.DataFrame:
    leaves = scheme().query("indicator != ''").set_index("code")
    rows = []
    for year, columns in values.items():
        for code, numbers in columns.items():
            leaf = leaves.loc[code]
            period = str(year) if leaf["span"] == "annual" else f"{year}Q4"
            for region, value in zip((*COUNTIES, small.PLACE), [*numbers, sum(numbers) / 3], strict=True):
                said = {name: leaf[name] for name in ("indicator", "definition_id", "class", "span", "price_basis")}
                rows.append(said | {"region": region, "value": value, "period": period})
    return pd.DataFrame(rows).assign(vintage="preliminary", status="P", authority="监测测算", base="none")


def known(table: pd.DataFrame) -> Evidence:
    nothing = pd.DataFrame()
    names = ("leaf", "cells", "membership", "accounts", "prices", "published", "annual", "adoption", "efficiency")
    own: dict[str, Any] = dict.fromkeys(names, nothing)
    evidence = Evidence(**own, place=small.PLACE, counties=COUNTIES, first_release=Quarter(2021, 1))
    return replace(evidence, index_scheme=table)


def measured(table: pd.DataFrame, rows: pd.DataFrame | None = None, quarter: Quarter = LAST) -> pd.DataFrame:
    parts = development.rows(known(table), quarter, found() if rows is None else rows)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def index(rows: pd.DataFrame, year: str, definition: str = "expert", cls: str = "") -> dict[str, float]:
    mine = rows[(rows["indicator"] == "development_index") & (rows["definition_id"] == definition)]
    mine = mine[(mine["period"] == year) & (mine["class"] == cls)]
    return dict(zip(mine["region"], mine["value"], strict=True))


def test_posts_and_weights_are_those_of_the_base_year() -> None:
    rows = measured(scheme())
    assert index(rows, "2021") == pytest.approx(
        {"419901": 0, "419902": 70, "419903": 60 + 20, "419900": 0.3 * 50 + 0.3 * 50 + 0.4 * 50}
    )
    later = index(rows, "2022")
    # Beyond the posts of 2021 nothing is gained: 0.3 counts as 0.2, 0.08 as 0.06.
    assert later["419903"] == pytest.approx(60 + 0.4 * 75)
    assert index(rows, "2022", cls="B")["419901"] == pytest.approx(50)
    weights = rows[(rows["indicator"] == "development_weight") & (rows["class"] == "A1")]
    assert set(weights["period"]) == {"2021"}
    assert dict(zip(weights["definition_id"], weights["value"], strict=True))["expert"] == pytest.approx(0.3)
    entropy = rows[(rows["indicator"] == "development_weight") & (rows["definition_id"] == "entropy")]
    assert entropy[entropy["class"].isin(["A1", "A2", "B"])]["value"].sum() == pytest.approx(1)


def test_ranks_come_with_their_range_and_what_moves_them() -> None:
    rows = measured(scheme())
    low, high = (
        rows[rows["indicator"] == f"development_rank_{end}"].set_index("region")["value"] for end in ("low", "high")
    )
    assert (low <= high).all()
    assert set(low.index) == set(COUNTIES)
    shares = rows[rows["indicator"] == "development_sensitivity"]
    assert set(shares["class"]) == {"A", "A1", "A2", "B", "aggregation"}
    assert set(rows[rows["indicator"] == "development_rank_agreement"]["period"]) == {"2021", "2022"}


def test_a_year_is_measured_when_all_of_it_is_known() -> None:
    rows = found()
    early = rows[~((rows["indicator"] == "digital_penetration") & (rows["period"] == "2022"))]
    assert set(measured(scheme(), early)["period"]) == {"2021"}
    assert measured(scheme(), rows, Quarter(2020, 4)).empty
    assert measured(scheme().iloc[:0]).empty


def test_a_new_base_year_is_another_index() -> None:
    both = pd.concat([scheme(), scheme(base_year=2022, document="示例2号")])
    rows = measured(both)
    base = rows[rows["indicator"] == "development_base_year"]
    assert dict(zip(base["period"], base["value"], strict=True)) == {"2021": 2021, "2022": 2022}
    assert index(rows, "2022")["419903"] == pytest.approx(100)


def test_the_scheme_received_last_holds_as_a_whole() -> None:
    late = scheme({"A": {"weight": 1.0}}, known_from=LATE)
    late = late[late["code"] != "B"]
    rows = measured(pd.concat([scheme(), late]))
    assert index(rows, "2021")["419902"] == pytest.approx(50)


def test_a_verified_figure_takes_the_place_of_the_preliminary_one() -> None:
    rows = found()
    final = rows[rows["indicator"] == "core_share_gdp"].assign(vintage="final", value=0.06)
    final = final[(final["period"] == "2022Q4") & (final["region"] == "419901")]
    assert index(measured(scheme(), pd.concat([rows, final])), "2022", cls="A2")["419901"] == pytest.approx(100)


@pytest.mark.parametrize(
    ("changed", "where", "zh", "en"),
    [
        ({"B": {"weight": 0.3}}, "D", "合计为 0.9", "sum to 0.9"),
        ({"A": {"weight": None}, "B": {"weight": 1.0}}, "A", "没有填权重", "has no weight"),
        ({"A1": {"low": 0.2, "high": 0.0}}, "A1", "下限值应小于上限值", "low < high"),
        ({"A1": {"high": None}}, "A1", "同填或同空", "both or none"),
        ({"A1": {"indicator": "happiness"}}, "A1", "指标目录中没有 happiness", "catalogue lacks"),
        ({"A1": {"definition_id": "guess"}}, "A1", "core_growth/guess", "catalogue lacks"),
        ({"A1": {"span": "annual", "price_basis": "none"}}, "A1", "时期类型或价格", "span or price"),
        ({"A": {"document": "示例9号"}}, "document", "一个文号", "one document"),
        ({"A1": {"direction": 0}}, "", "direction", "direction"),
    ],
)
def test_a_scheme_that_does_not_hold_is_refused(changed: dict[str, Any], where: str, zh: str, en: str) -> None:
    with pytest.raises(InputError) as refused:
        measured(scheme(changed))
    if where:
        assert refused.value.where == f"index_scheme 2021 {where}"
        assert zh in refused.value.zh
        assert en in refused.value.en


def without(rows: pd.DataFrame, year: str, *regions: str) -> pd.DataFrame:
    """The rows less the shares of some regions in a year."""
    share = (rows["indicator"] == "core_share_gdp") & (rows["period"] == f"{year}Q4")
    return rows[~(share & rows["region"].isin(regions))]


def test_a_county_that_lacks_an_indicator_has_no_index_that_year() -> None:
    rows = measured(scheme(), without(found(), "2022", "419902"))
    whole = measured(scheme())
    assert set(index(rows, "2022")) == {"419901", "419903", small.PLACE}
    assert index(rows, "2022") == {code: value for code, value in index(whole, "2022").items() if code != "419902"}
    assert index(rows, "2021") == index(whole, "2021")
    ranked = rows[rows["indicator"].str.startswith("development_rank_")]
    assert "419902" not in set(ranked["region"])


def test_a_county_without_an_index_in_the_base_year_does_not_shape_the_scales() -> None:
    rows = measured(scheme(), without(found(), "2021", "419903"))
    # Shares of 2 and 4 %, rates of 0.2 and 0.6: those of the two that are left; beyond them nothing is gained.
    assert index(rows, "2021") == pytest.approx({"419901": 0, "419902": 85, small.PLACE: 0.3 * 50 + 0.3 * 100 + 20})
    assert index(rows, "2022")["419903"] == pytest.approx(30 + 30 + 0.4 * 75)


@pytest.mark.parametrize(
    ("regions", "zh", "en"),
    [
        ((small.PLACE,), "2022 年缺少 419900 的数", "419900 in 2022, 1 in all"),
        (COUNTIES, "2022 年缺少 419901、419902、419903 的数", "419903 in 2022, 3 in all"),
    ],
)
def test_a_place_or_all_counties_without_an_indicator_are_named(regions: tuple[str, ...], zh: str, en: str) -> None:
    with pytest.raises(InputError, match=zh) as refused:
        measured(scheme(), without(found(), "2022", *regions))
    assert "A2" in str(refused.value.where)
    assert en in refused.value.en


def test_two_publishers_of_one_number_are_not_chosen_between() -> None:
    rows = found()
    theirs = rows[rows["indicator"] == "core_share_gdp"].assign(authority="甲机构")
    others = rows[rows["indicator"] != "core_share_gdp"]
    with pytest.raises(InputError, match="几个机构"):
        measured(scheme(), pd.concat([others, theirs, theirs.assign(authority="乙机构")]))
    assert len(measured(scheme(), pd.concat([rows, theirs])))


def test_a_base_year_without_figures_is_refused() -> None:
    with pytest.raises(InputError, match="基年 2020"):
        measured(scheme(base_year=2020))


def test_without_figures_there_is_no_cycle() -> None:
    rows = found()
    assert cycle.rows(known(scheme()), rows.iloc[:0]) == []
    assert cycle.rows(known(scheme()), rows) == []


def test_the_limits_of_the_lights_are_documented_and_rise() -> None:
    table = components()
    steps = table[["light_blue", "green", "yellow", "red"]].astype("float64")
    assert (steps.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert table["why"].str.len().min() > 5
