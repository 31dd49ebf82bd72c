from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import forms
from pipelines.ingest.reading import FileRead, read_file, suggest
from pipelines.ingest.sheets import decode
from tests.pipelines.ingest.builders import (
    EXPORT,
    INDUSTRY,
    INDUSTRY_SUB,
    INDUSTRY_TOP,
    NAME,
    TITLE,
    csv_file,
    firm,
    industry,
    repacked,
    table,
    text,
    xls,
    xlsx,
)

COLUMNS = ["unit", "name", "county", "gbt", "gross_output", "gross_output_base", "revenue", "revenue_base", "staff"]


def read(path: Path, form: str = "industry", name: str | None = NAME) -> FileRead:
    return read_file(path, form, name)


def refusal(path: Path, form: str = "industry", name: str | None = NAME) -> RefusalError:
    with pytest.raises(RefusalError) as caught:
        read_file(path, form, name)
    assert caught.value.zh
    assert caught.value.en
    return caught.value


def cells(result: FileRead) -> list[list[str | None]]:
    return [list(row.values()) for row in result.table.select(COLUMNS).to_pylist()]


PLAIN = [[f"91419900{i:010d}", f"第{i}厂", "419901", "3911", "1200", "1000.5", "1100", "900", "35"] for i in (1, 2)]


def test_a_plain_sheet(tmp_path: Path) -> None:
    result = read(xlsx(tmp_path / "a.xlsx", industry()))
    assert cells(result) == PLAIN
    assert result.table["row"].to_pylist() == [3, 4]
    assert set(result.table["yuan_per_unit"].to_pylist()) == {1000}
    assert result.table["profit"].null_count == 2
    assert [notice.code for notice in result.notices] == ["title", "note", "note"]
    assert not result.refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_give_the_same(tmp_path: Path, encoding: str) -> None:
    assert cells(read(csv_file(tmp_path / "a.csv", industry(), encoding))) == PLAIN


def test_old_workbooks_give_the_same(tmp_path: Path) -> None:
    assert cells(read(xls(tmp_path / "a.xls", industry()))) == PLAIN


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_other_separators(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text(industry()).replace(",", mark), encoding="utf-8")
    assert cells(read(path)) == PLAIN


@pytest.mark.parametrize("merged", [True, False])
def test_two_header_rows(tmp_path: Path, merged: bool) -> None:
    rows = [TITLE, INDUSTRY_TOP, INDUSTRY_SUB, firm(1), firm(2)]
    merges = ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:H2", "I2:I3") if merged else ()
    assert cells(read(xlsx(tmp_path / "a.xlsx", rows, merges=merges))) == PLAIN
    assert cells(read(csv_file(tmp_path / "a.csv", rows))) == PLAIN


def test_three_header_rows_and_a_row_of_numbers(tmp_path: Path) -> None:
    units = ["", "", "", "", "千元", "千元", "千元", "千元", "人"]
    numbers = ["甲", "乙", "丙", "丁", "1", "2", "3", "4", "5"]
    rows = [["规上工业"], INDUSTRY_TOP, INDUSTRY_SUB, units, numbers, firm(1), firm(2)]
    result = read(csv_file(tmp_path / "a.csv", rows))
    assert cells(result) == PLAIN
    assert set(result.table["yuan_per_unit"].to_pylist()) == {1000}
    outer = [["规上工业"], ["单位情况"] * 4 + ["财务"] * 5, *rows[1:]]
    refusal(csv_file(tmp_path / "b.csv", [["x"]]))
    assert len(outer) == 8


def test_columns_in_any_order_with_others_between(tmp_path: Path) -> None:
    order = [3, 8, 0, 1, 2, 7, 6, 5, 4]
    rows = [TITLE, *([["序号", *(row[i] for i in order), "备用"] for row in [*INDUSTRY, firm(1), firm(2)]])]
    assert cells(read(xlsx(tmp_path / "a.xlsx", rows))) == PLAIN


def test_synonyms_and_the_better_name(tmp_path: Path) -> None:
    header = [
        "社会信用代码",
        "企业名称",
        "县区代码",
        "行业小类代码",
        "工业总产值",
        "上年同期工业总产值",
        "营业收入_本年累计",
        "上年同期营业收入",
        "期末用工人数",
        "工业总产值/本年累计",
    ]
    rows = [TITLE, header, [*firm(1), 77]]
    assert cells(read(xlsx(tmp_path / "a.xlsx", rows)))[0][4] == "77"


