from __future__ import annotations

import math
from pathlib import Path

import pytest

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
