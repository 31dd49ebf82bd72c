"""Tables and sentences: every number is an observation, and what is missing is not said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from indicators.observation import observations
from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.release import bulletin, chains, charts, exhibits, monitored, sentences, tables, workbook
from pipelines.release.alike import difference
from pipelines.release.dictionary import release_contracts
from pipelines.release.display import WITHHELD_ZH, shown
from pipelines.release.estimates import estimates
from pipelines.release.figures import CORE, Figures, Number, Span
from pipelines.release.issue import Issue
from pipelines.release.notes import notes
from tests.pipelines.release import stand_in
from tests.pipelines.release.conftest import Made, figures_of

YEAR = Span("cumulative", "2023Q4")
ISSUE = Issue("2023Q4_2024-01-20_0123456789", stand_in.LAST, dt.date(2024, 1, 20))


def _only(tmp_path: Path, rows: list[dict], *, nation: bool = False) -> Figures:
    workspace = (stand_in.nation_workspace if nation else stand_in.city_workspace)(tmp_path)
    table = pa.Table.from_pandas(observations(rows), preserve_index=False)
    return figures_of(workspace, stand_in.small_tables() | {"observation": table})


def _cell(table: tables.Table, label: str, column: str) -> object:
    row = next(row for row in table.rows if row.label == label)
    return row.cells[table.head.index(column) - 1]


def test_headline_of_the_city(city: Made) -> None:
    assert sentences.headline(city.figures) == (
        "2023年全年示范市数字经济核心产业增加值92.3亿元，同比增长5.3%，占GDP比重4.0%"
    )
    text = "".join(sentences.overall(city.figures))
    assert text.startswith("经初步测算，")
    assert "增速高于GDP增速0.3个百分点（GDP同比增长5.0%）。" in text
    assert "增速比前三季度加快0.1个百分点，比上年同期回落3.1个百分点。" in text
    assert "第四季度当季增加值23.1亿元" in text


def test_headline_of_the_nation(nation: Made) -> None:
    assert sentences.headline(nation.figures) == "2023年全国数字经济核心产业增加值127,555亿元，占GDP比重9.9%"
    text = "".join(sentences.overall(nation.figures))
    assert text.startswith("据国家统计局公布，")
    assert "按普查修订版次GDP计算为9.9%；若以初步版次GDP为分母则为10.1%（跨版次" in text
    labels = [figure.label for figure in sentences.key_figures(nation.figures)]
    assert labels == ["核心产业增加值", "占GDP比重", "占GDP比重（跨版次）", "数字技术应用业占比"]


def test_key_figures_of_the_city(city: Made) -> None:
    found = {figure.label: figure for figure in sentences.key_figures(city.figures)}
    assert list(found) == ["核心产业增加值", "当季核心产业增加值", "占GDP比重", "规模以上企业"]
    assert found["核心产业增加值"].change == "同比增长5.3%，高于GDP增速0.3个百分点"
    assert found["占GDP比重"].change == "比上年同期提高0.1个百分点"
    assert found["规模以上企业"].change == "比上年同期增加4家"


def test_overview(city: Made, nation: Made) -> None:
    table = tables.overview(city.figures)
    share = next(row for row in table.rows if row.label == "占GDP比重").cells[-1]
    assert share.value == pytest.approx(0.0009)  # type: ignore[union-attr]
    assert "核心产业增加值（收入法，年度，单列）" in [row.label for row in table.rows]
    assert "上年同期" not in tables.overview(nation.figures).head


def test_tables_of_the_city(city: Made) -> None:
    f = city.figures
    divisions = tables.divisions(f, YEAR)
    assert divisions is not None
    assert [row.label for row in divisions.rows][:2] == ["数字经济核心产业", "数字产品制造业"]
    assert divisions.rows[0].total
    groups = tables.groups(f, YEAR)
    assert groups is not None
    assert {row.indent for row in groups.rows} == {0, 1, 2}
    counties = tables.counties(f, YEAR)
    assert counties is not None
    assert _cell(counties, "甲区", "规模位次").value == 1  # type: ignore[attr-defined]
    assert _cell(counties, "甲区", "增速位次").value == 10  # type: ignore[attr-defined]
    series = tables.series(f, "quarter")
    assert series is not None
    assert len(series.rows) == 12


def test_penetration_keeps_definitions_apart(city: Made) -> None:
    table = tables.penetration(city.figures)
    assert table is not None
    assert [row.label for row in table.rows if row.total] == [
        "渗透率（效率提升增加值口径）",
        "数字技术应用普及率",
        "渗透率（外部测算）",
    ]
    assert "据某研究机构测算，2022年渗透率（外部测算）：工业11.2%，服务业26.3%。" in sentences.of_penetration(
        city.figures, table.figures
    )


def test_chain_shows_both_shares_and_why(city: Made) -> None:
    texts = chains.of_chains(city.figures, YEAR)
    assert texts[0] == (
        "2023年全年新型显示及智能终端产业链增加值25.5亿元，其中属于数字经济核心产业的21.2亿元，"
        "相当于第二产业增加值的2.8%、规模以上工业增加值的3.5%。"
    )
    assert texts[1] == (
        "对照：工作专班公布2022年新型显示及智能终端产业链增加值25.3亿元，称占规上工业增加值2.8%；"
        "除以当年第二产业增加值905.0亿元为2.8%，除以当年规模以上工业增加值722.5亿元（监测测算）为3.5%。"
        "可见所称2.8%是占第二产业增加值的比重，不是占规模以上工业增加值的比重。"
    )
    assert texts[2].startswith("两个比重的分子相同，分母不同")
    assert chains.of_chain(city.figures, YEAR, "none") == []
    table = tables.chain_denominators(city.figures)
    assert table is not None
    assert _cell(table, "新型显示及智能终端", "占规上工业").value == pytest.approx(25.3 / 722.5)  # type: ignore[attr-defined]


def test_every_published_chain_is_explained_whichever_is_the_largest(tmp_path: Path) -> None:
    row, period = stand_in.row, "2023Q4"
    rows = [
        row("core_value_added", "rate_method", period, "cumulative", 90e8, **{"class": CORE}),
        row(
            "chain_value_added", "rate_method", period, "cumulative", 99e8, **{"class": "software_information_services"}
        ),
        row("sector_value_added", "accounts", "2022", "annual", 1000e8, **{"class": "secondary"}),
    ]
    for chain in (stand_in.CHAIN, "hydrogen_equipment"):
        rows += [
            row("chain_value_added", "rate_method", period, "cumulative", 25e8, **{"class": chain}),
            row("chain_share_secondary", "rate_method", period, "cumulative", 0.025, **{"class": chain}),
            row("chain_share_above_industry", "rate_method", period, "cumulative", 0.05, **{"class": chain}),
            row("chain_value_added", "published", "2022", "annual", 20e8, **{"class": chain}),
            row("chain_share_above_industry", "published", "2022", "annual", 0.03, **{"class": chain}),
        ]
    f = _only(tmp_path, rows)
    texts = chains.of_chains(f, YEAR)
    assert texts[0] == "2023年全年软件和信息技术服务产业链增加值99.0亿元。"
    assert sum("除以当年第二产业增加值1,000.0亿元为2.0%" in text for text in texts) == 2
    assert "可见" not in "".join(texts)
    assert exhibits.chain_panels(f, YEAR) is not None


def test_chains_without_shares_have_a_table_and_no_share_sentence(tmp_path: Path) -> None:
    row, own = stand_in.row, {"class": stand_in.CHAIN}
    f = _only(
        tmp_path,
        [
            row("core_value_added", "rate_method", "2023Q4", "cumulative", 90e8, **{"class": CORE}),
            row("chain_value_added", "rate_method", "2023Q4", "cumulative", 25.3e8, **own),
            row("chain_value_added", "published", "2022", "annual", 25.3e8, **own),
            row("sector_value_added", "accounts", "2022", "annual", 0.0, **{"class": "secondary"}),
        ],
    )
    assert chains.of_chains(f, YEAR) == [
        "2023年全年新型显示及智能终端产业链增加值25.3亿元。",
        "对照：监测测算公布2022年新型显示及智能终端产业链增加值25.3亿元。",
    ]
    assert exhibits.chain_panels(f, YEAR) is None
    section = next(section for section in bulletin.sections(f) if section.title == "产业链")
    assert [table.code for table in section.tables] == ["链", "链分母"]


def test_newest_vintage_is_taken_and_others_stay(nation: Made) -> None:
    span = Span("annual", "2023")
    gdp = nation.figures.get("gdp", "accounts", span)
    assert gdp is not None
    assert gdp.vintage == "census"
    assert [x.vintage for x in nation.figures.all("gdp", "accounts", span)] == ["census", "preliminary"]


def test_nothing_is_said_of_nothing(tmp_path: Path) -> None:
    gdp = stand_in.row("gdp", "accounts", "2023Q4", "cumulative", 1e12, region="000000", authority="国家统计局")
    f = _only(tmp_path, [gdp], nation=True)
    assert f.main is None
    assert sentences.key_figures(f) == []
    assert sentences.overall(f) == ["2023年全年没有核心产业增加值观测值。"]
    assert [section.title for section in bulletin.sections(f)] == ["总体"]
    assert "没有可发布的" in bulletin.render(bulletin.report(f, ISSUE), ISSUE)
    assert tables.series(f) is tables.pulls(f) is monitored.departments(f) is None
    assert tables.divisions(f, YEAR) is tables.chains(f, YEAR) is tables.vintages(f, YEAR) is None
    workbook.write(f, ISSUE, tmp_path / "small.xlsx")
    book = openpyxl.load_workbook(tmp_path / "small.xlsx")
    assert book.sheetnames == ["说明", "总表 T1", "指标目录"]


def test_withheld_and_tiny_cells_in_the_workbook(tmp_path: Path) -> None:
    row, core = stand_in.row, {"class": CORE}
    rows = [
        row("core_value_added", "rate_method", "2023Q4", "cumulative", 4e6, **core),
        row("core_value_added", "rate_method", "2022Q4", "cumulative", 20e8, status="C", **core),
        row("core_growth", "rate_method", "2023Q4", "cumulative", 0.0001, **core),
    ]
    workbook.write(_only(tmp_path, rows), ISSUE, tmp_path / "small.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "small.xlsx")["总表 T1"]
    assert [cell.value for cell in sheet[5]][3:] == ["…", "※", 0]


def test_first_quarter_and_decline(tmp_path: Path) -> None:
    row, core = stand_in.row, {"class": CORE}
    rows = [
        row("core_value_added", "rate_method", "2023Q1", "cumulative", 20e8, **core),
        row("core_value_added", "rate_method", "2023Q1", "quarter", 20e8, **core),
        row("core_growth", "rate_method", "2023Q1", "cumulative", -0.031, **core),
        row("core_growth", "rate_method", "2022Q1", "cumulative", -0.031, **core),
        row("gdp_growth", "accounts", "2023Q1", "cumulative", -0.031),
        row("core_pull", "rate_method", "2023Q1", "cumulative", -0.01, **{"class": "01"}),
        row("firms", "above_threshold", "2023Q1", "cumulative", 10, **core),
        row("firms", "above_threshold", "2022Q1", "cumulative", 10, **core),
    ]
    whole = _only(tmp_path, rows)
    f = Figures(**{**whole.__dict__, "quarter": Quarter(2023, 1)})
    text = "".join(sentences.overall(f))
    assert "同比下降3.1%" in text
    assert "与GDP增速持平" in text
    assert "增速与上年同期持平。" in text
    assert "当季" not in text
    assert sentences.by_division(f, Span("cumulative", "2023Q1")) == []
    assert [k.change for k in sentences.key_figures(f)][-1] == "与上年同期持平"
    assert exhibits.growth_lines(f) is None
    assert exhibits.shares(f, Span("cumulative", "2023Q1")) is None
    assert exhibits.county_bars(f, Span("cumulative", "2023Q1")) is None


def _county_rows(codes: list[str], price: str = "constant") -> list[dict]:
    row, form = stand_in.row, {"price_basis": price, "base": "comparable"}
    rows = []
    for n, code in enumerate([stand_in.PLACE, *codes]):
        for cls in (CORE, "01"):
            own = {"region": code, "class": cls}
            for span in ("cumulative", "quarter"):
                rows.append(row("core_value_added", "rate_method", "2023Q4", span, 10e8 + n, **own))
                rows.append(row("core_growth", "rate_method", "2023Q4", span, 0.05, **own, **form))
        rows.append(row("core_class_share", "rate_method", "2023Q4", "cumulative", 1.0, region=code, **{"class": "01"}))
        if n:
            rows.append(
                row("core_region_share", "rate_method", "2023Q4", "cumulative", 0.5, region=code, **{"class": CORE})
            )
    return [*rows, row("gdp_growth", "accounts", "2023Q4", "cumulative", 0.04)]


def test_few_counties_are_not_ranked(tmp_path: Path) -> None:
    codes = list(stand_in.COUNTIES)
    one = _only(tmp_path, _county_rows(codes[:1]))
    assert sentences.by_county(one, YEAR) == []
    assert exhibits.county_bars(one, YEAR) is None
    section = next(section for section in bulletin.sections(one) if section.title == "分县（市、区）")
    assert [table.code for table in section.tables] == ["T4"]
    two = _only(tmp_path, _county_rows(codes[:2]))
    assert sentences.by_county(two, YEAR) == ["甲区增加值10.0亿元，同比增长5.0%；乙区增加值10.0亿元，同比增长5.0%。"]
    bars = exhibits.county_bars(two, YEAR)
    assert bars is not None
    assert bars.title == "乙区规模居首"
    assert bars.note == "来源：监测测算。在地原则：按经营地，建筑业按注册地。"


def test_a_chart_of_more_counties_than_it_has_room_for_draws_the_largest_and_says_so(
    city: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [exhibits.county_bars(city.figures, YEAR), exhibits.county_scatter(city.figures, YEAR)]
    monkeypatch.setattr(exhibits, "DRAWN", 4)
    monkeypatch.setattr(exhibits, "NAMED", 3)
    some = [exhibits.county_bars(city.figures, YEAR), exhibits.county_scatter(city.figures, YEAR)]
    many = len(stand_in.COUNTIES)
    for before, now in zip(whole, some, strict=True):
        assert before is not None
        assert now is not None
        assert (now.title, now.table) == (before.title, before.table)
        named = "标名称的是规模居前的3个。" if now is some[1] else ""
        assert now.note == f"图中为{many}个县（市、区）中规模居前的4个，其余见数据表。{named}{before.note}"
        assert [one.drawings[0].wide.count('aria-label="\ue000') for one in (before, now)] == [many, 4]


def test_counties_stand_by_share_and_growth_against_the_place(tmp_path: Path, city: Made) -> None:
    codes = list(stand_in.COUNTIES)
    found = exhibits.county_scatter(city.figures, YEAR)
    assert found is not None
    assert found.title.startswith("5个县（市、区）增速高于全市，合计占全市的")
    assert found.drawings[0].wide.count('aria-label="\ue000') == len(codes)
    even = exhibits.county_scatter(_only(tmp_path, _county_rows(codes[:4])), YEAR)
    assert even is not None
    assert even.title == "各县（市、区）增速都不高于全市"
    assert exhibits.county_scatter(_only(tmp_path, _county_rows(codes[:3])), YEAR) is None


def test_names_beside_points_do_not_cover_each_other() -> None:
    points = [
        {"name": "甲区", "x": 1.0, "y": 2.0},
        {"name": "乙区", "x": 1.5, "y": 2.1},
        {"name": "丙区", "x": 9.0, "y": 2.05},
    ]
    assert charts._beside(points, 0.5, 1.0) == [2.0, 3.0, 2.05]
    points[0]["name"] = ""  # a point alone is in nobody's way
    assert charts._beside(points, 0.5, 1.0) == [2.0, 2.1, 2.05]


def _withheld(tmp_path: Path, hidden: Callable[[dict], bool]) -> Figures:
    """Five counties in two years, some rows of which may not be told."""
    rows = _county_rows(list(stand_in.COUNTIES)[:5])
    rows += [row | {"period": "2022Q4"} for row in rows]
    table = pa.Table.from_pandas(observations(rows), preserve_index=False).to_pylist()
    told = [row | ({"status": "C", "value": None} if hidden(row) else {}) for row in table]
    schema = release_contracts()["observation"].schema
    tables = stand_in.small_tables() | {"observation": pa.Table.from_pylist(told, schema=schema)}
    return figures_of(stand_in.city_workspace(tmp_path), tables)


def test_what_is_withheld_is_marked_in_tables_and_said_nowhere(tmp_path: Path) -> None:
    code = next(iter(stand_in.COUNTIES))
    f = _withheld(tmp_path, lambda row: row["region"] == code)
    assert sentences.by_county(f, YEAR)[0].startswith("在列出的县（市、区）中，按规模，居前的是")
    assert "甲区" not in "".join(sentences.by_county(f, YEAR))
    table = tables.counties(f, YEAR)
    assert table is not None
    row = next(row for row in table.rows if row.label == "甲区")
    assert {shown(cell).text for cell in row.cells} == {"※"}
    assert table.said[-1] == WITHHELD_ZH
    assert WITHHELD_ZH not in table.notes
    bars = exhibits.county_bars(f, YEAR)
    assert bars is not None
    assert bars.title.startswith("在列出的县（市、区）中，")
    assert bars.note.startswith("※因保密未公布。")
    assert "※" in bars.drawings[0].wide
    scatter = exhibits.county_scatter(f, YEAR)
    assert scatter is not None
    assert scatter.title.startswith("在列出的县（市、区）中，")
    with_whole = _withheld(tmp_path, lambda row: row["class"] == "01")
    assert "01" not in {figure.cls for figure in with_whole.within([YEAR], [stand_in.PLACE])}
    stack = exhibits.quarterly_stack(with_whole)
    assert stack is None  # nothing that may be told is left to stack


def test_a_division_that_is_withheld_in_some_periods_is_named_with_them(city: Made) -> None:
    def told(*hidden: tuple[str, str]) -> str:
        keys = {("core_pull", "rate_method", Span("cumulative", period), stand_in.PLACE, cls) for period, cls in hidden}
        found = {
            key: [replace(figure, status="C") for figure in figures] if key in keys else figures
            for key, figures in city.figures._found.items()
        }
        drawn = exhibits.pull_stack(replace(city.figures, _found=found), YEAR)
        assert drawn is not None
        return drawn.note

    assert told(("2022Q1", "02"), ("2022Q2", "02"), ("2023Q1", "02")) == (
        "数字产品服务业2022年一季度至2022年上半年、2023年一季度（※）因保密未公布。来源：监测测算。"
    )
    periods = [span.period for span in city.figures.periods("core_pull", "rate_method", "cumulative", cls="02")]
    assert told(*((period, "02") for period in periods)).startswith("数字产品服务业（※）因保密未公布。")


def test_a_copy_without_chains_of_its_own_has_no_empty_rows_or_columns(tmp_path: Path) -> None:
    said = {"class": stand_in.CHAIN, "vintage": "final", "authority": "专班公布"}
    rows = [
        stand_in.row("chain_value_added", "published", "2022", "annual", 25.3e8, **said),
        stand_in.row("chain_share_above_industry", "published", "2022", "annual", 0.028, **said),
        stand_in.row("sector_value_added", "accounts", "2022", "annual", 905e8, **{"class": "secondary"}),
    ]
    f = _only(tmp_path, rows)
    for table in (tables.chains(f, YEAR), tables.chain_denominators(f)):
        assert table is not None
        assert [row.label.split("，")[0] for row in table.rows] == ["新型显示及智能终端"]
        assert all(None not in row.cells for row in table.rows)
    shown_alone = tables.chains(f, YEAR)
    assert shown_alone is not None
    assert shown_alone.title == "公布的产业链增加值与比重"
    assert "两个比重" not in shown_alone.notes[0]


def test_a_growth_that_is_withheld_breaks_the_line(tmp_path: Path) -> None:
    f = _withheld(tmp_path, lambda row: row["indicator"] == "core_growth" and row["period"] == "2022Q4")
    lines = exhibits.growth_lines(f)
    assert lines is not None
    assert "2022年全年因保密未公布。" in lines.note
    assert sentences.rate(f, Span("cumulative", "2022Q4")) is None
    # A difference with what may not be told may not be told.
    now = f.cell("core_growth", f.definition, YEAR, cls=CORE)
    before = f.cell("core_growth", f.definition, YEAR.year_before, cls=CORE)
    moved = difference(now, before)
    assert moved is not None
    assert shown(moved).text == "※"


def test_one_period_and_one_division_are_not_compared(tmp_path: Path) -> None:
    f = _only(tmp_path, _county_rows([]))
    assert exhibits.quarterly_stack(f) is exhibits.growth_lines(f) is exhibits.pull_stack(f, YEAR) is None
    shares = exhibits.shares(f, YEAR)
    assert shares is not None
    assert shares.title == "数字产品制造业占核心产业增加值的100.0%"
    workbook.write(f, ISSUE, tmp_path / "one.xlsx")
    assert len(openpyxl.load_workbook(tmp_path / "one.xlsx")["图"]._charts) == 1


def test_without_price_indices_growth_is_named_current(tmp_path: Path) -> None:
    rows = _county_rows(list(stand_in.COUNTIES)[:4], "current")
    rows += [row | {"period": "2022Q4"} for row in rows]
    f = _only(tmp_path, rows)
    assert sentences.headline(f).endswith("增加值10.0亿元，按现价同比增长5.0%")
    assert "GDP" not in "".join(sentences.overall(f))
    key = sentences.key_figures(f)[0]
    assert (key.change, key.basis) == ("按现价同比增长5.0%", "2023年全年，现价、同口径")
    assert "按现价增速，居前的是" in sentences.by_county(f, YEAR)[1]
    overview = tables.overview(f)
    assert "与GDP的可比价增速不可比较" in overview.notes[0]
    assert tables.divisions(f, YEAR).head[2] == "现价增速"  # type: ignore[union-attr]
    assert "不可比较" in dict(notes(f, ISSUE, [*overview.figures, *tables.series(f).figures]))["价格"]  # type: ignore[union-attr]
    lines = exhibits.growth_lines(f)
    assert lines is not None
    assert lines.subtitle == "年初至各季末累计同比增速，现价，%"
    assert "GDP" not in lines.title
    assert "可比价" not in "".join(text for s in bulletin.sections(f) for text in s.texts)
    workbook.write(f, ISSUE, tmp_path / "current.xlsx")
    head = openpyxl.load_workbook(tmp_path / "current.xlsx")["时间序列（累计）"][4]
    assert "现价增速" in [cell.value for cell in head]


def test_growth_over_the_published_base_is_never_shown(tmp_path: Path) -> None:
    own = {"class": CORE}
    rows = [
        stand_in.row("core_value_added", "rate_method", "2023Q4", "cumulative", 10e8, **own),
        stand_in.row("core_growth", "rate_method", "2023Q4", "cumulative", 0.5, **own)
        | {"price_basis": "current", "base": "published"},
    ]
    frame = pd.DataFrame(rows)[contract("observation").names]
    table = pa.Table.from_pandas(frame, schema=contract("observation").schema, preserve_index=False)
    f = figures_of(stand_in.city_workspace(tmp_path), stand_in.small_tables() | {"observation": table})
    assert f.growth(YEAR) is None
    assert sentences.key_figures(f)[0].basis == "2023年全年，现价"


def test_charts_of_published_figures_name_their_authority(nation: Made) -> None:
    found = exhibits.shares(nation.figures, Span("annual", "2023"))
    assert found is not None
    assert found.note == "来源：国家统计局。"


def test_notes_follow_from_what_was_used(city: Made, nation: Made) -> None:
    table = tables.overview(city.figures)
    found = dict(notes(city.figures, ISSUE, table.figures))
    assert list(found) == [
        *("合成数据", "口径", "价格", "错月", "系数", "物量", "审核"),
        *("推算", "修订", "修约", "符号", "保密", "数据截止日"),
    ]
    assert "1—11月" in found["错月"]
    assert "6429" in found["系数"]
    volume = "1个行业小类按物量外推核算，占核心产业增加值的17.3%，"
    assert found["物量"].startswith(f"{volume}对增速的影响为0.8个百分点。")
    assert "快报" not in found["口径"]  # which this is not
    assert "可与报表的同口径增速不同" in found["物量"]
    beside = estimates(city.figures, YEAR)
    assert beside is not None
    for name, value in (("占比", 0.173), ("拉动增速", 0.008)):
        figure = _cell(beside, f"物量外推部分{name}", "数值")
        assert isinstance(figure, Number)
        assert figure.value == value
    assert any(note.startswith("物量外推：") for note in beside.notes)
    assert "归类2,000行" in found["审核"]
    assert "上标E为估计数" in found["符号"]
    assert found["数据截止日"].startswith("2024年1月20日")
    national = dict(notes(nation.figures, ISSUE, tables.overview(nation.figures).figures))
    assert "合成数据" not in national
    assert "错月" not in national
    assert "跨版次" in national["修订"]
    assert "已公布数" in national["保密"]


def test_hollow_points_are_the_estimated_ones(city: Made) -> None:
    exhibit = exhibits.growth_lines(city.figures)
    assert exhibit is not None
    assert exhibit.note.startswith("空心点为估计数")
    assert exhibit.title == "2023年全年核心产业增加值同比增长5.3%，高于GDP增速0.3个百分点"
