from __future__ import annotations

import contextlib
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.nbs import parse, read_nbs
from pipelines.ingest.nbs_names import Name, split_name
from pipelines.ingest.reading import read_file
from tests.pipelines.ingest.builders import EXPORT, QUARTERS, Rows, csv_file, xls, xlsx


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("国内生产总值当季值(亿元)", Name("国内生产总值", "当季值", "亿元")),
        ("国内生产总值_累计值（亿元）", Name("国内生产总值", "累计值", "亿元")),
        ("国内生产总值指数(上年同期=100)_当季值(%)", Name("国内生产总值指数", "当季值", "%", "上年同期=100")),
        ("居民消费价格指数(上年同期=100)(%)", Name("居民消费价格指数", "", "%", "上年同期=100")),
        ("社会消费品零售总额_累计增长(%)", Name("社会消费品零售总额", "累计增长", "%")),
        ("国内生产总值_累计值_不变价2020(亿元)", Name("国内生产总值", "累计值", "亿元", "", "不变价2020")),
        ("国内生产总值(不变价)当季值（亿元）", Name("国内生产总值", "当季值", "亿元", "", "不变价")),
        ("工业增加值_当季同比_不变价(%)", Name("工业增加值", "当季同比", "%", "", "不变价")),
        ("地区生产总值(亿元)", Name("地区生产总值", "", "亿元")),
        ("甲(乙)(万人)", Name("甲(乙)", "", "万人")),
        ("货币和准货币(M2)供应量_期末值(亿元)", Name("货币和准货币(M2)供应量", "期末值", "亿元")),
        ("货币和准货币(M2)", Name("货币和准货币(M2)")),
        ("民间固定资产投资(不含农户)_累计增长(%)", Name("民间固定资产投资(不含农户)", "累计增长", "%")),
        ("居民消费价格指数(上年同月=100)", Name("居民消费价格指数", "", "", "上年同月=100")),
        ("累计值", Name("累计值")),
        ("国内生产总值（当季值）（亿元）", Name("国内生产总值", "当季值", "亿元")),
        ("国 内 生 产 总 值＿累计值 （亿元）", Name("国内生产总值", "累计值", "亿元")),
        ("", Name("")),
    ],
)
def test_names_are_taken_apart(text: str, name: Name) -> None:
    assert split_name(text) == name


def series(rows: Rows) -> list[tuple[object, ...]]:
    table = parse(rows).series.select(["indicator", "measure", "period", "span", "value"])
    return [tuple(row.values()) for row in table.to_pylist()]


def test_an_export_of_indicators() -> None:
    found = parse(EXPORT)
    assert found.subject == "indicator"
    assert found.titles == {"数据库": "季度数据", "时间": "最近3季度"}
    assert found.notes == ["注：1.按当年价格计算。", "2.行业分类采用国家标准。", "数据来源：国家统计局"]
    assert found.source == "国家统计局"
    assert series(EXPORT) == [
        ("国内生产总值", "当季值", "2022Q1", "quarter", "300.5"),
        ("国内生产总值", "当季值", "2021Q4", "quarter", "400.0"),
        ("国内生产总值", "当季值", "2021Q3", "quarter", None),
        ("国内生产总值", "累计值", "2022Q1", "cumulative", "300.5"),
        ("国内生产总值", "累计值", "2021Q4", "cumulative", "1500.0"),
        ("国内生产总值", "累计值", "2021Q3", "cumulative", "1100.0"),
    ]


def test_order_of_periods_and_place_of_the_header_do_not_matter() -> None:
    turned = [[row[0], *row[:0:-1]] if len(row) > 1 else row for row in EXPORT]
    shifted = [["", *row] for row in [["一行"], ["又一行"], *turned]]
    assert sorted(map(str, series(shifted))) == sorted(map(str, series(EXPORT)))


