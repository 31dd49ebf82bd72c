"""The table macros of a release: the same answers under English and Chinese names; a change is what it says."""

from __future__ import annotations

from typing import Any

import pytest

from classification.errors import InputError
from pipelines.release import snapshot
from pipelines.release.read import DATABASE, query
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made


def _ask(made: Made, sql: str) -> list[dict[str, Any]]:
    answer = query(made.workspace, sql)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def test_a_series_is_the_newest_observations_of_one_place_and_class(city: Made) -> None:
    found = _ask(city, "FROM series('core_value_added')")
    span, place = "span = 'cumulative'", f"region = '{stand_in.PLACE}' AND class = 'core'"
    held = f"SELECT period, shown FROM v_newest WHERE indicator = 'core_value_added' AND {span} AND {place} ORDER BY 1"
    assert [(row["period"], row["shown"]) for row in found] == query(city.workspace, held).rows
    assert len(found) == 12
    assert {row["region_zh"] for row in found} == {"示范市"}


@pytest.mark.parametrize(("code", "name"), [
    ("FROM series('core_growth', '419901', '01', 'quarter')",
     "FROM series('核心产业增加值同比增速', area := '甲区', cls := '数字产品制造业', kind := '当季')"),
    ("FROM latest('core_growth', cls := '01')", "FROM latest('核心产业增加值同比增速', '数字产品制造业', '累计')"),
    ("SELECT shown, year_before, change_pct FROM yoy('revenue', cls := '01')",
     "SELECT 本期, 上年同期, 变动_百分比 FROM 同比('营业收入', 类别 := '数字产品制造业')"),
    ("SELECT period, shown FROM series('firms')", "SELECT 时期, 数值 FROM 序列('firms')"),
    ("SELECT region_zh, shown FROM latest('core_pull')", "SELECT 地区, 数值 FROM 最新('core_pull')"),
])  # fmt: skip
def test_names_do_as_well_as_codes(city: Made, code: str, name: str) -> None:
    rows = query(city.workspace, code).rows
    assert rows
    assert query(city.workspace, name).rows == rows


def test_the_latest_of_every_place(city: Made) -> None:
    found = _ask(city, "FROM latest('core_growth')")
    assert {row["period"] for row in found} == {str(stand_in.LAST)}
    assert [row["region"] for row in found] == [stand_in.PLACE, *stand_in.COUNTIES]


def test_a_change_over_a_year_is_percent_or_points(city: Made) -> None:
    values = {row["period"]: row["shown"] for row in _ask(city, "FROM series('core_value_added')")}
    changes = _ask(city, "FROM yoy('core_value_added')")
    assert [row["period"] for row in changes] == [period for period in values if not period.startswith("2021")]
    for row in changes:
        before = values[f"{int(row['period'][:4]) - 1}{row['period'][4:]}"]
        assert row["year_before"] == before
        assert row["change_pct"] == pytest.approx((row["shown"] / before - 1) * 100, abs=1e-7)
        assert row["change_points"] is None
    shares = _ask(city, "FROM yoy('core_share_gdp')")
    # The stand-in's share grows by 0.09 points every year.
    assert {row["change_pct"] for row in shares} == {None}
    assert [row["change_points"] for row in shares] == pytest.approx([0.09] * 8)


def test_a_year_is_compared_with_the_year_before(nation: Made) -> None:
    assert query(nation.workspace, "SELECT count(*) FROM series('gdp', cls := '', kind := '年度')").rows == [(1,)]
    assert query(nation.workspace, "SELECT count(*) FROM yoy('gdp', cls := '', kind := 'annual')").rows == [(0,)]


def test_an_unknown_parameter_is_refused(city: Made) -> None:
    with pytest.raises(InputError, match="查询未能执行"):
        query(city.workspace, "FROM series('core_value_added', place := '甲区')")


def test_macros_are_described_in_the_dictionary(city: Made) -> None:
    macros = snapshot.macros_of(city.folder / DATABASE)
    assert [macro.name for macro in macros] == ["latest", "series", "yoy", "同比", "序列", "最新"]
    page = (city.folder / "dictionary.html").read_text(encoding="utf-8")
    for macro in macros:
        assert macro.text
        assert f"<code>{macro.name}</code>" in page


def test_the_example_of_each_macro_runs(city: Made) -> None:
    for macro in snapshot.macros_of(city.folder / DATABASE):
        assert query(city.workspace, macro.text.partition("例：")[2]).rows, macro.name
