from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from indicators.catalogue import indicators
from indicators.measure import published as measured
from indicators.monitored import BESIDE
from indicators.observation import OURS, observations
from pipelines.ingest.published import core_published
from tests.pipelines.ingest.test_small import CITY, DAY, PUBLISHED, raw

PENETRATION = {"indicator": "digital_penetration", "definition_id": "external"}
MONEY = {"indicator": "core_value_added", "definition_id": "published", "price_basis": "现价", "base": "无"}
STAFF = {"indicator": "staff", "definition_id": "above_threshold", "period": "2023Q4", "span": "累计"}
RECORDS = {"indicator": "data_records"}
COVERAGE = {"indicator": "coverage_5g", "unit": "%"}
PULL = {
    "indicator": "core_pull", "definition_id": "rate_method", "period": "2023Q4", "span": "累计",
    "price_basis": "constant", "base": "comparable",
}  # fmt: skip


def made(*changes: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    typed, aside = core_published(raw("published", *(PUBLISHED | change for change in changes)), CITY)
    return typed.to_pylist(), aside.to_pylist()


@pytest.mark.parametrize(
    ("change", "value", "unit", "kept", "kept_unit"),
    [
        (PENETRATION, "11.2", "%", 0.112, "比率"),
        (PENETRATION, "11.2", "％", 0.112, "比率"),
        (PENETRATION, "0.112", "比率", 0.112, "比率"),
        (PULL, "1.2", "百分点", 0.012, "比率"),
        (PULL, "1.2", "个百分点", 0.012, "比率"),
        (MONEY, "25.3", "亿元", 2_530_000_000.0, "元"),
        (MONEY, "5", "万元", 50_000.0, "元"),
        (MONEY, "7", "百万元", 7_000_000.0, "元"),
        (MONEY, "48.4", "万亿元", 4.84e13, "元"),
        (STAFF, "3615.9", "万人", 36_159_000.0, "人"),
        (RECORDS, "3.5", "亿条", 350_000_000.0, "条"),
        ({}, "1,906", "个", 1906.0, "个"),
    ],
)
def test_figures_come_in_the_unit_of_the_catalogue(
    change: dict[str, Any], value: str, unit: str, kept: float, kept_unit: str
) -> None:
    [row], aside = made(change | {"value": value, "unit": unit})
    assert not aside
    assert (row["value"], row["unit"]) == (kept, kept_unit)
    assert (row["class"], row["note"], row["known_from"]) == ("", "", DAY)


@pytest.mark.parametrize(
    ("change", "column", "rule", "reason"),
    [
        ({"indicator": "base_station_5g_new"}, "指标代码", "unknown_indicator", "base_stations_5g_new（新建5G基站）"),
        ({"indicator": "zzzzzz"}, "指标代码", "unknown_indicator", "没有该指标；"),
        (MONEY | {"definition_id": "publish"}, "口径", "unknown_definition", "rate_method、published"),
        ({"unit": "万元"}, "计量单位", "unknown_unit", "以 个 计"),
        (PENETRATION | {"unit": "百分点"}, "计量单位", "unknown_unit", "以 % 计"),
        (PULL | {"unit": "%"}, "计量单位", "unknown_unit", "以 百分点 计"),
        (MONEY | {"unit": "亿美元"}, "计量单位", "unknown_unit", "以 元、亿元 计"),
        (RECORDS | {"unit": "GB"}, "计量单位", "unknown_unit", "以 条、亿条 计"),
        (STAFF | {"unit": "人", "period": "2023", "span": "annual"}, "时期类型", "not_in_catalogue", "cumulative"),
        (MONEY | {"unit": "元", "price_basis": "none"}, "价格", "not_in_catalogue", "current＋none、constant＋none"),
        ({"authority": OURS}, "发布机关", "own_figure", "发布机关"),
        ({"value": "约900"}, "数值", "not_a_number", ""),
        ({"value": "1e99999"}, "数值", "not_a_number", ""),
        ({"indicator": "5G"}, "指标代码", "bad_code", ""),
        ({"period": "2023Q4"}, "时期", "bad_period", ""),
        ({"region": "示范市"}, "地区代码", "bad_code", ""),
        ({"vintage": "new"}, "版次", "unknown_word", ""),
        ({"authority": " "}, "发布机关", "missing", ""),
        ({"value": "-1"}, "数值", "range", "100%"),
        (COVERAGE | {"value": "100.1"}, "数值", "range", "100%"),
        (COVERAGE | {"value": "90", "target": "101"}, "年度目标", "range", "100%"),
        ({"target": "0"}, "年度目标", "range", "留空"),
        ({"rank": "0"}, "全省位次", "range", "正整数"),
        ({"rank": "2.5"}, "全省位次", "range", "正整数"),
        (MONEY | {"unit": "元", "target": "5"}, "年度目标", "not_in_catalogue", "department"),
        (PENETRATION | {"unit": "%", "rank": "5"}, "全省位次", "not_in_catalogue", "department"),
        ({"indicator": "target_completion"}, "指标代码", "not_in_catalogue", "完成率由系统计算"),
    ],
)
def test_what_the_catalogue_does_not_hold_is_set_aside(
    change: dict[str, Any], column: str, rule: str, reason: str
) -> None:
    rows, [aside] = made({}, change)
    assert len(rows) == 1
    assert (aside["row_id"], aside["form"], aside["column"], aside["rule"]) == ("r1", "WB01", column, rule)
    assert reason in aside["reason_zh"]
    assert aside["reason_en"]


def test_a_row_let_in_can_be_released() -> None:
    # Every definition of the catalogue in every form, given in its display unit: what is let in here is what the
    # measure passes on unchanged and the check of observations accepts.
    spans = {"quarter": "2023Q4", "cumulative": "2023Q4", "annual": "2023"}
    rows = [
        {
            "indicator": entry.id, "definition_id": entry.definition_id, "unit": entry.display_unit, "value": "0.5",
            "span": span, "period": spans[span], "price_basis": price, "base": base,
        }
        for entry in indicators().values() if entry.id not in BESIDE
        for span in entry.spans for price, base in entry.forms
    ]  # fmt: skip
    typed, aside = core_published(raw("published", *(PUBLISHED | row for row in rows)), CITY)
    conflicts = [row for row in aside.to_pylist() if row["rule"] != "conflict"]
    assert not conflicts
    frame = typed.to_pandas()
    units = [indicators()[key].unit for key in zip(frame["indicator"], frame["definition_id"], strict=True)]
    assert list(frame["unit"]) == units
    stored = [measured._stored(*cell) for cell in zip(frame["value"], frame["unit"], units, strict=True)]
    assert stored == list(zip(frame["value"], frame["unit"], strict=True))
    checked = observations(frame.assign(as_of=pd.Timestamp(DAY), release_level="L1"))
    assert len(checked) == len(frame)


def test_only_a_rate_of_another_body_may_have_an_assumed_year() -> None:
    rows, aside = made(PENETRATION | {"unit": "%", "assumed": "是"}, {"assumed": "是"}, {"assumed": "否"})
    assert {(row["definition_id"], row["assumed"]) for row in rows} == {("external", True), ("department", False)}
    assert [(line["column"], line["rule"]) for line in aside] == [("时期为推定", "not_in_catalogue")]


def test_target_and_rank_come_beside_their_figure_in_its_unit() -> None:
    [plain], _ = made({})
    assert (plain["target"], plain["rank"]) == (None, None)
    [row], aside = made(RECORDS | {"value": "24.4", "unit": "亿条", "target": "30", "rank": "5"})
    assert not aside
    assert (row["target"], row["rank"]) == (3e9, 5)


STOCK, FLOW, LIST = ({"indicator": name} for name in ("base_stations_5g_total", "base_stations_5g_new", "ledger_firms"))


@pytest.mark.parametrize(
    ("series", "first", "then", "more", "fallen"),
    [
        (STOCK, "2022", "2023", {}, True),
        (STOCK, "2022", "2023", {"note": "拆除老旧站点"}, False),
        (STOCK, "2022", "2023", {"authority": "另一部门"}, False),
        (LIST, "2022", "2023", {}, False),
        (FLOW, "2022", "2023", {}, False),
        (FLOW | {"span": "累计"}, "2023Q1", "2023Q2", {}, True),
        (FLOW | {"span": "累计"}, "2022Q4", "2023Q1", {}, False),
        (FLOW | {"span": "当季"}, "2023Q1", "2023Q2", {}, False),
    ],
)
def test_what_only_grows_and_fell_is_set_aside(
    series: dict[str, Any], first: str, then: str, more: dict[str, Any], fallen: bool
) -> None:
    higher, lower = series | {"period": first, "value": "900"}, series | {"period": then, "value": "899"} | more
    for rows in ([higher, lower], [lower, higher]):
        kept, aside = made(*rows)
        assert [row["rule"] for row in aside] == ["fallen"] * fallen
        assert [row["period"] for row in kept] == [first] if fallen else len(kept) == 2
        if fallen:
            assert first in aside[0]["reason_zh"]


def test_a_fall_is_judged_by_what_was_known_then() -> None:
    early = STOCK | {"period": "2022", "value": "900"}
    later = {"period": "2023", "value": "850", "received_at": dt.date(2024, 5, 1)}
    put_right = early | {"value": "800", "received_at": dt.date(2024, 4, 1)}
    kept, aside = made(early, put_right, STOCK | later)
    assert not aside
    assert len(kept) == 3
    kept, aside = made(early, put_right | {"received_at": dt.date(2024, 6, 1)}, STOCK | later)
    assert [row["rule"] for row in aside] == ["fallen"]