def test_an_export_of_regions() -> None:
    rows: Rows = [
        ["数据库：分省年度数据"], ["指标：地区生产总值(亿元)"], ["时间：最近2年"],
        ["地区", "2019年", "2018年"], ["甲省", 100.5, 90.0], ["乙省", "", 80.25], ["数据来源：国家统计局"],
    ]  # fmt: skip
    found = parse(rows)
    assert found.subject == "region"
    table = found.series.select(["indicator", "unit", "region_name", "period", "span", "value"]).to_pylist()
    assert table[0] == {
        "indicator": "地区生产总值", "unit": "亿元", "region_name": "甲省", "period": "2019", "span": "annual",
        "value": "100.5",
    }  # fmt: skip
    assert [row["value"] for row in table] == ["100.5", "90", None, "80.25"]


def test_region_and_unit_beside_or_above() -> None:
    rows: Rows = [["地区", "指标", "单位", "2023年12月"], ["甲区", "工业增加值累计值", "亿元", 5]]
    [row] = parse(rows).series.to_pylist()
    assert (row["region_name"], row["unit"], row["period"], row["span"]) == ("甲区", "亿元", "2023-12", "cumulative")
    above: Rows = [["地区：甲区"], ["单位：亿元"], ["指标", "2023年1-12月"], ["工业增加值", 5]]
    [row] = parse(above).series.to_pylist()
    assert (row["region_name"], row["unit"], row["span"]) == ("甲区", "亿元", "cumulative")


def test_a_second_block_and_a_note_above() -> None:
    rows: Rows = [
        ["注：以下为初步数"],
        ["数据来源：甲局"],
        ["指标", "2022年"],
        ["甲(亿元)", 1],
        [],
        ["指标", "2021年"],
        ["甲(亿元)", 2],
    ]
    found = parse(rows)
    assert found.series["period"].to_pylist() == ["2022", "2021"]
    assert found.source == "甲局"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["指标", "2022年第五季度", "2022年"], ["甲", 1, 2]], "bad_period"),
        ([["名称", "2022年"], ["甲", 1]], "no_header"),
        ([["指标", "甲"], ["甲", 1]], "no_header"),
        ([], "no_header"),
        ([["指标", "2022年"], ["注：无"]], "empty_table"),
    ],
)
def test_what_is_no_export(rows: Rows, code: str) -> None:
    with pytest.raises(RefusalError) as caught:
        parse(rows)
    assert caught.value.fault.code == code


def facts(rows: Rows, *, ragged: bool = False) -> list[tuple[object, ...]]:
    """Indicator, measure, unit, region, period, span and value of every cell."""
    names = ["indicator", "measure", "unit", "region_name", "period", "span", "value"]
    return [tuple(row.values()) for row in parse(rows, ragged=ragged).series.select(names).to_pylist()]


