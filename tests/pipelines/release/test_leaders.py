"""The leaders' page: what the rules find, in which order, and that nothing is filled up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from indicators.catalogue import catalogue
from indicators.observation import observations
from pipelines.release import leaders as module
from pipelines.release.dictionary import release_contracts
from pipelines.release.figures import Figures
from pipelines.release.leaders import SEVERITIES, Leaders, leaders, rules
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made, figures_of
from tests.pipelines.release.test_report import ISSUE
from tests.pipelines.release.test_warnings import signal


def _with(city: Made, indicator: str, value: float, period: str = "2023Q4", **place: str) -> Figures:
    """The city's figures, one kind of observation of one place set to a value."""
    tables = stand_in.city_tables()
    rows = tables["observation"]
    where = {"indicator": indicator, "period": period, "span": "cumulative", "region": stand_in.PLACE, "class": "core"}
    hit = pa.array([True] * len(rows))
    for name, wanted in (where | place).items():
        hit = pc.and_(hit, pc.equal(rows[name], wanted))
    assert pc.any(hit).as_py()
    at = rows.column_names.index("value")
    changed = rows.set_column(at, "value", pc.if_else(hit, value, rows["value"]))
    return figures_of(city.workspace, tables | {"observation": changed})


def _said(page: Leaders) -> list[str]:
    return [finding.text for finding in (*page.problems, *page.exceptions)]


