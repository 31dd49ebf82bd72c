from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from pipelines.contracts import contract
from pipelines.ingest import small
from pipelines.ingest.forms import forms
from pipelines.ingest.raw import schema
from pipelines.ingest.rows import aside_schema
from pipelines.workspace import City, Region

CITY = City(
    code="419900",
    name="示范市",
    kind="city",
    first_quarter="2020Q1",
    last_quarter="2023Q4",
    counties=(Region(code="419901", name="甲区", short="甲"), Region(code="419902", name="乙区")),
)
DAY = dt.date(2021, 2, 20)


def raw(form: str, *rows: dict[str, Any]) -> pa.Table:
    """Raw rows of a form as if read from one file."""
    fixed = {
        "file_sha": "0" * 64,
        "file": "表.csv",
        "sheet": "",
        "received_at": DAY,
        "quarter": "",
        "months": 0,
        "yuan_per_unit": 10_000,
    }
    filled = [fixed | {"row_id": f"r{i}", "row": i + 2} | row for i, row in enumerate(rows)]
    names = schema(form).names
    return pa.Table.from_pylist([{n: row.get(n) for n in names} for row in filled], schema=schema(form))


PRICE = {"period": "2021Q1", "division": "39", "item": "工业生产者出厂价格", "index": "101.5", "status": "A"}
RATE = {"year": "2019", "code": "39", "rate": "21.0", "source": "省统计局"}
COEFFICIENT = {
    "gbt": "4910",
    "de": "040501",
    "level": "市",
    "key": "*",
    "k": "0.3",
    "method": "普查",
    "source": "五经普",
    "valid_from": "2020-01-01",
    "approver": "核算科",
}
EFFICIENCY = {
    "division": "13",
    "d": "0.12",
    "method": "survey",
    "source": "调查",
    "valid_from": "20200101",
    "valid_to": "2025-01-01",
    "approver": "核算科",
}
PUBLISHED = {
    "indicator": "base_stations_5g_new",
    "definition_id": "department",
    "region": "419900",
    "period": "2023",
    "span": "年度",
    "value": "906",
    "unit": "个",
    "price_basis": "none",
    "base": "无",
    "vintage": "preliminary",
    "status": "A",
    "authority": "市工信局",
}
DIVISION = {
    "region": "419900",
    "period": "2022Q4",
    "span": "cumulative",
    "division": "39",
    "value": "1.5",
    "vintage": "初步核算",
    "status": "A",
    "authority": "统计机构",
}
CAPITAL = {
    "year": "2020",
    "sector": "工业",
    "investment": "12.34567",
    "investment_price": "97",
    "va": "500",
    "va_price": "101.2",
    "source": "投资统计",
}
SETTING = {
    "sector": "工业",
    "base_year": "2015",
    "r": "0.05",
    "delta": "0.3",
    "g": "0.12",
    "method": "永续盘存法",
    "source": "评估",
    "valid_from": "2020-01-01",
    "approver": "核算科",
}
IO_SECTOR = {
    "year": "2020",
    "code": "C5",
    "name": "电子设备",
    "section": "C",
    "digital": "是",
    "output": "3",
    "scope": "示范市",
    "source": "投入产出调查",
}
IO_FLOW = {"year": "2020", "supplier": "C5", "user": "A", "flow": "0"}
GOOD = {
    "core_price": ("price", PRICE),
    "core_rate": ("rate", RATE),
    "core_coefficient": ("coefficient", COEFFICIENT),
    "core_efficiency": ("efficiency", EFFICIENCY),
    "core_published": ("published", PUBLISHED),
    "core_capital": ("capital", CAPITAL),
    "core_capital_setting": ("capital_setting", SETTING),
    "core_io_sector": ("io_sector", IO_SECTOR),
    "core_io_flow": ("io_flow", IO_FLOW),
}


