"""Tables of structure, and of penetration by section: every cell is an observation; what is not there has no sheet."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from indicators.observation import observations
from pipelines.release import sentences, structure, tables
from pipelines.release.figures import Figures, Span
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made, figures_of

YEAR = Span("cumulative", "2023Q4")
COUNTY = next(iter(stand_in.COUNTIES))


def row(name: str, definition: str, value: float, cls: str, **more: str) -> dict:
    span = more.pop("span", "cumulative")
    period = "2023Q4" if span == "cumulative" else "2022"
    return stand_in.row(name, definition, period, span, value, **{"class": cls, "status": "P"}, **more)


ROWS = [
    row("industry_firms", "core_part", 12, "39"),
    row("industry_labour_productivity", "core_part", 151_234.4, "39"),
    row("core_hhi", "value_added", 0.0832, "core"),
    row("core_growth_but1", "rate_method", 0.031, "core"),
    row("core_rd_intensity", "reported", 0.0312, "core", span="annual"),
    row("core_location_quotient", "value_added", 1.235, "01", region=COUNTY),
    row("size_firms", "nbs_2017", 4, "large", span="annual"),
    row("core_units_registered", "register", 228, "core"),
    row("core_units_entered", "register", 0, "core"),
    row("digital_penetration", "efficiency_va", 0.07, "C"),
    row("digital_penetration", "io_direct", 0.0669, "C", span="annual"),
    row("digital_penetration", "growth_accounting", 0.042, "industry", span="annual", price_basis="constant"),
    row("digital_penetration", "external", 0.112, "industry", span="annual", authority="某研究机构"),
    row("assumed_period", "external", 2022, "industry", span="annual", authority="某研究机构"),
    *(
        row(name, "growth_accounting", value, "industry", span="annual")
        for name, value in (
            ("ict_base_year", 2015), ("ict_net_return", 0.05), ("ict_depreciation", 0.3), ("ict_initial_rate", 0.12),
        )
    ),
]  # fmt: skip


def figures(tmp_path: Path, rows: list[dict] = ROWS) -> Figures:
    table = pa.Table.from_pandas(observations(rows), preserve_index=False)
    return figures_of(stand_in.city_workspace(tmp_path), stand_in.small_tables() | {"observation": table})


LARGEST = {"core_hhi", "core_growth_but1"}


CORE_ROW = {"class": "core"}


def labels(table: tables.Table | None) -> list[str]:
    assert table is not None
    return [line.label for line in table.rows]


def test_tables_hold_what_there_is(tmp_path: Path) -> None:
    f = figures(tmp_path)
    assert labels(structure.industries(f, YEAR)) == ["39 计算机、通信和其他电子设备制造业"]
    told = structure.concentration(f, YEAR)
    assert labels(told) == ["数字经济核心产业"]
    assert told is not None
    assert told.head[-1] == "研发投入强度（2022年）"
    assert "L2" in told.notes[0]
    assert labels(structure.quotients(f, YEAR)) == ["甲区"]
    assert labels(structure.sizes(f)) == ["大型企业"]
    assert labels(structure.population(f, YEAR)) == ["数字经济核心产业"]
    assert labels(tables.penetration_sections(f)) == ["C 制造业"]


def test_a_copy_without_the_largest_firms_does_not_speak_of_them(tmp_path: Path) -> None:
    told = structure.concentration(figures(tmp_path, [r for r in ROWS if r["indicator"] not in LARGEST]), YEAR)
    assert told is not None
    assert (told.title, told.unit) == ("研发投入强度（2022年）", "单位：%")
    assert not any("不得外传" in note for note in told.notes)
    with_margin = [stand_in.row("core_profit_margin", "above_threshold", YEAR.period, "cumulative", 0.05, **CORE_ROW)]
    told = structure.concentration(figures(tmp_path, [*ROWS, *with_margin]), YEAR)
    assert told is not None
    assert told.title == "集中度与效率"
    only = structure.concentration(figures(tmp_path, [r for r in ROWS if r["indicator"] != "core_rd_intensity"]), YEAR)
    assert only is not None
    assert only.title == "集中度"
    assert only.notes[0].startswith("可推出单户情况")


def test_nothing_is_shown_of_a_release_without_structure(city: Made) -> None:
    f = city.figures
    assert structure.industries(f, YEAR) is None
    assert structure.concentration(f, YEAR) is None
    assert structure.quotients(f, YEAR) is None
    assert structure.sizes(f) is None
    assert structure.population(f, YEAR) is None
    assert tables.penetration_sections(f) is None


def test_penetration_says_words_settings_and_warns_beside_another_body(tmp_path: Path) -> None:
    f = figures(tmp_path)
    table = tables.penetration(f)
    assert table is not None
    periods = {figure.definition: line.cells[1] for line in table.rows for figure in line.cells[:1] if figure}
    assert periods["external"] == "2022年（推定）"
    assert periods["growth_accounting"] == "2022年"
    assert any("工业：基年2015年，净收益率5.0%，折旧率30.0%，首年以前投资增速12.0%。" in note for note in table.notes)
    said = sentences.of_penetration(f, table.figures)
    assert "所列年份为推定" in said[-1]
    assert "不可比较" in said[-1]
    ours = [figure for figure in table.figures if figure.definition != "external"]
    assert not any("不可比较" in text for text in sentences.of_penetration(f, ours))