@pytest.mark.parametrize(
    ("declare", "unit"),
    [
        (lambda rows: [["金额单位：万元"], *rows], 10_000),
        (lambda rows: [["单位：", "百万元"], *rows], 1_000_000),
        (lambda rows: [["工业（元）"], *rows], 1),
        (lambda rows: [*rows, ["注：计量单位为亿元"]], 100_000_000),
        (lambda rows: [[f"{h}(千元)" if "/" in h else h for h in rows[0]], *rows[1:]], 1_000),
        (lambda rows: [["计量单位：千元、人"], *rows], 1_000),
    ],
)
def test_where_a_unit_may_stand(tmp_path: Path, declare: object, unit: int) -> None:
    rows = declare([*INDUSTRY, firm()])  # type: ignore[operator]
    assert read(csv_file(tmp_path / "a.csv", rows)).table["yuan_per_unit"].to_pylist() == [unit]


def test_unit_not_declared(tmp_path: Path) -> None:
    fault = refusal(csv_file(tmp_path / "a.csv", [["规模以上工业"], *INDUSTRY, firm()]))
    assert fault.fault.code == "unit_undeclared"
    assert "计量单位：千元" in fault.zh
    assert refusal(csv_file(tmp_path / "b.csv", [["单位：万美元"], *INDUSTRY, firm()])).fault.code == "unit_undeclared"


@pytest.mark.parametrize(
    "rows",
    [
        [["单位：千元"], ["计量单位：万元"], *INDUSTRY, firm()],
        [["计量单位：万元"], [f"{h}(千元)" if "/" in h else h for h in INDUSTRY[0]], firm()],
        [[h.replace("营业收入/", "营业收入(千元)/") for h in INDUSTRY[0]], firm()],
    ],
)
def test_units_that_conflict(tmp_path: Path, rows: list[list[object]]) -> None:
    assert refusal(csv_file(tmp_path / "a.csv", rows)).fault.code == "unit_conflict"


def test_a_renamed_header_is_named_with_the_nearest(tmp_path: Path) -> None:
    rows = industry()
    rows[1] = [h.replace("行政区划代码", "行政区划编码") for h in rows[1]]
    fault = refusal(xlsx(tmp_path / "a.xlsx", rows, names=("财务",)))
    assert fault.fault.code == "missing_header"
    assert (fault.fault.sheet, fault.fault.row, fault.fault.column) == ("财务", 2, "行政区划代码")
    assert "最接近的表头是“行政区划编码”" in fault.zh
    assert "营业收入/本年累计" in fault.zh


def test_a_header_that_stands_twice(tmp_path: Path) -> None:
    rows = [[*row, row[0]] for row in [*INDUSTRY, firm()]]
    assert refusal(xlsx(tmp_path / "a.xlsx", [TITLE, *rows])).fault.code == "doubled_header"


def test_the_wrong_sheet_is_refused_by_name(tmp_path: Path) -> None:
    fault = refusal(xlsx(tmp_path / "a.xlsx", [["封面"]], [["说明", "口径"], ["a", "b"]], names=("封面", "口径说明")))
    assert fault.fault.code == "wrong_sheet"
    assert "封面、口径说明" in fault.zh
    assert "统一社会信用代码" in fault.zh
    assert refusal(csv_file(tmp_path / "a.csv", EXPORT)).fault.code == "wrong_sheet"


def test_several_sheets_and_a_cover(tmp_path: Path) -> None:
    result = read(
        xlsx(tmp_path / "a.xlsx", [["封面"]], industry(firm(1)), industry(firm(2)), names=("封面", "甲", "乙"))
    )
    assert cells(result) == PLAIN
    assert result.table["sheet"].to_pylist() == ["甲", "乙"]
    assert [notice.sheet for notice in result.notices if notice.code == "other_sheet"] == ["封面"]


def test_a_damaged_second_sheet_refuses_the_file(tmp_path: Path) -> None:
    second = industry(firm(2))
    second[1] = [*second[1][:-1], "人数"]
    fault = refusal(xlsx(tmp_path / "a.xlsx", industry(firm(1)), second, names=("甲", "乙")))
    assert (fault.fault.code, fault.fault.sheet) == ("missing_header", "乙")


def test_hidden_sheets_are_named_and_not_read(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry(firm(1)), industry(firm(2)), names=("甲", "乙"))
    import zipfile

    with zipfile.ZipFile(book) as archive:
        workbook = archive.read("xl/workbook.xml").replace(b'sheetId="2"', b'sheetId="2" state="hidden"')
    result = read(repacked(book, tmp_path / "b.xlsx", {"xl/workbook.xml": workbook}))
    assert result.table.num_rows == 1
    assert [notice.sheet for notice in result.notices if notice.code == "hidden_sheet"] == ["乙"]


@pytest.mark.parametrize("rows", [[TITLE, *INDUSTRY], [TITLE, *INDUSTRY, ["注：无数据"]], [[]], [["  "], [""]]])
def test_nothing_but_a_header(tmp_path: Path, rows: list[list[object]]) -> None:
    assert refusal(xlsx(tmp_path / "a.xlsx", rows)).fault.code == "empty_table"


