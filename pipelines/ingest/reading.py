"""One file read whole: every sheet of it, by the layout of its form. Runs in the guarded child process.

Belongs here: choosing the sheets and joining what they give. Does not belong here: processes, receipts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from pipelines.ingest import mapping_likeness, nbs, tables
from pipelines.ingest.faults import Fault, RefusalError
from pipelines.ingest.forms import Form, forms, slips
from pipelines.ingest.headers import Header, locate, titles_above
from pipelines.ingest.mapping import Pairs, applied, check_once
from pipelines.ingest.mapping_likeness import Likeness
from pipelines.ingest.notes import texts_of
from pipelines.ingest.periods import Stated, stated
from pipelines.ingest.sheets import Sheet, read_book


@dataclass
class FileRead:
    """What a file gave: a table of text, rows refused, notices."""

    table: pa.Table
    refused: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)


def read_file(path: Path, form_name: str, file_name: str | None = None, headers: Pairs = ()) -> FileRead:
    """Read a file as a form, or as the national bureau's layout when the form is ``nbs``.

    Args:
        path: where the bytes lie.
        form_name: a name of ``forms()`` or ``slips()``, or ``nbs``.
        file_name: the name under which the file came; the period that it states is held against the title.
        headers: the reporters' own column names that were confirmed for the form.

    Raises:
        RefusalError: the file as a whole cannot be read; the reason names the place.
    """
    book = read_book(path)
    sheets = [sheet for sheet in book.sheets if any(texts_of(row) for row in sheet.rows[:10_000])]
    if not sheets:
        raise RefusalError("empty_table", "所有工作表都是空的。", "All sheets are empty.")
    form = (forms() | slips()).get(form_name)
    if form is None or form.layout == "nbs":
        result = _nbs(sheets)
    else:
        period = stated(form, file_name) if file_name else None
        result = _table(sheets, applied(form, headers), period or Stated(), headers)
    result.notices = book.notices + result.notices
    return result


def _table(sheets: list[Sheet], form: Form, period: Stated, headers: Pairs) -> FileRead:
    """All sheets that carry the form's header; others are left with a notice."""
    located = [(sheet, locate(sheet, form)) for sheet in sheets]
    fitting = [(sheet, header) for sheet, header in located if header and resembles(header, form)]
    if not fitting:
        names = "、".join(sheet.name or "CSV" for sheet in sheets)
        wanted = "、".join(column.header for column in form.required)
        raise RefusalError(
            "wrong_sheet",
            f"没有一张工作表有《{form.title}》的表头。已查看：{names}；需要的表头：{wanted}。",
            f"No sheet carries the header of form {form.code}. Looked at: {names}; headers wanted: {wanted}.",
            sheet=sheets[0].name,
        )
    result = FileRead(pa.table({}))
    parts: list[pa.Table] = []
    for sheet, header in fitting:
        check_once(header, form, headers, sheet=sheet.name)
        part, refused, notices = tables.read_sheet(sheet, header, form, period)
        parts.append(part)
        result.refused += refused
        result.notices += notices
    kept = {sheet.number for sheet, _ in fitting}
    result.notices += [_skipped(sheet, form) for sheet in sheets if sheet.number not in kept]
    result.table = pa.concat_tables(parts)
    if not result.table.num_rows and not result.refused:
        raise RefusalError("empty_table", "只有表头，没有数据行。", "A header but no rows.", sheet=fitting[0][0].name)
    return result


def _skipped(sheet: Sheet, form: Form) -> Fault:
    return Fault(
        "other_sheet",
        f"工作表没有《{form.title}》的表头，未读取。",
        f"The sheet does not carry the header of form {form.code} and was not read.",
        sheet.name,
    )


def resembles(header: Header, form: Form) -> bool:
    """Whether a header is meant to be this form's: at least half of the required columns stand there."""
    found = sum(column.name in header.columns for column in form.required)
    return found >= min(2, len(form.required)) and 2 * found >= len(form.required)


def _nbs(sheets: list[Sheet]) -> FileRead:
    """All sheets in the national bureau's layout; a sheet without its header is left with a notice."""
    result = FileRead(pa.table({}))
    parts: list[pa.Table] = []
    last: RefusalError | None = None
    for sheet in sheets:
        try:
            table = nbs.parse(sheet.spelled, ragged=sheet.ragged)
        except RefusalError as fault:
            if fault.fault.code not in {"no_header", "empty_table"}:
                raise
            last = fault
            result.notices.append(fault.fault.at(sheet=sheet.name))
            continue
        count = table.series.num_rows
        numbers = pa.array([sheet.number] * count, pa.int64())
        part = table.series.append_column("sheet", pa.array([sheet.name] * count, pa.string()))
        parts.append(part.append_column("sheet_number", numbers))
        result.notices += [Fault("title", f"{k}：{v}", f"{k}: {v}", sheet.name) for k, v in table.titles.items()]
        result.notices += [Fault("note", text, text, sheet.name) for text in table.notes]
        result.refused += table.refused
    if not parts:
        raise last or RefusalError("no_header", "没有工作表。", "No sheet.")
    result.table = pa.concat_tables(parts)
    return result


def suggest(path: Path) -> str:
    """The form whose header a file of unknown name carries, else the one that its header resembles most, or ''."""
    best, score = "", (0.0, 0, False)
    sheets = read_book(path).sheets
    for form in forms().values():
        for sheet in sheets:
            header = locate(sheet, form) if form.layout == "table" else None
            if header and resembles(header, form):
                share = 1 - len(header.missing(form)) / max(1, len(form.required))
                # Surveys share their items; which it is, the title says.
                titled = any(form.title in title for title in titles_above(sheet, header))
                here = (share, len(header.columns), titled)
                best, score = (form.id, here) if here > score else (best, score)
    if best:
        return best
    try:
        _nbs(sheets)
    except RefusalError:
        return mapping_likeness.likely_form(sheets)
    return "account"


def likeness(path: Path, form_name: str, headers: Pairs = ()) -> Likeness | None:
    """What each column of a file resembles on a form, by the header that resembles the form's most."""
    return mapping_likeness.likeness(read_book(path).sheets, applied(forms()[form_name], headers))
