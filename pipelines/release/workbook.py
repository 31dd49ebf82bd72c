"""The workbook of a release: the report's tables as sheets, native charts, notes, the catalogue.

Belongs here: how a table becomes a sheet. Does not belong here: which numbers stand in it (tables) or what the notes
say (notes).

Text is written as text, whatever it begins with: a cell that starts with "=" can come from a file name or a region's
name and must never run. The creation time is the release's as_of, so that the bytes repeat.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from pipelines.excel import FONT, OPTIONS, Book, lines, page, units
from pipelines.release import (
    development,
    estimates,
    five_lists,
    monitored,
    revised,
    sensitivity,
    structure,
    tables,
    warnings,
)
from pipelines.release.charts import ACCENT, GREY, HUES
from pipelines.release.display import MARK, MARKED, TOO_SMALL, decimal, numeric_columns, shown
from pipelines.release.figures import BASES, DIVISIONS, PRICES, SPANS, Figures, Number
from pipelines.release.issue import Issue
from pipelines.release.notes import notes, synthetic
from pipelines.release.sentences import headline
from pipelines.release.tables import Cell, Row, Table

_CATALOGUE: Final = {
    "name_zh": "名称", "id": "指标", "definition_id": "口径", "definition_zh": "定义", "formula": "计算公式",
    "assumption_zh": "假设", "display_unit": "单位", "price_basis": "价格", "bases": "基数", "spans": "时期类型",
    "source": "来源", "release_level": "发布级别",
}  # fmt: skip
_WIDTHS: Final = {
    "definition_zh": 60,
    "formula": 44,
    "assumption_zh": 44,
    "source": 36,
    "name_zh": 34,
    "id": 30,
    "definition_id": 17,
    "spans": 26,
    "bases": 21,
}
# Lists of words that the catalogue keeps in English.
_WORDS: Final = {"price_basis": PRICES, "bases": BASES, "spans": SPANS}
_WIDEST: Final = 34  # units of width of a column of texts
# Light hatching.
_WITHHELD: Final = {"pattern": 18, "fg_color": "#9aa1ab", "bg_color": "#ffffff"}
_FIRST_ROW: Final = 4  # title, stamp, unit, head; the first row of figures, from 0


def write(f: Figures, issue: Issue, path: Path) -> None:
    """Write the workbook of a release.

    Args:
        f: the release's figures.
        issue: what the release is called.
        path: the file to write.
    """
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        made = dt.datetime.combine(issue.as_of, dt.time())
        title = f"{f.city.name}数字经济季度运行监测（{issue.period}）"
        book.set_properties({"title": title, "created": made, "comments": f"{issue.name} {issue.level} {issue.stamp}"})
        at = Book(book)
        sheets = _sheets(f)
        _notes(at, f, issue, title, sheets)
        for name, table in sheets.items():
            add(at, name, table, issue)
        _charts(at, f, issue, sheets)
        _catalogue(at, f, issue)


def _sheets(f: Figures) -> dict[str, Table]:
    """Sheet name → table, those that have something to show."""
    span = f.main
    concentration = structure.concentration(f, span) if span else None
    found = {
        "总表 T1": tables.overview(f),
        "大类 T2": tables.divisions(f, span) if span else None,
        "中类 T3": tables.groups(f, span) if span else None,
        "县区 T4": tables.counties(f, span) if span else None,
        "规上行业 T5": structure.industries(f, span) if span else None,
        (concentration.title if concentration else ""): concentration,
        "区位商": structure.quotients(f, span) if span else None,
        "企业规模": structure.sizes(f),
        "名录进退": structure.population(f, span) if span else None,
        "渗透率 T6": tables.penetration(f),
        "渗透率分门类": tables.penetration_sections(f),
        "基础设施与部门 T7": monitored.departments(f),
        "未来产业": monitored.futures(f),
        "产业链": tables.chains(f, span) if span else None,
        "产业链分母": tables.chain_denominators(f),
        "全口径与年度衔接": estimates.estimates(f, span) if span else None,
        "系数敏感性": sensitivity.effects(f, span) if span else None,
        "占GDP比重与版次": tables.vintages(f, span) if span else None,
        "时间序列（累计）": tables.series(f, "cumulative"),
        "时间序列（当季）": tables.series(f, "quarter"),
        "拉动": tables.pulls(f),
        "发展指数 T17": development.development(f),
        "发展指数权重 T18": development.weights(f),
        "五张清单 T8": five_lists.lists_by_county(f),
        "重点项目 T9": five_lists.of_list(f, "T9"),
        "项目灯号分县区": five_lists.lights_by_county(f),
        "招商 T10": five_lists.of_list(f, "T10"),
        "专项债 T11": five_lists.of_list(f, "T11"),
        "园区 T12": five_lists.of_list(f, "T12"),
        "预警信号 T15": warnings.signals(f),
        "景气五灯 T16": warnings.cycle_lights(f, str(f.quarter)),
        "修订对照 T13": revised.contrast(f),
        "增速修订 T13": revised.contrast(f, "core_growth"),
        "全口径修订 T13": revised.contrast(f, definition="full_scope"),
        "全口径增速修订 T13": revised.contrast(f, "core_growth", "full_scope"),
        "年度衔接修订 T13": revised.contrast(f, definition="benchmarked"),
        "单位变动 T14": revised.unit_changes(f),
        "修订三角": revised.triangle(f),
        "报表覆盖": tables.coverage(f),
        "推算": tables.imputed(f, span) if span else None,
    }
    return {name: table for name, table in found.items() if table and table.rows}


def _notes(at: Book, f: Figures, issue: Issue, title: str, sheets: dict[str, Table]) -> None:
    used = [figure for table in sheets.values() for figure in table.figures]
    pairs = [
        ("级别", f"{issue.stamp}（{issue.level}）"),
        ("版次", issue.vintage_zh),
        *([("合成数据", synthetic(f.city))] if f.city.synthetic else []),
        ("要点", f"{headline(f)}。"),
        ("发布批次", issue.name),
        *((heading, text) for heading, text in notes(f, issue, used) if heading != "合成数据"),
        ("工作表", "、".join(sheets)),
    ]
    cover(at, title, pairs, issue)


def cover(at: Book, title: str, pairs: Sequence[tuple[str, str]], issue: Issue) -> None:
    """The first sheet: a title, then headings with their texts."""
    sheet = at.book.add_worksheet("说明")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 96)
    sheet.write_string(0, 0, title, at.style(bold=True, font_size=16))
    sheet.set_row(0, 30)
    for row, (heading, text) in enumerate(pairs, 2):
        warn = {"font_color": "#9d1c1c", "bold": True} if heading in {"级别", "合成数据"} else {}
        sheet.write_string(row, 0, heading, at.style(bold=True, valign="top"))
        sheet.write_string(row, 1, text, at.style(text_wrap=True, valign="top", **warn))
        # About 54 Chinese characters fill a line of the column; the height is set, as not every program finds it.
        sheet.set_row(row, 16.5 * sum(-(-len(line) // 54) for line in text.splitlines()) + 3)
    page(sheet, landscape=False, stamp=issue.stamp)


def add(at: Book, name: str, table: Table, issue: Issue) -> None:
    """A table as a sheet of its own: numbers to the right, columns of texts to the left."""
    sheet = at.book.add_worksheet(name)
    last = len(table.head) - 1
    sheet.hide_gridlines(2)
    sheet.set_default_row(19)
    sheet.write_string(0, 0, table.title, at.style(bold=True, font_size=14))
    sheet.write_string(
        1,
        0,
        f"{issue.stamp} · {issue.level} · {issue.figure} · {issue.vintage_zh} · {issue.name}",
        at.style(font_color="#9d1c1c"),
    )
    sheet.write_string(2, last, table.unit, at.style(align="right", font_color="#5d6672"))
    numeric = [False, *numeric_columns([row.cells for row in table.rows])]
    sides = ["right" if number else "left" for number in numeric]
    for column, head in enumerate(table.head):
        look = {"align": sides[column], "text_wrap": True}
        sheet.write_string(3, column, head, at.style(bold=True, top=2, bottom=1, **look))
    sheet.set_row(3, 32)
    for number, row in enumerate(table.rows):
        _row(at, sheet, _FIRST_ROW + number, row, sides, final=number == len(table.rows) - 1)
    width = sum(_columns(sheet, table))
    small = at.style(font_color="#5d6672", font_size=9, text_wrap=True, valign="top")
    for number, note in enumerate(table.said, _FIRST_ROW + len(table.rows) + 1):
        # Over all columns and in lines: a text that runs on beyond them makes the printed sheet tiny.
        sheet.merge_range(number, 0, number, last, "", small)
        sheet.write_string(number, 0, f"注：{note}", small)
        # In small type a tenth more goes on a line.
        sheet.set_row(number, 13 * lines(f"注：{note}", width * 1.1) + 3)
    sheet.freeze_panes(_FIRST_ROW, 1)
    sheet.repeat_rows(3)
    page(sheet, landscape=last > 5, stamp=issue.stamp)


def _row(at: Book, sheet: Any, number: int, row: Row, sides: Sequence[str], *, final: bool) -> None:
    look: dict[str, Any] = {"bold": True} if row.total else {}
    look |= {"bottom": 2} if final else {}
    sheet.write_string(number, 0, row.label, at.style(indent=row.indent, **look))
    for column, side in enumerate(sides[1:], 1):
        cell = row.cells[column - 1] if column <= len(row.cells) else None
        _cell(at, sheet, (number, column), cell, look | {"align": side})


def _cell(at: Book, sheet: Any, place: tuple[int, int], cell: Cell, look: dict[str, Any]) -> None:
    row, column = place
    if cell is None:
        sheet.write_blank(row, column, None, at.style(**look))
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, at.style(**look, **_wrapped(cell)))
    elif cell.withheld:
        sheet.write_string(row, column, shown(cell).text, at.style(**_WITHHELD, **look))
    elif (text := shown(cell).text) == TOO_SMALL or (cell.rough and not cell.value):
        sheet.write_string(row, column, text, at.style(**look))
    else:
        sheet.write_number(row, column, _unrounded(cell), at.style(num_format=_format(cell), **look))


def _wrapped(text: str) -> dict[str, Any]:
    """A long text breaks into lines."""
    return {"text_wrap": True} if units(text) > _WIDEST else {}


def _unrounded(cell: Number) -> float:
    """The full value in its display unit: a sheet shows the rounded number and calculates with this one."""
    scale = 100.0 if cell.display_unit in {"%", "百分点"} else 1.0
    value = cell.value / 1e8 if cell.display_unit == f"亿{cell.unit}" else cell.value * scale
    return value if decimal(cell) != 0 else 0.0


def _format(cell: Number) -> str:
    digits = "#,##0" + ("." + "0" * cell.places if cell.places else "")
    mark = f'" {cell.status}"' if cell.status in MARKED else ""
    # An unmarked number keeps the room of a mark, so that the decimals stand below each other.
    tail = mark or "_ _E"
    return f"{digits}{tail};-{digits}{tail}"


def _columns(sheet: Any, table: Table) -> list[float]:
    """Set the columns' widths by what stands in them, and the heights of rows with texts in lines; the widths."""
    labels = [len(row.label) * 2 + row.indent * 2 for row in table.rows]
    wide = [float(min(48, max(16, *labels) + 2))]
    sheet.set_column(0, 0, wide[0])
    for column in range(1, len(table.head)):
        cells = [row.cells[column - 1] for row in table.rows if len(row.cells) >= column]
        texts = [cell for cell in cells if isinstance(cell, str)]
        head = len(table.head[column]) * 2.2
        wide.append(min(_WIDEST, max(13, head, *(units(text) + 1 for text in ["", *texts]))))
        sheet.set_column(column, column, wide[column])
    for number, row in enumerate(table.rows, _FIRST_ROW):
        placed = [(cell, wide[column]) for column, cell in enumerate(row.cells, 1)]
        if (tall := max((lines(cell, width) for cell, width in placed if isinstance(cell, str)), default=1)) > 1:
            sheet.set_row(number, 15 * tall + 4)
    return wide