def test_the_title_holds_against_the_name(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", industry())
    assert refusal(path, name=NAME.replace("1-12", "1-9")).fault.code == "period_conflict"
    assert read(path, name=None).table.num_rows == 2


def test_totals_blank_rows_and_long_rows(tmp_path: Path) -> None:
    total = ["合计", "", "", "", 2400, 2001, 2200, 1800, 70]
    long = [*firm(3)[:1], "甲", "乙有限公司", *firm(3)[2:]]
    rows = [TITLE, *INDUSTRY, firm(1), ["", ""], long, [*firm(2), "", ""], total, ["注：a"], ["续上"]]
    result = read(csv_file(tmp_path / "a.csv", rows))
    assert cells(result) == PLAIN
    assert result.table["row"].to_pylist() == [3, 6]
    assert [(fault.code, fault.row) for fault in result.refused] == [("row_too_long", 5)]
    assert [(n.code, n.row) for n in result.notices if n.row] == [("total", 7), ("note", 8), ("note", 9)]
    assert "2400" not in str(result.notices)


def test_short_rows_end_in_nothing(tmp_path: Path) -> None:
    result = read(csv_file(tmp_path / "a.csv", [TITLE, *INDUSTRY, firm(1)[:5], firm(2)]))
    assert cells(result)[0][5:] == [None] * 4


def test_codes_that_a_spreadsheet_has_shortened(tmp_path: Path) -> None:
    rows = [TITLE, *INDUSTRY, [914199001234567890, *firm(1)[1:]], firm(2)]
    result = read(xlsx(tmp_path / "a.xlsx", rows))
    assert [(n.code, n.row, n.column) for n in result.notices if n.code == "damaged_code"] == [
        ("damaged_code", 3, "统一社会信用代码")
    ]
    assert "9141" not in str([n for n in result.notices if n.code == "damaged_code"])
    rows[2][0] = "9.14E+17"
    assert [n.code for n in read(csv_file(tmp_path / "a.csv", rows)).notices].count("damaged_code") == 1


def test_long_codes_and_leading_zeros_stay_text(tmp_path: Path) -> None:
    rows = table("price", ["2021Q1", "06", "PPI", 101.5, "A"])
    result = read(xlsx(tmp_path / "a.xlsx", rows), "price", None)
    assert result.table.select(["division", "index"]).to_pylist() == [{"division": "06", "index": "101.5"}]


@pytest.mark.parametrize("content", ['a,"b\nc,d\n', 'a,"b"c\n', 'x,"' + "y\n" * 20 + '"\n'])
def test_quotation_marks_that_do_not_pair(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text(industry()) + content, encoding="utf-8")
    assert refusal(path).fault.code == "quoting"


def test_a_cell_of_two_lines_is_no_fault(tmp_path: Path) -> None:
    rows = [TITLE, *INDUSTRY, firm(1), [firm(2)[0], "第二\n厂", *firm(2)[2:]]]
    assert cells(read(csv_file(tmp_path / "a.csv", rows)))[1][1] == "第二\n厂"


def test_unknown_encodings_and_null_bytes(tmp_path: Path) -> None:
    with pytest.raises(RefusalError) as caught:
        decode(b"\xff\xff\xff\x80")
    assert caught.value.fault.code == "encoding"
    with pytest.raises(RefusalError, match="GB18030 读到第 3 行第 4 个字符") as caught:
        decode("表头\n第一行\n第二行".encode("gb18030") + b"\xff\xff\n")
    assert caught.value.fault.row == 3
    with pytest.raises(RefusalError, match="UTF-8 读到第 2 行第 3 个字符"):
        decode("表头\n二行".encode() + b"\xff\xff")
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * 5000 + b"\x00")
    assert refusal(path).fault.code == "not_a_table"


def test_a_workbook_that_cannot_be_opened(tmp_path: Path) -> None:
    book = xlsx(tmp_path / "a.xlsx", industry())
    assert refusal(repacked(book, tmp_path / "b.xlsx", {"xl/workbook.xml": b"<a"})).fault.code == "broken_file"
    old = xls(tmp_path / "c.xls", industry())
    old.write_bytes(old.read_bytes()[:600])
    assert refusal(old).fault.code == "broken_file"


def test_which_form_a_file_resembles(tmp_path: Path) -> None:
    assert suggest(xlsx(tmp_path / "a.xlsx", industry())) == "industry"
    assert suggest(csv_file(tmp_path / "b.csv", EXPORT)) == "account"
    # Surveys share their items: the title tells them apart.
    for form in ("service", "trade", "construction"):
        titled = [[f"示范市{forms()[form].title}"], *table(form, ["1"] * 20)]
        assert suggest(csv_file(tmp_path / "e.csv", titled)) == form
    assert suggest(csv_file(tmp_path / "c.csv", [["姓名", "电话"], ["a", "b"]])) == ""
    assert suggest(csv_file(tmp_path / "d.csv", table("coefficient", [""] * 10))) == "coefficient"