def made(table: str, *rows: dict[str, Any], repeats: int = 0) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of a table and those set aside; every row is one or the other, but for so many exact repeats."""
    form = GOOD[table][0]
    typed, aside = small.TYPED[table](raw(form, *rows), CITY)
    assert typed.schema == contract(table).schema
    assert aside.schema == aside_schema()
    assert typed.num_rows + aside.num_rows + repeats == len(rows)
    return typed.to_pylist(), aside.to_pylist()


@pytest.mark.parametrize("table", GOOD)
def test_a_good_row_and_an_empty_table(table: str) -> None:
    rows, aside = made(table, GOOD[table][1])
    assert len(rows) == 1
    assert not aside
    assert made(table) == ([], [])


def test_values_as_they_are_kept() -> None:
    [price] = made("core_price", PRICE)[0]
    assert (price["index"], price["quarter"], price["known_from"], price["source"]) == (1.015, "2021Q1", DAY, "表.csv")
    [rate] = made("core_rate", RATE | {"code": "391"})[0]
    assert (rate["year"], rate["code_level"], rate["rate"]) == (2019, "group", Decimal("0.210000"))
    [coefficient] = made("core_coefficient", COEFFICIENT | {"k": "0.30000000000000004"})[0]
    assert (coefficient["k"], coefficient["level"], coefficient["method"]) == (Decimal("0.300000"), "city", "census")
    assert coefficient["valid_to"] == dt.date(9999, 12, 31)
    [efficiency] = made("core_efficiency", EFFICIENCY)[0]
    assert efficiency["valid_to"] == dt.date(2025, 1, 1)
    [capital] = made("core_capital", CAPITAL)[0]
    assert (capital["sector"], capital["investment"], capital["va_price"]) == ("industry", 123_457, 101.2)
    [sector] = made("core_io_sector", IO_SECTOR | {"digital": "×"})[0]
    assert (sector["digital"], sector["output"], sector["label"]) == (False, 30_000, "电子设备")
    assert made("core_io_flow", IO_FLOW)[0][0]["flow"] == 0


@pytest.mark.parametrize(
    ("table", "change", "column", "rule"),
    [
        ("core_price", {"index": "high"}, "价格指数（上年同期=100）", "not_a_number"),
        ("core_price", {"index": "—"}, "价格指数（上年同期=100）", "missing"),
        ("core_price", {"index": None}, "价格指数（上年同期=100）", "missing"),
        ("core_price", {"index": "0"}, "价格指数（上年同期=100）", "range"),
        ("core_price", {"period": "2021年1季度"}, "季度", "bad_period"),
        ("core_price", {"division": "3"}, "行业大类代码", "bad_code"),
        ("core_price", {"status": "Z"}, "数据状态", "unknown_word"),
        ("core_price", {"item": " "}, "指数名称", "missing"),
        ("core_rate", {"rate": "0.21"}, "增加值率（%）", "suspect_unit"),
        ("core_rate", {"rate": "121"}, "增加值率（%）", "range"),
        ("core_rate", {"year": "19"}, "年份", "bad_code"),
        ("core_rate", {"code": "C39"}, "行业代码", "bad_code"),
        ("core_coefficient", {"k": "1.2"}, "剥离系数", "range"),
        ("core_coefficient", {"k": "0.12345678"}, "剥离系数", "precision"),
        ("core_coefficient", {"key": "419901"}, "适用对象", "bad_key"),
        ("core_coefficient", {"level": "county"}, "适用对象", "bad_key"),
        ("core_coefficient", {"method": "guess"}, "方法", "unknown_word"),
        ("core_coefficient", {"valid_from": "soon"}, "生效日期", "bad_date"),
        ("core_coefficient", {"valid_from": "—"}, "生效日期", "missing"),
        ("core_coefficient", {"valid_to": "2019-01-01"}, "失效日期", "bad_date"),
        ("core_coefficient", {"de": "0405"}, "数字经济小类代码", "bad_code"),
        ("core_efficiency", {"d": "-0.1"}, "效率系数", "range"),
        ("core_capital", {"investment": "-1"}, "信息通信技术投资", "range"),
        ("core_capital", {"va_price": "0"}, "增加值价格指数", "range"),
        ("core_capital", {"va": ""}, "增加值", "missing"),
        ("core_capital", {"sector": "信息业"}, "部门", "unknown_word"),
        ("core_capital_setting", {"delta": "1"}, "折旧率", "range"),
        ("core_capital_setting", {"base_year": "15"}, "基年", "bad_code"),
        ("core_io_sector", {"section": "U"}, "国民经济行业门类", "bad_code"),
        ("core_io_sector", {"digital": "部分"}, "数字部门", "unknown_word"),
        ("core_io_flow", {"flow": ""}, "中间投入", "missing"),
        ("core_io_flow", {"flow": "-2"}, "中间投入", "range"),
    ],
)
def test_a_wrong_cell_sets_its_row_aside(table: str, change: dict[str, Any], column: str, rule: str) -> None:
    good = GOOD[table][1]
    rows, [aside] = made(table, good, good | change)
    assert len(rows) == 1
    assert (aside["row_id"], aside["file"], aside["row"]) == ("r1", "表.csv", 3)
    assert (aside["column"], aside["rule"], aside["form"]) == (column, rule, forms()[GOOD[table][0]].code)
    assert aside["reason_zh"]
    assert aside["reason_en"]


def test_a_value_stands_in_its_own_column_only() -> None:
    _, [aside] = made("core_price", PRICE | {"index": "987654x"})
    assert aside.pop("value") == "987654x"
    assert "987654" not in str(aside)


def test_two_figures_of_one_key() -> None:
    other = PRICE | {"division": "40"}
    rows, aside = made("core_price", PRICE, other, other | {"index": "99"})
    assert [row["division"] for row in rows] == ["39"]
    assert [(a["row_id"], a["rule"]) for a in aside] == [("r1", "conflict"), ("r2", "conflict")]


def test_an_exact_repeat_is_no_loss_and_not_reported() -> None:
    again = PRICE | {"file": "下季.csv"}
    rows, aside = made("core_price", PRICE, again, again, repeats=2)
    assert [(row["division"], row["source"]) for row in rows] == [("39", "表.csv")]
    assert not aside
    # One that contradicts them leaves none to be preferred, however often the other figure stands there.
    rows, aside = made("core_price", PRICE, again, PRICE | {"index": "99"})
    assert not rows
    assert [a["rule"] for a in aside] == ["conflict"] * 3


def test_a_later_figure_stands_beside_the_earlier() -> None:
    rows, aside = made("core_price", PRICE, PRICE | {"index": "99", "received_at": dt.date(2021, 3, 1)})
    assert [(row["known_from"].month, row["index"]) for row in rows] == [(2, 1.015), (3, 0.99)]
    assert not aside


def test_a_vector_over_one_is_set_aside_whole() -> None:
    rows, aside = made(
        "core_coefficient",
        COEFFICIENT | {"k": "0.6"},
        COEFFICIENT | {"de": "040502", "k": "0.5"},
        COEFFICIENT | {"gbt": "6429", "k": "1"},
    )
    assert [row["gbt"] for row in rows] == ["6429"]
    assert [a["rule"] for a in aside] == ["over_one", "over_one"]


def cell(**change: Any) -> dict[str, Any]:
    """One cell of an export."""
    return {
        "column": "2022年第一季度",
        "subject": "国内生产总值当季值(亿元)",
        "indicator": "国内生产总值",
        "measure": "当季值",
        "unit": "亿元",
        "base": "",
        "price": "",
        "region_name": "",
        "period": "2022Q1",
        "span": "quarter",
        "value": "10.5",
        "region": "",
        "vintage": "",
        "status": "",
        "authority": "",
    } | change


def accounts(*cells: dict[str, Any], division: tuple[dict[str, Any], ...] = (), city: City = CITY) -> tuple[Any, Any]:
    typed, aside = small.core_account(raw("account", *cells), raw("account_division", *division), city)
    assert typed.schema == contract("core_account").schema
    return typed.to_pylist(), aside.to_pylist()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ("GDP", "value", "2022Q1", "quarter", 1_050_000_000.0, "元", "current")),
        (
            {"indicator": "信息传输、软件和信息技术服务业增加值"},
            ("I", "value", "2022Q1", "quarter", 1.05e9, "元", "current"),
        ),
        (
            {"indicator": "第二产业增加值", "unit": "万元"},
            ("secondary", "value", "2022Q1", "quarter", 105_000.0, "元", "current"),
        ),
        (
            {"measure": "累计同比", "unit": "%", "span": "cumulative"},
            ("GDP", "growth", "2022Q1", "cumulative", 0.105, "比率", "constant"),
        ),
        (
            {"measure": "同比增长", "unit": "%", "price": "现价"},
            ("GDP", "growth", "2022Q1", "quarter", 0.105, "比率", "current"),
        ),
        (
            {"indicator": "国内生产总值指数", "base": "上年同期=100", "unit": "", "value": "104.8"},
            ("GDP", "index", "2022Q1", "quarter", 1.048, "比率", "constant"),
        ),
        ({"price": "不变价2020"}, ("GDP", "value", "2022Q1", "quarter", 1.05e9, "元", "constant")),
        (
            {"measure": "", "period": "2019", "span": "annual"},
            ("GDP", "value", "2019", "annual", 1.05e9, "元", "current"),
        ),
        (
            {"measure": "累计值", "period": "2023-12", "span": "cumulative"},
            ("GDP", "value", "2023Q4", "cumulative", 1.05e9, "元", "current"),
        ),
    ],
)
def test_cells_of_an_export(change: dict[str, Any], expected: tuple[Any, ...]) -> None:
    [row], aside = accounts(cell(**change))
    assert not aside
    names = ("industry", "measure", "period", "span", "value", "unit", "price_basis")
    assert tuple(row[name] for name in names) == expected
    assert (row["region"], row["vintage"], row["status"], row["authority"]) == (
        "419900",
        "preliminary",
        "A",
        "统计机构",
    )


def test_what_the_receipt_declares() -> None:
    declared = {"region": "419902", "vintage": "final", "status": "P", "authority": "省级反馈"}
    [row], _ = accounts(cell(**declared))
    assert {name: row[name] for name in declared} == declared


@pytest.mark.parametrize(
    ("name", "code"), [("甲区", "419901"), ("甲", "419901"), ("示范市", "419900"), ("419902", "419902")]
)
def test_regions_by_name(name: str, code: str) -> None:
    [row], _ = accounts(cell(region_name=name))
    assert row["region"] == code


def test_the_nation_speaks_for_itself() -> None:
    nation = City(code="000000", name="全国", kind="nation", first_quarter="2015Q1", last_quarter="2023Q4")
    [row], _ = accounts(cell(), city=nation)
    assert (row["region"], row["authority"]) == ("000000", "国家公布")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"value": "n.a."}, "not_a_number"),
        ({"region_name": "丙县"}, "unknown_region"),
        ({"indicator": "人均国内生产总值"}, "unknown_indicator"),
        ({"measure": "环比"}, "unknown_measure"),
        ({"indicator": "国内生产总值指数", "base": "1978年=100"}, "unknown_measure"),
        ({"unit": ""}, "unit_undeclared"),
        ({"measure": "累计增长", "unit": "亿元"}, "unknown_unit"),
        ({"period": "2023-12", "span": "month"}, "bad_period"),
        ({"period": "2023-11", "span": "cumulative"}, "bad_period"),
    ],
)
def test_cells_that_are_set_aside(change: dict[str, Any], rule: str) -> None:
    rows, [aside] = accounts(cell(period="2021Q4"), cell(**change))
    assert len(rows) == 1
    assert (aside["rule"], aside["form"], aside["row"]) == (rule, "GDP", 3)


def test_empty_cells_are_no_rows() -> None:
    assert accounts(cell(value=None), cell(value="…")) == ([], [])


def test_current_and_constant_prices_stand_side_by_side() -> None:
    rows, aside = accounts(cell(), cell(price="不变价2020", value="9.9"))
    assert [row["price_basis"] for row in rows] == ["constant", "current"]
    assert not aside


def test_accounts_by_division() -> None:
    [row], aside = accounts(division=(DIVISION,))
    assert not aside
    assert (row["industry"], row["value"], row["vintage"]) == ("39", 15_000.0, "preliminary")
    rows, [aside] = accounts(division=(DIVISION, DIVISION | {"value": "x"}))
    assert len(rows) == 1
    assert aside["form"] == "HS01"


LEADING = {
    "month": "2023年11月",
    "proxy": "工业用电量",
    "region": "419900",
    "class": "39",
    "value": "105",
    "value_before": "100",
    "department": "示范市供电企业",
}


def test_leading_proxies_are_of_the_core_or_of_a_division() -> None:
    table, aside = small.core_leading(raw("leading", LEADING, LEADING | {"proxy": "vat", "class": "core"}), CITY)
    assert len(aside) == 0
    division, whole = table.to_pylist()
    assert (division["month"], division["proxy"], division["level"]) == ("2023-11", "electricity", "sector")
    assert (division["value"], division["value_before"], division["department"]) == (105.0, 100.0, "示范市供电企业")
    assert (whole["proxy"], whole["level"], whole["class"]) == ("vat", "industry", "core")


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"month": "2023年1-11月"}, "月份", "bad_period"),
        ({"month": "2023Q4"}, "月份", "bad_period"),
        ({"month": "年末"}, "月份", "bad_period"),
        ({"proxy": "货运量"}, "领先指标", "unknown_word"),
        ({"region": "419901"}, "地区代码", "unknown_region"),
        ({"class": "13"}, "类别代码", "bad_code"),
        ({"value": "-1"}, "当月值", "range"),
        ({"value_before": "0"}, "上年同月值", "range"),
        ({"department": ""}, "报送部门", "missing"),
    ],
)
def test_a_leading_proxy_that_does_not_hold_is_set_aside(change: dict[str, str], column: str, rule: str) -> None:
    table, aside = small.core_leading(raw("leading", LEADING | change), CITY)
    [row] = aside.to_pylist()
    assert (len(table), row["column"], row["rule"], row["form"]) == (0, column, rule, "HS17")
    assert row["reason_zh"]
    assert row["reason_en"]
