"""What is told rounded, in sentences, tables, charts and on the sheet: nothing is said that rounding leaves open."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.release import cut as cutting
from pipelines.release import exhibits, explorer, sentences, tables, workbook
from pipelines.release.alike import difference
from pipelines.release.dictionary import conform, release_contracts
from pipelines.release.display import rounding_said, shown
from pipelines.release.figures import CORE, Figures, Number, Span, apart, ranks
from pipelines.release.issue import Issue
from pipelines.release.leaders import _findings, leaders, rules
from pipelines.release.read import figures, steps_said
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made

NOW, BEFORE, EARLIER = (Span("cumulative", period) for period in ("2023Q4", "2022Q4", "2023Q3"))
ISSUE = Issue("2023Q4_2024-01-20_0123456789", stand_in.LAST, stand_in.AS_OF)
COUNTY = next(iter(stand_in.COUNTIES))


def told(
    f: Figures, value: float, step: float, *, indicator: str = "core_growth", span: Span = NOW, **at: str
) -> Figures:
    """The same figures, one of them told in a step."""
    key = (indicator, "rate_method", span, at.get("region", f.city.code), at.get("cls", CORE))
    found = f.__dict__["_found"]
    rough = [replace(one, value=value, status="R", step=step) for one in found[key]]
    return replace(f, _found=found | {key: rough})


def number(value: float, step: float = 0.0) -> Number:
    return Number(value, "比率", "%", 1, "R" if step else "A", step=step)


def test_a_figure_knows_the_step_that_the_manifest_says(city: Made) -> None:
    observed = stand_in.city_tables()["observation"]
    at = pc.and_(pc.equal(observed["indicator"], "core_growth"), pc.equal(observed["span"], "cumulative"))
    status = pc.if_else(at, "R", observed["status"])
    rough = observed.set_column(observed.column_names.index("status"), "status", status)
    given = _conformed() | {"observation": rough}
    steps = steps_said({"rounded": [["core_growth", "2023Q4", stand_in.PLACE, CORE, 0.005]]})
    f = Figures.of(city.workspace.city, stand_in.LAST, stand_in.AS_OF, given, steps)
    now, before = f.growth(NOW), f.growth(BEFORE)
    assert now is not None
    assert before is not None
    assert (now.step, now.places) == (0.005, 1)
    assert (before.step, before.places) == (0.01, 0)  # of which the manifest says nothing: in the widest
    found = explorer.contents(f)
    steps_shown = {step for steps in found["steps"] for step in steps}
    assert steps_shown == {0.5, 1}
    assert len(found["words"]["indicator"]) == len(explorer.contents(city.figures)["words"]["indicator"])
    value = sentences.value(f, NOW)
    assert value is not None
    assert value.step == 0.0


def _conformed() -> dict[str, pa.Table]:
    given = stand_in.city_tables()
    return {n: conform(n, given.get(n, c.schema.empty_table())) for n, c in release_contracts().items()}


def test_the_manifest_of_a_copy_tells_the_steps(city: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"rounded": [["core_growth", "2023Q4", stand_in.PLACE, CORE, 0.005]]}
    filled: list[object] = []
    monkeypatch.setattr(cutting, "_fill", lambda *given: filled.append(given[-1]))
    place = stand_in.city_workspace(tmp_path)
    cutting.cut_level(place, replace(ISSUE, level="L1"), stand_in.city_tables(), said, note=lambda *_: None)
    assert filled == [{("core_growth", "2023Q4", stand_in.PLACE, CORE): 0.005}]
    rough = stand_in.city_tables()["observation"]
    status = pa.array(["R"] * len(rough))
    (tmp_path / "parquet").mkdir()
    for path in (city.folder / "parquet").iterdir():
        (tmp_path / "parquet" / path.name).symlink_to(path)
    (tmp_path / "parquet/observation.parquet").unlink()
    pq.write_table(rough.set_column(rough.column_names.index("status"), "status", status),
                   tmp_path / "parquet/observation.parquet")  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    now = figures(city.folder, tmp_path).growth(NOW)
    assert now is not None
    assert now.step == 0.005


def test_numbers_stand_apart_where_their_steps_do_not_overlap() -> None:
    assert apart(number(0.05), number(0.0501))
    assert not apart(number(0.09, 0.01), number(0.088))
    assert apart(number(0.09, 0.01), number(0.096))
    assert apart(number(0.046, 0.001), number(0.045, 0.001))  # neighbouring steps touch
    assert ranks([("a", number(0.12)), ("b", number(0.09, 0.01)), ("c", number(0.088)), ("d", number(0.01))]) == {
        "a": 1,
        "d": 4,
    }


@pytest.mark.parametrize(
    ("value", "step", "said"),
    [
        (0.046, 0.001, "比前三季度加快0.1个百分点，比上年同期回落3.8个百分点"),
        (0.08, 0.005, "增速比前三季度加快0.1个百分点，比上年同期回落。"),
        (0.05, 0.01, "增速比前三季度加快0.1个百分点。"),
    ],
)
def test_a_pace_is_told_no_finer_than_its_rates(value: float, step: float, said: str, city: Made) -> None:
    before = 0.091 if step == 0.001 else value
    f = told(city.figures, before, step, span=BEFORE)
    assert said in "".join(sentences.overall(f))


def test_growth_beside_that_of_gdp(city: Made) -> None:
    open_, clear = told(city.figures, 0.05, 0.01), told(city.figures, 0.08, 0.005)
    assert "同比增长约5%，占GDP比重4.0%。GDP同比增长5.0%。" in "".join(sentences.overall(open_))
    assert "增速高于GDP增速（GDP同比增长5.0%）。" in "".join(sentences.overall(clear))
    titles = [found.title for f in (open_, clear) if (found := exhibits.growth_lines(f))]
    assert titles == [
        "2023年全年核心产业增加值同比增长约5%",
        "2023年全年核心产业增加值同比增长约8.0%，高于GDP增速",
    ]
    lines = exhibits.growth_lines(open_)
    assert lines is not None
    assert "保密修约的数。R 为保密修约的数：修约到1个百分点。" in lines.note
    assert sentences.key_figures(open_)[0].change == "同比增长约5%"


def test_counties_that_rounding_does_not_tell_apart(city: Made) -> None:
    whole = city.figures.growth(NOW)
    assert whole is not None
    f = told(city.figures, round(whole.value, 2), 0.01, region=COUNTY)
    scatter, bars, table = exhibits.county_scatter(f, NOW), exhibits.county_bars(f, NOW), tables.counties(f, NOW)
    assert scatter is not None
    assert bars is not None
    assert table is not None
    assert scatter.title.startswith("至少")
    assert "R 为保密修约的数：修约到1个百分点。" in scatter.note
    assert "R 为保密修约的数：修约到1个百分点。" in bars.note
    assert "（增长约5%）" in bars.drawings[0].wide
    assert table.said[-2:] == ("增速修约后分不出先后的，不排位次。", "R 为保密修约的数：修约到1个百分点。")
    row = next(row for row in table.rows if row.label == stand_in.COUNTIES[COUNTY])
    assert row.cells[table.head.index("增速位次") - 1] is None
    cell = row.cells[table.head.index(f.growth_name) - 1]
    assert (shown(cell).text, shown(cell).mark) == ("5", "R")
    for code in stand_in.COUNTIES:
        f = told(f, 0.05, 0.01, region=code)
    even = exhibits.county_scatter(f, NOW)
    assert even is not None
    assert even.title == "没有一个县（市、区）的增速可说高于全市"
    assert sentences.by_county(f, NOW)[1] == "按可比价增速，10个县（市、区）中10个同比增长。"
    assert sentences.by_county(told(f, 0.0, 0.01, region=COUNTY), NOW)[1].endswith(
        "10个县（市、区）中至少9个同比增长。"
    )


def test_the_largest_pull_is_named_where_it_is_known(city: Made) -> None:
    f = city.figures
    assert "中最大" in "".join(sentences.by_division(f, NOW))
    for cls in ("01", "02", "03", "04"):
        f = told(f, 0.01, 0.01, indicator="core_pull", cls=cls)
    assert "拉动" not in "".join(sentences.by_division(f, NOW))
    stack = exhibits.pull_stack(f, NOW)
    assert stack is not None
    assert stack.title == "数字产品制造业拉动核心产业增长约1个百分点"
    assert "R 为保密修约的数：修约到1个百分点。各柱之和与圆点因修约略有出入。" in stack.note
    exact = exhibits.pull_stack(city.figures, NOW)
    assert exact is not None
    assert "修约" not in exact.note


def test_what_is_told_as_nothing_is_less_than_its_step(city: Made, tmp_path: Path) -> None:
    assert [shown(number(0.0, step)).text for step in (0.0, 0.001, 0.005, 0.01)] == ["0.0", "0.0", "不足0.5", "不足1"]
    assert rounding_said([number(0.1, 0.01), number(0.1, 0.001), number(0.1, 0.005), "", None, number(0.1)]) == (
        "R 为保密修约的数：修约到0.1、0.5或1个百分点。"
    )
    assert rounding_said([number(0.1), None]) == ""
    f = told(city.figures, 0.0, 0.005, indicator="core_pull", cls="02")
    workbook.write(f, ISSUE, tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    cells = [cell.value for sheet in book for line in sheet.iter_rows() for cell in line]
    assert "不足0.5" in cells


def test_a_difference_of_rough_rates_is_no_number(city: Made) -> None:
    f = told(city.figures, 0.08, 0.005, span=BEFORE)
    assert difference(city.figures.growth(NOW), city.figures.growth(BEFORE)) is not None
    assert difference(f.growth(NOW), f.growth(BEFORE)) is None


def test_rules_find_what_rounding_leaves_no_doubt_of(city: Made) -> None:
    group = next(c for c in city.figures.classes("core_growth", "rate_method", NOW) if len(c) == 4 and c != CORE)

    def found(value: float, step: float) -> list[str]:
        page = leaders(told(city.figures, value, step, cls=group), ISSUE)
        return [one.rule.rule for one in page.exceptions if one.rule.indicator == "core_growth"]

    assert found(-0.06, 0.01) == ["group_falls"]
    assert found(-0.05, 0.01) == []  # the exact one may be −4.6 per cent
    # A pace below the threshold of which one end is rough is none.
    slower = leaders(told(city.figures, 0.08, 0.005, span=BEFORE), ISSUE)
    assert "slower_than_year_ago" not in [one.rule.rule for one in slower.problems]


def test_one_firm_fewer_is_no_problem(city: Made) -> None:
    firms = city.figures.get("firms", "above_threshold", BEFORE, cls=CORE)
    assert firms is not None
    key = ("firms", "above_threshold", NOW, city.figures.city.code, CORE)
    found = city.figures.__dict__["_found"]

    def problems(now: float) -> list[str]:
        f = replace(city.figures, _found=found | {key: [replace(one, value=now) for one in found[key]]})
        fewer = next(rule for rule in rules() if rule.rule == "fewer_firms")
        return [one.text for one in _findings(f, NOW, fewer)]

    assert problems(firms.value - 1) == []
    (said,) = problems(firms.value * 0.97)
    assert said.endswith("比上年同期减少3.0%")


def test_the_public_page_lists_no_findings(city: Made) -> None:
    page = leaders(city.figures, replace(ISSUE, level="L0"))
    assert (page.problems, page.exceptions) == ((), ())
    assert (page.problems_said, page.exceptions_said) == ("公开稿不列。", "公开稿不列。")
    assert "规则" not in page.basis
