"""T8–T12: what stands on the task force's lists, lights by county, exceptions alone; no ledger, no section."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipelines.release import bulletin, charts, five_lists
from pipelines.release.display import shown
from pipelines.release.gate import gated
from pipelines.release.tables import Table
from tests.pipelines.release.conftest import Made
from tests.pipelines.release.stand_in import LAST, LEDGERS, row
from tests.pipelines.release.test_monitored import figures

NOW = {"period": "2023Q4", "span": "cumulative"}
LEFT = {"project_investment_planned", "project_investment_done", "bond_arrived", "bond_spent", "park_tenants"}


def said(table: Table | None) -> dict[str, list[str]]:
    assert table is not None
    return {line.label: [shown(cell).text for cell in line.cells] for line in table.rows}


def lit(county: str = "", **lights: int) -> list[dict[str, Any]]:
    place = {"region": county} if county else {}
    return [
        *(row("project_lights", "ledger", **NOW, value=number, **place, **{"class": light})
          for light, number in lights.items()),
        row("ledger_projects", "ledger", **NOW, value=sum(lights.values()), **place),
    ]  # fmt: skip


def test_each_list_stands_beside_the_quarter_before(city: Made) -> None:
    projects = said(five_lists.of_list(city.figures, "T9"))
    assert projects["■警告"] == ["个", "3", "3"]
    assert projects["重点项目本年完成投资"] == ["亿元", "130.4", "130.4"]
    assert projects["年度计划投资完成率与时间进度之差"] == ["百分点", "−18.5", "6.5"]
    assert said(five_lists.of_list(city.figures, "T10"))["投产项目达效率"] == ["%", "33.3", "33.3"]
    assert said(five_lists.of_list(city.figures, "T11"))["资金闲置的专项债项目"] == ["个", "2", "2"]
    assert said(five_lists.of_list(city.figures, "T12"))["重点园区入驻企业"] == ["家", "1,180", "1,180"]


def test_a_county_without_an_entry_has_no_row(city: Made) -> None:
    by_list = said(five_lists.lists_by_county(city.figures))
    assert list(by_list) == ["示范市", "甲区", "乙区", "丙区", "戊县"]
    assert by_list["示范市"] == ["38", "24", "15", "8", "7"]
    assert said(five_lists.lights_by_county(city.figures))["乙区"] == ["2", "1", "1", "3", "90.0"]


def test_the_first_quarter_with_ledgers_stands_alone() -> None:
    table = five_lists.of_list(figures(*lit(red=1, yellow=0, grey=0, green=2)), "T9")
    assert table is not None
    assert table.head == ("指标", "单位", "本季末")


def test_the_text_tells_exceptions_alone(city: Made) -> None:
    text = "".join(five_lists.of_lists(city.figures))
    assert "占年度计划的81.5%，低于时间进度18.5个百分点；开工率90.0%。" in text
    assert "■警告3个、▲提示3个、○未评1个、●正常17个；■警告项目在甲区1个、乙区2个。" in text
    assert "“三个一批”签约9个，履约率88.9%，开工率75.0%，投产率50.0%，达效率33.3%。" in text
    assert "支出进度65.0%，资金闲置的2个。" in text


def test_what_is_missing_is_not_said() -> None:
    nothing = figures(row("gdp", "accounts", "2023", "annual", 2e11, price_basis="current", base="none"))
    assert five_lists.of_lists(nothing) == []
    assert five_lists.lists_by_county(nothing) is None
    assert five_lists.light_bars(nothing) is None
    assert all(five_lists.of_list(nothing, code) is None for code in ("T9", "T10", "T11", "T12"))
    assert "五张清单" not in {part.title for part in bulletin.sections(nothing)}
    rows = [row(name, "ledger", **NOW, value=value) for name, value in LEDGERS.items() if name not in LEFT]
    some = "".join(five_lists.of_lists(figures(*rows, row("bonds_idle", "ledger", "2023Q3", "cumulative", 1))))
    assert "重点项目开工率90.0%。" in some
    assert not any(word in some for word in ("年度计划", "到位", "入驻", "灯号"))
    idle = [row(name, "ledger", **NOW, value=LEDGERS[name])
            for name in ("bond_arrived", "bond_spent", "bond_spending_rate")]  # fmt: skip
    assert "，没有资金闲置的。" in five_lists.of_lists(figures(*idle, row("bonds_idle", "ledger", **NOW, value=0)))[0]


GREEN = {"grey": 0, "green": 2}


@pytest.mark.parametrize(
    ("one", "other", "title"),
    [
        ({"red": 2, "yellow": 0}, {"red": 1, "yellow": 1}, "3个重点项目为■警告，甲区最多，有2个"),
        ({"red": 1, "yellow": 0}, {"red": 1, "yellow": 1}, "2个重点项目为■警告，分布在2个县（市、区）"),
        ({"red": 0, "yellow": 0}, {"red": 0, "yellow": 1}, "1个重点项目为▲提示，乙区有1个"),
        ({"red": 0, "yellow": 0}, {"red": 0, "yellow": 0}, "没有滞后的重点项目"),
    ],
)
def test_the_title_of_the_chart_is_what_it_shows(one: dict[str, int], other: dict[str, int], title: str) -> None:
    both = {light: number + other[light] for light, number in one.items()} | {"grey": 0, "green": 4}
    f = figures(*lit(**both), *lit("419901", **one, **GREEN), *lit("419902", **other, **GREEN))
    exhibit = five_lists.light_bars(f)
    assert exhibit is not None
    assert exhibit.title == title
    assert f"甲区{'■' + str(one['red']) if one['red'] else '●2'}" in exhibit.drawings[0].alt
    assert "■0" not in exhibit.drawings[0].wide


def test_a_red_project_of_the_city_itself_is_in_no_county() -> None:
    f = figures(*lit(red=1, yellow=0, **GREEN), *(r for c in ("419901", "419902") for r in lit(c, red=0, green=1)))
    exhibit = five_lists.light_bars(f)
    assert exhibit is not None
    assert exhibit.title == "1个重点项目为■警告"


def test_a_single_county_is_not_drawn_and_its_table_stands_by_itself() -> None:
    f = figures(*lit(red=1, green=2), *lit("419901", red=1, green=2))
    assert five_lists.light_bars(f) is None
    section = next(part for part in bulletin.sections(f) if part.title == "五张清单")
    assert [table.code for table in section.tables] == ["T8", "T9b", "T9"]


def test_a_label_wider_than_its_part_is_left_out() -> None:
    many = {"name": "甲区", "start": 0, "end": 99, "label": "●99", "colour": charts.LIGHTS["green"], "cited": ""}
    one = many | {"start": 99, "end": 100, "label": "○1", "colour": charts.LIGHTS["grey"]}
    drawing = charts.drawing("lights", "", charts.parts([many, one]))
    assert "●99" in drawing.wide
    assert "○1" not in drawing.wide


def test_a_copy_whose_catalogue_knows_no_ledger_has_no_list() -> None:
    """A copy that leaves the house holds the catalogue of what is in it alone."""
    nothing = replace(figures(row("gdp", "accounts", "2023", "annual", 2e11)), catalogue={})
    assert five_lists.lists_by_county(nothing) is None
    assert five_lists.lights_by_county(nothing) is None
    assert five_lists.of_list(nothing, "T9") is None


def test_no_figure_of_a_list_passes_to_the_public(city: Made) -> None:
    told = [one for one in city.figures.everything() if one.definition == "ledger"]
    assert {one.release_level for one in told} == {"L1"}
    assert not {(one.indicator, one.definition) for one in told} & set(gated())


def test_another_quarters_lists_are_not_shown() -> None:
    old = figures(row("ledger_firms", "ledger", "2023Q3", "cumulative", 38), quarter=LAST)
    assert five_lists.of_lists(old) == []