def _charts(at: Book, f: Figures, issue: Issue, sheets: dict[str, Table]) -> None:
    """Native charts on one sheet, each drawn from the cells of another sheet."""
    plans = [
        _line_chart(at, f, sheets),
        _stack_chart(at, f, sheets),
        _bar_chart(at, sheets, "县区 T4", "分县（市、区）核心产业增加值（亿元）"),
        _bar_chart(at, sheets, "大类 T2", "分大类核心产业增加值（亿元）"),
        _tornado_chart(at, sheets),
    ]
    charts = [chart for chart in plans if chart]
    if not charts:
        return
    sheet = at.book.add_worksheet("图")
    sheet.hide_gridlines(2)
    for number, chart in enumerate(charts):
        chart.set_size({"width": 760, "height": 340})
        sheet.insert_chart(number * 18, 0, chart)
    page(sheet, landscape=False, stamp=issue.stamp)


def _line_chart(at: Book, f: Figures, sheets: dict[str, Table]) -> Any:
    name = "时间序列（累计）"
    table = sheets.get(name)
    if table is None or len(table.rows) < 2:
        return None
    chart = at.book.add_chart({"type": "line"})
    plans = [(f.growth_name, "核心产业", ACCENT, "solid")]
    # GDP's growth is at constant prices, and two price bases never share a chart.
    if f.growth_price == "constant" and "GDP增速" in table.head:
        plans.append(("GDP增速", "GDP", GREY, "dash"))
    for head, label, colour, dash in (plan for plan in plans if plan[0] in table.head):
        line = {"color": colour, "width": 2.25, "dash_type": dash}
        chart.add_series(_series(name, table, head) | {"line": line, "name": label})
    title = "与".join(label for _, label, _, _ in plans)
    return _finish(chart, f"{title}累计同比增速（{PRICES[f.growth_price]}，%）")


