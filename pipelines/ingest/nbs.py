"""The national bureau's export: indicators or regions down, periods across, titles above, notes below.

Belongs here: that layout and the names it uses, as a pure function of rows. Does not belong here: which industry an
indicator means (``accounts.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from pipelines.ingest.faults import Fault, RefusalError, too_long
from pipelines.ingest.nbs_heads import Head, find_head
from pipelines.ingest.nbs_names import split_name
from pipelines.ingest.notes import is_note, source_of, texts_of
from pipelines.ingest.periods import Period
from pipelines.ingest.texts import parse_number, render

if TYPE_CHECKING:
    import pandas as pd

_TITLE: Final = re.compile(r"\s*(数据库|指标|时间|地区|单位|计量单位)\s*[:：]\s*(.*)", re.DOTALL)
_UNIT_WITHIN: Final = re.compile(r"单位\s*[:：]\s*([^\s,，;；)）]+)")
_BRACKETED: Final = re.compile(r"\s*[(（\[【](.*)[)）\]】]\s*", re.DOTALL)
TEXTS: Final = (
    "subject", "indicator", "measure", "unit", "base", "price", "region_name", "period", "span", "value",
)  # fmt: skip


@dataclass
class NbsTable:
    """One export: whether indicators or regions stand in the rows, the long series, and what frames them.

    ``series`` has ``row`` (from 1), ``column`` (the period's head as written) and the text columns ``subject`` (row
    label as received), ``indicator``, ``measure``, ``unit``, ``base``, ``price``, ``region_name``, ``period``,
    ``span`` and ``value`` (null where the cell is empty). ``refused`` are rows that were not read.
    """

    subject: str
    series: pa.Table
    titles: dict[str, str]
    notes: list[str]
    source: str
    refused: list[Fault] = field(default_factory=list)


@dataclass
class _Draft:
    """What has been gathered while going down the rows."""

    titles: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    source: str = ""
    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in ("row", "column", *TEXTS)})
    refused: list[Fault] = field(default_factory=list)
    block: dict[str, str] = field(default_factory=dict)  # titles of the table at hand; a later one overrides
    heading: str = ""  # a row of one text below a header: perhaps the title of another table


def parse(rows: list[list[Any]], *, ragged: bool = False) -> NbsTable:
    """Read an export. The header row is the one that says 指标 or 地区 beside periods, wherever it stands.

    Several tables may stand below each other, each with its own header and, where it has them, its own titles.

    Args:
        rows: the cells of one sheet, row by row, as text or as a spreadsheet gives them.
        ragged: rows keep their own length (CSV), so that a surplus cell shows a comma that was not quoted.

    Raises:
        RefusalError: there is no header, nothing below it, a column head that is no period, or figures below none.
    """
    draft = _Draft()
    head: Head | None = None
    kind = ""
    noting = False
    for number, row in enumerate(rows):
        texts = texts_of(row)
        if not texts:
            continue
        if found := find_head(row, number):
            _open(found, head, draft)
            head, noting = found, False
            kind = kind or ("indicator" if found.indicator is not None else "region")
        elif head is None or (_TITLE.match(texts[0]) and not _has_figures(row, head)):
            head = None
            _title(texts, draft)
        elif is_note(texts[0]) or is_note(_text(row, head.label)) or (noting and not _has_figures(row, head)):
            noting = True
            _note(texts, draft)
        elif ragged and texts_of(row[head.width :]):
            draft.refused.append(too_long(number + 1))
        else:
            _data(row, number, head, draft)
    if not kind:
        raise RefusalError(
            "no_header",
            "没有找到表头行：应有一格为“指标”或“地区”，同一行其余各格为时期。时期在行、指标在列的表，请先转置。",
            "No header row: one cell must say 指标 or 地区, the others of that row periods. "
            "A table with periods down the rows must be turned first.",
        )
    if not draft.columns["row"] and not draft.refused:
        raise RefusalError("empty_table", "只有表头，没有数据行。", "A header but no rows.")
    schema = pa.schema([("row", pa.int64()), ("column", pa.string()), *((name, pa.string()) for name in TEXTS)])
    table = pa.table(draft.columns, schema=schema)
    return NbsTable(kind, table, draft.titles, draft.notes, draft.source, draft.refused)


def _open(found: Head, before: Head | None, draft: _Draft) -> None:
    """Begin a table right below another: a text alone between them is the indicator of its regions."""
    if before is not None and found.indicator is None and draft.heading:
        draft.block["指标"] = draft.heading
    draft.heading = ""


def _has_figures(row: list[Any], head: Head) -> bool:
    """Whether a row holds a number below a period."""
    return any(_is_figure(_cell(row, position)) for position in head.periods)


def _is_figure(text: str | None) -> bool:
    try:
        return parse_number(text) is not None
    except ValueError:
        return False


def _note(texts: list[str], draft: _Draft) -> None:
    draft.notes.append(" ".join(texts))
    draft.source = source_of(texts[0]) or draft.source


def _title(texts: list[str], draft: _Draft) -> None:
    """Keep a line above the header: 数据库, 指标, 时间, 地区, 单位 by name, others as title or note.

    A name may stand in a cell of its own, and a comma may have divided what follows it.
    """
    if is_note(texts[0]):
        _note(texts, draft)
        return
    found: dict[str, str] = {}
    name = ""
    for cell in texts:
        bracketed = _BRACKETED.fullmatch(cell)
        match = _TITLE.match(bracketed[1] if bracketed else cell)
        if match:
            name = match[1]
            found[name] = match[2].strip()
        elif name:
            found[name] += cell
        else:
            found["标题"] = f"{found.get('标题', '')} {cell}".strip()
    if within := _UNIT_WITHIN.search(found.get("标题", "")):
        found.setdefault("单位", within[1])
    draft.block |= found
    draft.titles |= {key: text for key, text in found.items() if key not in draft.titles}


def _cell(row: list[Any], position: int | None) -> str | None:
    return render(row[position]) if position is not None and position < len(row) else None


def _text(row: list[Any], position: int | None) -> str:
    return (_cell(row, position) or "").strip()


def _data(row: list[Any], number: int, head: Head, draft: _Draft) -> None:
    """One row below the header becomes one long row per period.

    Raises:
        RefusalError: a number stands in a column without a head, so that its period is anybody's guess.
    """
    if stray := [position for position in head.blank if _is_figure(_cell(row, position))]:
        raise RefusalError(
            "no_period",
            f"第 {stray[0] + 1} 列有数字，但表头（第 {head.row + 1} 行）该列为空，无法确定时期；请在每一列写明时期。",
            f"Column {stray[0] + 1} holds numbers but the header (row {head.row + 1}) gives it no period.",
            row=number + 1,
        )
    subject = _text(row, head.label)
    draft.heading = subject if len(texts_of(row)) == 1 else ""
    name = split_name(subject if head.indicator is not None else draft.block.get("指标", ""))
    unit = name.unit or _text(row, head.unit) or draft.block.get("计量单位", "") or draft.block.get("单位", "")
    region = _text(row, head.region) if head.region is not None else draft.block.get("地区", "")
    for position, (period, text) in head.periods.items():
        value = _cell(row, position)
        values = (
            number + 1, text, subject, name.indicator, name.measure, unit, name.base, name.price, region,
            period.text, _span(period, name.measure), value if value and value.strip() else None,
        )  # fmt: skip
        for column, item in zip(draft.columns.values(), values, strict=True):
            column.append(item)


def _span(period: Period, measure: str) -> str:
    """Quarter, cumulative, month or annual: what the measure says, else what the head says."""
    if period.kind == "annual":
        return "annual"
    if period.cumulative or measure.startswith("累计"):
        return "cumulative"
    return period.kind


def read_nbs(path: str | Path) -> pd.DataFrame:
    """Read an export of the national bureau (CSV, XLS, XLSX) in a guarded child process, for notebooks.

    Returns:
        One row per indicator, region and period: ``indicator, measure, unit, region, period, span, value``; ``value``
        is a float, NaN where the cell is empty or a dash.

    Raises:
        RefusalError: the file cannot be read as such an export, or a cell holds something that is no number.
    """
    from pipelines.ingest.guard import read_files

    [result] = read_files([(Path(path), "nbs", None)])
    if result.refusal is not None:
        fault = result.refusal
        raise RefusalError(fault.code, fault.zh, fault.en, sheet=fault.sheet, row=fault.row, column=fault.column)
    frame: pd.DataFrame = result.table.to_pandas()
    frame["value"] = [
        _float(text, sheet, row, column)
        for text, sheet, row, column in zip(
            result.table["value"].to_pylist(), frame["sheet"], frame["row"], frame["column"], strict=True
        )
    ]
    frame = frame.rename(columns={"region_name": "region"})
    return frame[["indicator", "measure", "unit", "region", "period", "span", "value"]]


def _float(text: str | None, sheet: str, row: int, column: str) -> float:
    try:
        number = parse_number(text)
    except ValueError:
        raise RefusalError(
            "not_a_number", "单元格不是数字。", "The cell is not a number.", sheet=sheet, row=row, column=column
        ) from None
    return float("nan") if number is None else float(number)