def test_every_rule_is_of_the_catalogue_and_says_where_it_comes_from() -> None:
    known = set(catalogue()["id"])
    assert len({rule.rule for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule.indicator in known or (rule.scope == "signal" and not rule.indicator)
        assert rule.kind in {"problem", "exception"}
        assert rule.severity in SEVERITIES
        assert rule.scope in {"whole", "division", "group", "county", "class", "signal", "revised"}
        assert rule.measure in {"level", "year", "relative", "quarter", "gdp", "schedule", "before"}
        assert rule.side in {"below", "above", "beyond"}
        assert rule.threshold
        assert rule.limit
        assert rule.source
        assert rule.sentence.format(name="甲", now="1", size="1", share="1", before="上半年", was="2")


def _without_ledgers() -> dict[str, pa.Table]:
    tables = stand_in.city_tables()
    rows = tables["observation"]
    return tables | {"observation": rows.filter(pc.not_equal(rows["definition_id"], "ledger"))}


def test_three_problems_and_the_exceptions_there_are_the_gravest_first(city: Made) -> None:
    page = leaders(city.figures, ISSUE)
    assert [key.label for key in page.keys] == ["核心产业增加值", "当季核心产业增加值", "占GDP比重"]
    assert [finding.text for finding in page.problems] == [
        "3个重点项目亮红灯（警告）",
        "重点项目完成投资占年度计划的比重低于时间进度18.5个百分点",
        "核心产业增加值同比增长5.3%，增速比上年同期回落3.1个百分点",
    ]
    assert page.problems_said == "按规则检查，达到阈值的问题共6项，按严重程度列前3项。"
    assert [finding.text for finding in page.exceptions] == [
        "“三个一批”履约项目开工率75.0%",
    ]
    assert page.exceptions_said == "按规则检查，达到阈值的异常只有1项。"
    assert "项目亮红灯（一级），1个即列" in page.thresholds
    assert "签约项目开工滞后（三级），开工率不高于80%" in page.thresholds


def test_fewer_problems_than_there_is_room_for_are_said_to_be_fewer(city: Made) -> None:
    page = leaders(figures_of(city.workspace, _without_ledgers()), ISSUE)
    assert [finding.rule.rule for finding in page.problems] == ["slower_than_year_ago", "one_division_carries"]
    assert page.problems_said == "按规则检查，达到阈值的问题只有2项。"
    assert page.exceptions == ()
    assert page.exceptions_said == "按规则检查，没有达到阈值的异常。"


def test_a_place_without_a_headline_has_nothing(nation: Made) -> None:
    page = leaders(nation.figures, ISSUE)
    assert page.problems_said == "按规则检查，没有达到阈值的问题。"
    assert page.thresholds == ""


@pytest.mark.parametrize(
    ("indicator", "value", "place", "said"),
    [
        ("core_growth", 0.021, {"price_basis": "constant"}, "核心产业增加值同比增长2.1%，低于GDP增速2.9个百分点"),
        ("core_share_gdp", 0.03, {}, "占GDP比重3.0%，比上年同期下降0.9个百分点"),
        (
            "core_growth",
            -0.121,
            {"class": "0102"},
            "通讯及雷达设备制造增加值同比下降12.1%，占核心产业的8.0%",
        ),
        ("core_growth", 0.31, {"region": "419902"}, "乙区增加值同比增长31.0%，占全市的16.4%，增速偏高，宜核实"),
        ("firms", 200.0, {}, "规模以上核心产业企业200家，比上年同期减少13.8%"),
    ],
)
def test_rules_find_what_they_are_for(
    city: Made, indicator: str, value: float, place: dict[str, str], said: str
) -> None:
    assert any(text.endswith(said) for text in _said(leaders(_with(city, indicator, value, **place), ISSUE)))


def _revision(indicator: str, definition: str, previous: float, now: float) -> dict[str, Any]:
    text: dict[str, Any] = {column.name: "" for column in release_contracts()["revision"].columns}
    growth = indicator == "core_growth"
    return text | {
        "indicator": indicator, "definition_id": definition, "period": "2023Q3", "span": "cumulative",
        "region": stand_in.PLACE, "class": "core", "price_basis": "constant" if growth else "current",
        "base": "comparable" if growth else "none", "previous_vintage": "preliminary", "vintage": "preliminary",
        "previous_as_of": dt.date(2023, 10, 20), "as_of": stand_in.AS_OF, "previous_value": previous, "value": now,
        "step": 1, "cause": "revised", "cause_zh": "报表更正", "effect": now - previous,
        "unit": "比率" if growth else "元",
    }  # fmt: skip


def _table(name: str, *rows: dict[str, Any]) -> dict[str, pa.Table]:
    return {name: pa.Table.from_pylist(list(rows), schema=release_contracts()[name].schema)}


def _also(*rows: dict[str, Any]) -> dict[str, pa.Table]:
    there = _without_ledgers()["observation"].to_pylist()
    return {"observation": pa.Table.from_pylist([*there, *observations(list(rows)).to_dict("records")],
                                                schema=release_contracts()["observation"].schema)}  # fmt: skip


def _row(name: str, definition: str, value: float, span: str = "cumulative", **place: str) -> dict[str, Any]:
    return stand_in.row(name, definition, "2023" if span == "annual" else "2023Q4", span, value, **place)


@pytest.mark.parametrize(
    ("given", "rule", "said"),
    [
        (
            _also(_row("target_completion", "department", 0.6, "annual", **{"class": "data_licensed"})),
            "target_behind",
            "公共数据授权运营场景完成年度目标的60.0%，低于时间进度40.0个百分点",
        ),
        (
            _also(_row("industry_revenue_change", "core_part", -0.218, **{"class": "24"})),
            "industry_revenue_falls",
            "文教、工美、体育和娱乐用品制造业（核心产业部分）营业收入同比下降21.8%",
        ),
        (_also(_row("bonds_idle", "ledger", 2)), "bonds_idle", "2个专项债项目资金到位后闲置"),
        (_also(_row("project_start_rate", "ledger", 0.875)), "projects_late_to_start", "应开工的重点项目开工率87.5%"),
        (
            _also(_row("core_units_left", "register", 2, **{"class": "01"})),
            "division_units_leave",
            "数字产品制造业年初以来退库2家",
        ),
        (
            _also(_row("core_units_entered", "register", 4, **{"class": "03"})),
            "units_enter",
            "数字技术应用业年初以来入库4家，增速中新增单位的作用宜核实",
        ),
        (
            _table("signal", *(signal("W05", "trend", "x", cls) for cls in ("0101", "0102", "0103"))),
            "trends_warn",
            "产业、行业层有3条趋势性预警信号待核实",
        ),
        (
            _table("revision", _revision("core_growth", "rate_method", 0.052, 0.046)),
            "growth_revised",
            "2023年前三季度核心产业增加值增速由上次发布的5.2%修订为4.6%",
        ),
        (
            _table("revision", _revision("core_value_added", "rate_method", 68.1e8, 69.0e8)),
            "level_revised",
            "2023年前三季度核心产业增加值由上次发布的68.1亿元修订为69.0亿元",
        ),
        (
            _table("revision", _revision("core_value_added", "benchmarked", 70e8, 69e8)),
            "benchmarked_level_revised",
            "2023年前三季度核心产业增加值（按年度数衔接）由上次发布的70.0亿元修订为69.0亿元",
        ),
    ],
)
def test_rules_on_ledgers_targets_warnings_and_revisions(
    city: Made, given: dict[str, pa.Table], rule: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each alone, so that none hides another; without the rows that it looks at there is nothing to find."""
    monkeypatch.setattr(module, "rules", lambda: tuple(one for one in rules() if one.rule == rule))
    assert _said(leaders(figures_of(city.workspace, _without_ledgers() | given), ISSUE)) == [said]
    assert _said(leaders(figures_of(city.workspace, _without_ledgers()), ISSUE)) == []


def test_a_dismissed_signal_and_a_small_revision_are_no_finding(city: Made) -> None:
    signals = _table("signal", *(signal("W05", "trend", "x", f"010{n}", status="dismissed") for n in (1, 2, 3)))
    small = _table("revision", _revision("core_growth", "rate_method", 0.052, 0.049))
    page = leaders(figures_of(city.workspace, _without_ledgers() | signals | small), ISSUE)
    assert {finding.rule.rule for finding in (*page.problems, *page.exceptions)} == {
        "slower_than_year_ago",
        "one_division_carries",
    }


def test_the_worst_come_first_and_a_place_once(city: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXCEPTIONS", 2)
    lower = [rule for rule in rules() if rule.rule in {"county_falls", "county_drops", "county_soars"}]
    eager = tuple(replace(rule, threshold=rule.threshold / 5) for rule in lower)
    monkeypatch.setattr(module, "rules", lambda: eager)
    page = leaders(city.figures, ISSUE)
    places = [finding.place for finding in page.exceptions]
    assert places == ["癸市", "壬市"]
    assert page.exceptions[0].times >= page.exceptions[1].times
    assert "列前2项" in page.exceptions_said
