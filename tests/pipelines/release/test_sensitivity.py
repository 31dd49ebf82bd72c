"""Which coefficient matters most: table, chart and sentence say the same, in the same order."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pyarrow as pa

from indicators.observation import observations
from pipelines.release import bulletin, estimates, sensitivity
from pipelines.release.figures import Figures, Span
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made, figures_of

YEAR = Span("cumulative", "2023Q4")


def without(tmp_path: Path, *classes: str) -> Figures:
    kept = [
        row
        for row in stand_in.city_observations().to_pylist()
        if row["indicator"] != "core_coefficient_effect" or row["class"] not in classes
    ]
    table = pa.Table.from_pandas(observations(kept), preserve_index=False)
    return figures_of(stand_in.city_workspace(tmp_path), stand_in.city_tables() | {"observation": table})


def test_the_class_that_matters_most_stands_on_top(city: Made) -> None:
    table = sensitivity.effects(city.figures, YEAR)
    assert table is not None
    assert [row.label[:4] for row in table.rows] == ["6429", "7320", "4910"]
    assert table.rows[0].label == "6429 互联网其他信息服务"
    minus, plus, width = table.rows[2].cells
    core = city.figures.get("core_value_added", "rate_method", YEAR, cls="core")
    assert core is not None
    assert (minus.value, plus.value) == (-0.4e8, 0.9e8)  # type: ignore[union-attr]
    assert width.value == 1.3e8 / core.value  # type: ignore[union-attr]


def test_the_chart_draws_both_sides_of_every_class(city: Made) -> None:
    exhibit = sensitivity.tornado(city.figures, YEAR)
    assert exhibit is not None
    assert "互联网其他信息服务" in exhibit.title
    assert "3.20亿元" in exhibit.title
    for drawing in (exhibit.drawings[0].wide, exhibit.drawings[0].narrow):
        for label in ("−3.20／+3.20", "−1.50／+1.50", "−0.40／+0.90"):
            assert label in drawing


def test_one_class_alone_is_a_table_and_none_is_nothing(tmp_path: Path) -> None:
    one = without(tmp_path, "6429", "7320")
    assert sensitivity.tornado(one, YEAR) is None
    section = next(section for section in bulletin.sections(one) if section.title == "系数敏感性")
    assert [table.code for table in section.tables] == ["T1附2"]
    assert sensitivity.effects(without(tmp_path, *stand_in.EFFECTS), YEAR) is None


def test_the_sentence_gives_both_intervals(city: Made) -> None:
    (text,) = sensitivity.of_sensitivity(city.figures, YEAR)
    assert "90.1—94.4亿元" in text
    assert "88.0—96.5亿元" in text
    assert "8.3%" in text


def test_the_workbook_has_the_table_and_its_chart(city: Made) -> None:
    book = openpyxl.load_workbook(city.folder / "workbook.xlsx")
    assert book["系数敏感性"]["A5"].value == "6429 互联网其他信息服务"


def test_a_year_that_is_not_closed_is_named(tmp_path: Path) -> None:
    rows = stand_in.city_observations().to_pylist()
    rows += [
        stand_in.row("annual_coverage", "revenue", year, "annual", value, **{"class": "core"})
        for year, value in (("2020", 0.9), ("2021", 0.99), ("2022", 0.8765))
    ]
    rows += [stand_in.row("core_value_added", "benchmarked", "2021Q4", "cumulative", 80e8, **{"class": "core"})]
    table = pa.Table.from_pandas(observations(rows), preserve_index=False)
    f = figures_of(stand_in.city_workspace(tmp_path), stand_in.city_tables() | {"observation": table})
    said = "2022年年报覆盖率87.7%，未达95.0%，该年各季未与年报衔接。"
    assert estimates.of_closing(f).endswith(said)
    assert "2021" not in estimates.of_closing(f)
    shown = estimates.estimates(f, YEAR)
    assert shown is not None
    assert any(said in note for note in shown.notes)
    assert [row.cells[0] for row in shown.rows if row.label == "年报覆盖率"] == ["2021年", "2022年"]


def test_levels_at_base_year_prices_name_their_year(city: Made) -> None:
    table = estimates.estimates(city.figures, YEAR)
    assert table is not None
    labels = [row.label for row in table.rows]
    assert labels[:3] == ["核心产业增加值（2020年价格）", "上年同期（2020年价格）", "不变价指数（2020年=100）"]
