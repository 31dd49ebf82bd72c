"""The leaders' page: what the rules find, in which order, and that nothing is filled up."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from indicators.catalogue import catalogue
from pipelines.release import leaders as module
from pipelines.release.figures import Figures
from pipelines.release.leaders import Leaders, leaders, rules
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made, figures_of
from tests.pipelines.release.test_report import ISSUE


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
        assert rule.indicator in known
        assert (rule.kind, rule.scope, rule.measure, rule.side) in {
            (kind, scope, measure, side)
            for kind in ("problem", "exception")
            for scope in ("whole", "division", "group", "county")
            for measure in ("level", "year", "quarter", "gdp")
            for side in ("below", "above")
        }
        assert rule.threshold
        assert rule.limit
        assert rule.source
        assert rule.sentence.format(name="甲", now="1", size="1", share="1", before="上半年")


def test_fewer_problems_than_there_is_room_for_are_said_to_be_fewer(city: Made) -> None:
    page = leaders(city.figures, ISSUE)
    assert [key.label for key in page.keys] == ["核心产业增加值", "当季核心产业增加值", "占GDP比重"]
    assert [finding.rule.rule for finding in page.problems] == ["slower_than_year_ago", "one_division_carries"]
    assert page.problems[0].text == "核心产业增加值同比增长5.3%，增速比上年同期回落3.1个百分点"
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
            "通讯及雷达设备制造增加值同比下降12.1%，增速比前三季度回落18.3个百分点",
        ),
        ("core_growth", 0.31, {"region": "419902"}, "乙区增加值同比增长31.0%，占全市的16.4%，增速偏高，宜核实"),
        ("firms", 200.0, {}, "规模以上核心产业企业200家，比上年同期减少32家"),
    ],
)
def test_rules_find_what_they_are_for(
    city: Made, indicator: str, value: float, place: dict[str, str], said: str
) -> None:
    assert any(text.endswith(said) for text in _said(leaders(_with(city, indicator, value, **place), ISSUE)))


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
