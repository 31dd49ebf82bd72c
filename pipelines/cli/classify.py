"""Looking codes up at the command line: one code in words, or every code of a file.

Belongs here: finding the code column of a loose file, laying an answer out. Does not belong here: what a code means
(classification). Never imports Dagster, Great Expectations or pandas.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich import box
from rich.table import Table
from rich.text import Text

from classification.description import CONFIDENCE, SYSTEMS, Link, Named, Reading, describe
from classification.errors import InputError
from classification.standard import load_standard
from pipelines.cli.answer import write_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from classification.resolution import Resolution
    from pipelines.ingest.sheets import Sheet

SCAN: Final = 40  # rows in which a header may stand
SHOWN: Final = 20  # rows named for one reason
STATUSES: Final = {"assigned": "已归类", "ambiguous": "不明确", "unmatched": "未匹配"}
_EXTRA_HEADERS: Final = ("行业小类代码", "国民经济行业小类", "行业小类", "行业代码（GB/T 4754-2017）", "industry_code")
_NUMBERING: Final = re.compile(r"[甲乙丙丁戊己庚辛]|\(?\d{1,3}\)?")


@dataclass(frozen=True, slots=True)
class Codes:
    """The industry codes of a file: sheet, header, and per code its row in the file, counted from 1."""

    sheet: str
    header: str
    rows: tuple[int, ...]
    written: tuple[str | None, ...]


def show(code: str, console: Console) -> None:
    """Print what a code means in either classification.

    Raises:
        InputError: no classification has the code; the message names the nearest ones.
    """
    description = describe(code)
    if len(description.readings) > 1:
        console.print(Text(f"“{description.asked}”在两个分类中都有，含义不同：", style="yellow"))
    for reading in description.readings:
        console.print(_reading(reading))


def show_file(path: Path, console: Console, *, column: str | None = None, output: Path | None = None) -> None:
    """Classify every code of a file and print how many found their class, and why the others did not.

    Args:
        path: an xlsx, xls or csv file.
        console: where to print.
        column: header of the code column; found by its usual names when not given.
        output: a CSV file (UTF-8 with BOM, for Excel) to write the answer row by row to.

    Raises:
        InputError: the file cannot be read or has no code column; the message names the headers found.
    """
    if output is not None and output.resolve() == path.resolve():
        raise InputError("输出文件不能是输入文件。", "The output must not be the input file.", where=output.name)
    codes = read_codes(path, column)
    # Imported late: a single code needs neither the engine nor Arrow.
    from classification.resolution import resolve

    answers = resolve(codes.written)
    place = f"{path.name} · {codes.sheet}" if codes.sheet else path.name
    console.print(Text(f"{place}，列“{codes.header}”，{len(answers)} 行", style="bold"))
    console.print(_counts(answers))
    reasons = _reasons(codes, answers)
    if reasons.row_count:
        console.print(reasons)
    reused = _reused(codes, answers)
    if reused.row_count:
        console.print(reused)
    if output is not None:
        _write(output, codes, answers)
        console.print(Text(f"逐行结果已写入 {output}", style="green"))


def read_codes(path: Path, column: str | None = None) -> Codes:
    """Find the industry codes of a loose file.

    Args:
        path: an xlsx, xls or csv file.
        column: header of the code column; found by its usual names when not given.

    Raises:
        InputError: no such file, no readable table, or no code column (the headers found are named).
    """
    from pipelines.ingest.sheets import read_book

    if not path.is_file():
        raise InputError("找不到文件。", "No such file.", where=str(path))
    sheets = read_book(path).sheets
    wanted = {_plain(column)} if column else _headers()
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:SCAN]):
            for position, cell in enumerate(row):
                if isinstance(cell, str) and _plain(cell) in wanted:
                    return _codes(sheet, number, position, cell.strip())
    found = "、".join(dict.fromkeys(name for sheet in sheets for name in _likely_headers(sheet))) or "（无）"
    asked = f"“{column}”" if column else "行业代码列（如“行业代码”）"
    raise InputError(
        f"没有找到{asked}。找到的表头：{found}。可用 --column 指定。",
        f"No industry-code column. Headers found: {found}. Name it with --column.",
        where=path.name,
    )


@cache
def _headers() -> frozenset[str]:
    """The headers under which the forms know the industry code; those of the forms are not typed twice."""
    text = (files("pipelines.ingest.forms") / "columns.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["column"] == "gbt"]
    names = [name for row in rows for name in (row["header"], *row["synonyms"].split(";")) if name]
    return frozenset(_plain(name) for name in (*names, *_EXTRA_HEADERS))


def _plain(name: str) -> str:
    from pipelines.ingest.texts import normal

    return normal(name)


def _codes(sheet: Sheet, number: int, position: int, header: str) -> Codes:
    from pipelines.ingest.notes import is_note, is_total, texts_of
    from pipelines.ingest.texts import render

    # A header merged over several rows ends where the merged range ends.
    spans = [bottom for (top, left), (bottom, _) in sheet.merges if (top, left) == (number, position)]
    first = max([number, *spans]) + 1
    rows: list[int] = []
    written: list[str | None] = []
    for at in range(first, len(sheet.rows)):
        texts = texts_of(sheet.rows[at])
        if not texts or is_note(texts[0]) or is_total(texts[0]) or (at == first and _numbers(texts)):
            continue
        cell = sheet.rows[at][position] if position < len(sheet.rows[at]) else None
        rows.append(at + 1)
        written.append(render(cell))
    return Codes(sheet.name, header, tuple(rows), tuple(written))


def _numbers(texts: Sequence[str]) -> bool:
    """Whether a row only numbers the columns (甲, 乙, 1, 2 …)."""
    counts = [int(text.strip("()")) for text in texts if text.strip("()").isdecimal()]
    return len(texts) > 1 and all(map(_NUMBERING.fullmatch, texts)) and max(counts, default=0) <= len(texts)


def _likely_headers(sheet: Sheet) -> list[str]:
    """The texts of the row that looks most like a header: the most text cells near the top."""
    lines: list[list[str]] = [[c.strip() for c in row if isinstance(c, str) and c.strip()] for row in sheet.rows[:SCAN]]
    return max(lines, key=len, default=[])


def _reading(reading: Reading) -> Table:
    table = Table(box=box.ROUNDED, show_header=False, title_justify="left", title_style="bold")
    table.title = Text(f"{reading.code} {reading.name_zh}")
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("分类", f"{SYSTEMS[reading.system]} · {reading.level}")
    if reading.name_en:
        table.add_row("英文", Text(reading.name_en))
    table.add_row("核心产业", _core(reading))
    digital = "数字经济小类" if reading.system == "gbt" else "国民经济行业"
    for title, items in (
        ("上级", reading.parents),
        ("下级", reading.children),
        (digital, reading.links),
        ("数字化效率提升业", reading.efficiency),
        ("需要剥离系数", reading.needs_coefficient),
        ("产业链", reading.chains),
    ):
        if items:
            table.add_row(title, Text(_list(items)))
    for note in reading.notes:
        table.add_row("说明", Text(note))
    table.add_row("依据", Text(f"{reading.source}（可信度{CONFIDENCE[reading.confidence]}）"))
    return table


def _core(reading: Reading) -> Text:
    if not reading.core:
        return Text("否", style="dim")
    if reading.system == "gbt" and reading.level != "小类":
        return Text("部分小类是", style="yellow")
    if reading.needs_coefficient and reading.level == "小类":
        return Text("部分是（带*，需要剥离系数）", style="yellow")
    return Text("是", style="green")


def _list(items: Sequence[Named | Link]) -> str:
    return "\n".join(_item(item) for item in items)


def _item(item: Named | Link) -> str:
    if isinstance(item, Named):
        return f"{item.code}  {item.name_zh}"
    doubt = "" if item.confidence == "high" else f"\n　{item.source}（可信度{CONFIDENCE[item.confidence]}）"
    return f"{item.code}{'*' if item.partial else ''}  {item.name_zh}{doubt}"


def _counts(answers: Sequence[Resolution]) -> Table:
    standard = load_standard()
    table = Table("归类", "行数", "占比", box=box.SIMPLE_HEAD)
    table.columns[1].justify = table.columns[2].justify = "right"
    by_status = Counter(answer.status for answer in answers)
    found = [answer.gbt for answer in answers if answer.gbt is not None]
    core = sum(gbt in standard.core_classes for gbt in found)
    partial = sum(gbt in standard.partial_classes for gbt in found)
    for title, count in (
        (STATUSES["assigned"], by_status["assigned"]),
        ("　数字经济核心产业", core),
        ("　　其中带*（需要剥离系数）", partial),
        ("　非核心产业", len(found) - core),
        (STATUSES["ambiguous"], by_status["ambiguous"]),
        (STATUSES["unmatched"], by_status["unmatched"]),
        ("合计", len(answers)),
    ):
        share = f"{count / len(answers):.1%}" if answers else "—"
        table.add_row(title, f"{count:,}", share, end_section=title == STATUSES["unmatched"])
    return table


def _reasons(codes: Codes, answers: Sequence[Resolution]) -> Table:
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, answer in zip(codes.rows, answers, strict=True):
        if answer.status != "assigned":
            groups[answer.status, answer.reason].append(row)
    table = Table("归类", "原因", "行数", "所在行", box=box.SIMPLE_HEAD, title="未能归类的行", title_justify="left")
    table.columns[1].overflow = "fold"
    for (status, reason), rows in sorted(groups.items(), key=lambda group: (-len(group[1]), group[1])):
        table.add_row(STATUSES[status], Text(reason), f"{len(rows):,}", _places(rows))
    return table


def _reused(codes: Codes, answers: Sequence[Resolution]) -> Table:
    standard = load_standard()
    groups: dict[str, list[int]] = defaultdict(list)
    for row, answer in zip(codes.rows, answers, strict=True):
        if answer.gbt in standard.gbt_2011:
            groups[answer.gbt].append(row)
    table = Table("代码", "2017版（本次所用）", "2011版", "所在行", box=box.SIMPLE_HEAD, title_justify="left")
    table.title = "请核对：这些代码在2011版中含义不同"
    for gbt, rows in sorted(groups.items()):
        table.add_row(gbt, standard.gbt[gbt].name_zh, standard.gbt_2011[gbt].name_zh, _places(rows))
    return table


def _places(rows: Sequence[int]) -> str:
    more = f" 等 {len(rows):,} 行" if len(rows) > SHOWN else ""
    return "、".join(map(str, rows[:SHOWN])) + more


def _write(output: Path, codes: Codes, answers: Sequence[Resolution]) -> None:
    header = ["行号", codes.header, "归类", "行业小类", "行业名称", "核心产业", "带*", "数字经济小类", "原因"]
    answered = zip(codes.rows, codes.written, answers, strict=True)
    write_answer(output, header, (_answer(row, written, answer) for row, written, answer in answered))


def _answer(row: int, written: str | None, answer: Resolution) -> list[object]:
    standard, gbt = load_standard(), answer.gbt
    return [
        row,
        written or "",
        STATUSES[answer.status],
        gbt or "",
        standard.gbt[gbt].name_zh if gbt else "",
        "是" if gbt in standard.core_classes else "否" if gbt else "",
        "是" if gbt in standard.partial_classes else "否" if gbt else "",
        ";".join(standard.core_of(gbt)),
        answer.reason,
    ]