GDP = ("国内生产总值", "累计值", "亿元")
VARIANTS: dict[str, tuple[Rows, list[tuple[object, ...]]]] = {
    "months, oldest first": (
        [["时间：最近13个月"], ["指标", "2023年11月", "2023年12月"], ["国内生产总值_累计值(亿元)", 1, 2]],
        [(*GDP, "", "2023-11", "cumulative", "1"), (*GDP, "", "2023-12", "cumulative", "2")],
    ),
    "years": (
        [["数据库：年度数据"], ["时间：最近20年"], ["指标", "2023年", "2022年"], ["国内生产总值(亿元)", 1, 2]],
        [
            ("国内生产总值", "", "亿元", "", "2023", "annual", "1"),
            ("国内生产总值", "", "亿元", "", "2022", "annual", "2"),
        ],
    ),
    "regions under one indicator": (
        [["数据库：分省季度数据"], ["指标：地区生产总值_累计值(亿元)"], ["地区", "2023年4季度"], ["甲省", "1,234.5"]],
        [("地区生产总值", "累计值", "亿元", "甲省", "2023Q4", "cumulative", "1,234.5")],
    ),
    "a column that counts the rows": (
        [["序号", "指标", "2023年"], [1, "国内生产总值_累计值(亿元)", 5], [2, "注：无", ""]],
        [(*GDP, "", "2023", "annual", "5")],
    ),
    "a column that counts the rows, without a head": (
        [["", "指标", "2023年"], [1, "国内生产总值_累计值(亿元)", 5]],
        [(*GDP, "", "2023", "annual", "5")],
    ),
    "blank columns": (
        [["指标", "2023年", "", "2022年", "", ""], ["国内生产总值_累计值(亿元)", 5, "", 4, "", ""]],
        [(*GDP, "", "2023", "annual", "5"), (*GDP, "", "2022", "annual", "4")],
    ),
    "a row that stands twice": (
        [["指标", "2023年"], ["国内生产总值_累计值(亿元)", 5], ["国内生产总值_累计值(亿元)", 5]],
        [(*GDP, "", "2023", "annual", "5")] * 2,
    ),
    "blanks and full width": (
        [["指　标", "２０２３年 １ 季度"], ["国内生产总值＿累计值（亿元）", "５"]],
        [(*GDP, "", "2023Q1", "cumulative", "５")],
    ),
    "spans of many names": (
        [["指标", "2023年1-2月", "2023年上半年", "2023年前三季度"], ["国内生产总值(亿元)", 1, 2, 3]],
        [
            ("国内生产总值", "", "亿元", "", period, "cumulative", value)
            for period, value in (("2023-02", "1"), ("2023Q2", "2"), ("2023Q3", "3"))
        ],
    ),
    "the unit in brackets, at the right": (
        [["季度数据", "", "（单位：亿元）"], ["指标", "2023年"], ["国内生产总值_累计值", 5]],
        [(*GDP, "", "2023", "annual", "5")],
    ),
    "the unit in a cell of its own, names divided by commas": (
        [["指标：电力、热力", "燃气(亿元)"], ["计量单位：", "万元"], ["地区", "2023年"], ["甲省", 5]],
        [("电力、热力燃气", "", "亿元", "甲省", "2023", "annual", "5")],
    ),
    "the unit within the title": (
        [["国民经济核算 计量单位：亿元"], ["指标", "2023年"], ["国内生产总值_累计值", 5]],
        [(*GDP, "", "2023", "annual", "5")],
    ),
    "a note that commas divide": (
        [["指标", "2023年", "2022年"], ["国内生产总值_累计值(亿元)", 5, 4], ["* 注 ：甲", "乙"], ["2.丙", "丁", "戊"]],
        [(*GDP, "", "2023", "annual", "5"), (*GDP, "", "2022", "annual", "4")],
    ),
    "two tables with titles and notes between": (
        [
            ["指标：地区生产总值_累计值(亿元)"], ["地区", "2023年"], ["甲省", 1], ["注：无"],
            ["指标：第一产业增加值_累计值(万元)"], ["地区", "2022年"], ["甲省", 2],
        ],
        [
            ("地区生产总值", "累计值", "亿元", "甲省", "2023", "annual", "1"),
            ("第一产业增加值", "累计值", "万元", "甲省", "2022", "annual", "2"),
        ],
    ),
    "two tables with notes between": (
        [["指标", "2023年"], ["国内生产总值_累计值(亿元)", 1], ["注：无"], ["指标", "2022年"],
         ["国内生产总值_累计值(亿元)", 2]],
        [(*GDP, "", "2023", "annual", "1"), (*GDP, "", "2022", "annual", "2")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_of_the_export(variant: str) -> None:
    rows, expected = VARIANTS[variant]
    assert facts(rows) == expected
    trimmed = [[str(cell) for cell in row] for row in rows]
    assert facts(trimmed, ragged=True) == expected


def test_a_heading_between_tables_names_the_second() -> None:
    rows: Rows = [
        ["指标：地区生产总值(亿元)"], ["地区", "2023年"], ["甲省", 1], ["第一产业增加值(亿元)"], ["地区", "2023年"],
        ["甲省", 2], ["地区", "2022年"], ["甲省", 3],
    ]  # fmt: skip
    found = [(fact[0], fact[4], fact[6]) for fact in facts(rows) if fact[6]]
    assert found == [
        ("地区生产总值", "2023", "1"),
        ("第一产业增加值", "2023", "2"),
        ("第一产业增加值", "2022", "3"),
    ]


def test_figures_without_a_period_refuse_the_file() -> None:
    rows: Rows = [["指标", "2023年", "", "2022年"], ["", "累计", "同比", "累计"], ["甲(亿元)", 1, 5.2, 2]]
    with pytest.raises(RefusalError, match="第 3 列有数字") as caught:
        parse(rows)
    assert (caught.value.fault.code, caught.value.fault.row) == ("no_period", 3)


def test_a_comma_within_a_number_costs_its_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("指标,2023年,2022年,,\n甲(亿元),1,234.5,1,100.2\n乙(亿元),5,4,,\n", encoding="utf-8")
    result = read_file(path, "account")
    assert result.table["value"].to_pylist() == ["5", "4"]
    assert [(fault.code, fault.row) for fault in result.refused] == [("row_too_long", 2)]
    path.write_text("指标,2023年\n甲(亿元),1,234.5\n", encoding="utf-8")
    assert read_file(path, "account").table.num_rows == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["季度数据.csv", "季度数据.xls"])
def test_text_divided_by_tabs(tmp_path: Path, encoding: str, name: str) -> None:
    lines = [["指标", "2023年第四季度", "2023年第三季度"], ["国内生产总值_累计值(亿元)", "1,234.5", "987.6"]]
    lines += [["工业增加值_累计值(亿元)", "1,000.5", '"1,111.1"'], ["数据来源：国家统计局"]]
    path = tmp_path / name
    path.write_bytes("\r\n".join("\t".join(line) for line in lines).encode(encoding))
    frame = read_nbs(path)
    assert frame["value"].tolist() == [1234.5, 987.6, 1000.5, 1111.1]


def test_numbers_kept_as_text_in_a_workbook(tmp_path: Path) -> None:
    rows: Rows = [["指标", "2023年", "2022年"], ["国内生产总值(亿元)", "1,260,582.1 ", "1204724"]]
    assert read_nbs(xlsx(tmp_path / "a.xlsx", rows))["value"].tolist() == [1260582.1, 1204724.0]


CELLS = st.sampled_from(
    ["指标", "地区", "单位", "", "2023年", "2023年1季度", "2023年第五季度", "指标：甲(亿元)", "数据来源：局",
     "注：a", "1", "2,345.6", "—", "甲", "国内生产总值_累计值(亿元)", "(单位：亿元)", 1.5, float("inf"),
     True, None, "单位：", "\x00"]
)  # fmt: skip


@given(st.lists(st.lists(CELLS, max_size=6), max_size=8), st.booleans())
def test_any_rows_are_read_or_refused(rows: Rows, ragged: bool) -> None:
    with contextlib.suppress(RefusalError):
        found = parse(rows, ragged=ragged)
        assert found.series.num_rows or found.refused


def test_a_heading_that_is_no_period_is_passed() -> None:
    assert parse([["指标", "备注", "2022年"], ["甲(亿元)", "x", 1]]).series.num_rows == 1


@pytest.mark.parametrize("kind", ["utf-8", "utf-8-sig", "gb18030", "xls", "xlsx"])
def test_reading_in_a_notebook(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "export"
    if kind == "xls":
        xls(path, EXPORT)
    elif kind == "xlsx":
        xlsx(path, EXPORT)
    else:
        csv_file(path, EXPORT, kind)
    frame = read_nbs(path)
    assert list(frame.columns) == ["indicator", "measure", "unit", "region", "period", "span", "value"]
    assert len(frame) == 6
    assert frame.loc[0, "value"] == 300.5
    assert math.isnan(frame.loc[2, "value"])
    assert set(frame["unit"]) == {"亿元"}


def test_reading_in_a_notebook_refuses(tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match="指标"):
        read_nbs(csv_file(tmp_path / "a.csv", [["a", "b"]]))
    with pytest.raises(RefusalError) as caught:
        read_nbs(csv_file(tmp_path / "b.csv", [QUARTERS, ["甲(亿元)", "1", "many", "2"]]))
    assert (caught.value.fault.row, caught.value.fault.column) == (2, "2021年第四季度")
    assert "many" not in str(caught.value)


def test_sheets_without_header_are_left_with_a_notice(tmp_path: Path) -> None:
    result = read_file(xlsx(tmp_path / "a.xlsx", [["封面"]], EXPORT, names=("封面", "数据")), "account")
    assert result.table.num_rows == 6
    assert next((n.code, n.sheet) for n in result.notices) == ("no_header", "封面")
    with pytest.raises(RefusalError) as caught:
        read_file(xlsx(tmp_path / "b.xlsx", [["指标", "2022年第九季度", "2021年"]], EXPORT), "account")
    assert caught.value.fault.code == "bad_period"