def _stack_chart(at: Book, f: Figures, sheets: dict[str, Table]) -> Any:
    name = "时间序列（当季）"
    table = sheets.get(name)
    heads = {head: HUES[cls] for cls in DIVISIONS if table and (head := f.name("digital", cls)) in table.head}
    # Where divisions fold into the core a copy has none.
    if table is None or len(table.rows) < 2 or not heads:
        return None
    chart = at.book.add_chart({"type": "column", "subtype": "stacked"})
    for head, colour in heads.items():
        chart.add_series(_series(name, table, head) | {"fill": {"color": colour}, "name": head, "gap": 40})
    return _finish(chart, "当季核心产业增加值（现价，亿元）")


def _bar_chart(at: Book, sheets: dict[str, Table], name: str, title: str) -> Any:
    table = sheets.get(name)
    if table is None:
        return None
    chart = at.book.add_chart({"type": "bar"})
    labels = {"value": True, "num_format": "#,##0.0"}
    # The first row is the total.
    look = {"fill": {"color": ACCENT}, "data_labels": labels, "gap": 50}
    chart.add_series(_series(name, table, "增加值", skip=1) | look)
    chart.set_y_axis({"reverse": True, "num_font": {"name": FONT}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_legend({"none": True})
    if any(isinstance(cell, Number) and cell.withheld for row in table.rows for cell in row.cells[:1]):
        title += f"；没有条形的为{MARK}或不详"
    chart.set_title({"name": title, "name_font": {"name": FONT, "size": 12}, "overlay": False})
    return chart


def _tornado_chart(at: Book, sheets: dict[str, Table]) -> Any:
    name = "系数敏感性"
    table = sheets.get(name)
    if table is None:
        return None
    chart = at.book.add_chart({"type": "bar"})
    for head, colour in ((table.head[1], GREY), (table.head[2], ACCENT)):
        chart.add_series(
            _series(name, table, head)
            | {"fill": {"color": colour}, "name": head, "gap": 50, "overlap": 100}
            | {"data_labels": {"value": True, "num_format": "+#,##0.00;−#,##0.00", "font": {"name": FONT, "size": 8}}}
        )
    _finish(chart, "剥离系数低、高10个百分点时核心产业增加值的变动（亿元）")
    font = {"name": FONT, "size": 9}
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": font})
    return chart


def _series(name: str, table: Table, head: str, *, skip: int = 0) -> dict[str, Any]:
    column, first, last = table.head.index(head), _FIRST_ROW + skip, _FIRST_ROW + len(table.rows) - 1
    return {"categories": [name, first, 0, last, 0], "values": [name, first, column, last, column]}


def _finish(chart: Any, title: str) -> Any:
    font = {"name": FONT, "size": 9}
    chart.set_title({"name": title, "name_font": {"name": FONT, "size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#d9dde2"}},
                      "line": {"none": True}, "num_font": font})  # fmt: skip
    chart.set_x_axis({"num_font": font, "label_position": "low"})
    return chart


def _catalogue(at: Book, f: Figures, issue: Issue) -> None:
    sheet = at.book.add_worksheet("指标目录")
    sheet.hide_gridlines(2)
    for column, (key, head) in enumerate(_CATALOGUE.items()):
        sheet.write_string(0, column, head, at.style(bold=True, top=2, bottom=1))
        sheet.set_column(column, column, _WIDTHS.get(key, 15))
    for row, entry in enumerate(f.catalogue.values(), 1):
        texts = {key: _said(key, str(entry[key])) for key in _CATALOGUE}
        for column, text in enumerate(texts.values()):
            sheet.write_string(row, column, text, at.style(text_wrap=True, valign="top"))
        # A Chinese character is two units of a column's width; the height is set, as not every program finds it.
        lines = max(-(-units(text) // _WIDTHS.get(key, 15)) for key, text in texts.items())
        sheet.set_row(row, 15 * lines + 3)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(f.catalogue), len(_CATALOGUE) - 1)
    sheet.repeat_rows(0)
    page(sheet, landscape=True, stamp=issue.stamp)


def _said(key: str, text: str) -> str:
    """A cell of the catalogue in Chinese."""
    words = _WORDS.get(key)
    return "；".join(words[word] for word in text.split(";")) if words else text
