"""The task force's ledgers, typed: every cell that somebody filled in becomes a row of the history of its entry.

Belongs here: cells of ledgers by their kind, whose entry a row is about, sheets whose columns have shifted. Does not
belong here: what holds on a day, lights, duplicates (``indicators.dispatch``, ``pipelines.ledgers``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pyarrow as pa
from stdnum.cn import uscc

from pipelines.contracts import contract
from pipelines.ingest.forms import Column
from pipelines.ingest.forms.ledgers import CHANGES, LEDGER_FORMS, Ledger, ledger_named, ledgers
from pipelines.ingest.headers import known_as
from pipelines.ingest.rows import CellError, Row, Typed, aside_schema
from pipelines.ingest.texts import normal, parse_date, parse_number
from pipelines.ingest.words import ANSWERS
from pipelines.workspace import City

TABLE: Final = "core_ledger_history"
CLEARED: Final = "清空"  # what empties a cell that held something; a blank cell says nothing
IDENTITY: Final = ("credit_code", "name")
# Who says it, of what and when: not what is said.
_ABOUT: Final = frozenset({"entry", "reporter", "reported_at"})
UNTOLD: Final = "untold_column"
_UNDATED: Final = "undated"
_WHOLE: Final = Decimal("0.005")  # a share of whole numbers that a spreadsheet may add
_FEWEST: Final = 2  # of so many known entries on a sheet it can be said what became of most
_SHIFTED: Final = 0.5  # the part of a sheet's rows that cannot be read from which its columns are taken for shifted


@dataclass
class Report:
    """What one row says: its ledger and number (perhaps none), its cells as canonical text, by whom and when.

    ``turn`` is its place in the order in which reports are taken.
    """

    ledger: Ledger
    row: Row
    entry: str
    said: dict[str, str]
    reporter: str
    reported_at: dt.date
    matched_by: str = "entry"
    turn: int = 0

    @property
    def order(self) -> tuple[Any, ...]:
        """The order in which reports are taken, whatever the order in which files are read."""
        cells = self.row.cells
        # What came on one day: numbered rows first, single cells last, so that an entry is known when it is meant.
        rank = 2 if self.row.form == CHANGES else int(not self.entry)
        place = (cells[name] for name in ("file", "sheet", "row", "row_id"))
        return cells["received_at"], rank, self.reported_at, *place

    @property
    def sheet(self) -> tuple[str, str]:
        """The sheet on which the row stands."""
        return self.row.cells["file_sha"], self.row.cells["sheet"]


def core_ledger_history(*raws_and_city: Any) -> tuple[pa.Table, pa.Table]:
    """The history of all ledgers (contract ``core_ledger_history``), and the rows set aside.

    Args:
        *raws_and_city: the raw tables of ``LEDGER_FORMS`` in their order, then the city.
    """
    *raws, city = raws_and_city
    typed = Typed()
    reports = [
        report
        for form, raw in zip(LEDGER_FORMS, raws, strict=True)
        for report in _read(raw, form, _regions(city), typed)
    ]
    ordered = sorted(reports, key=lambda report: report.order)
    taken = [replace(report, turn=turn) for turn, report in enumerate(ordered)]
    # Before anything is learnt of entries by number, then once more with those that code or name tells.
    known = list(_identified(_without_repeats(taken, typed), typed))
    schema = contract(TABLE).schema
    rows = [cell for report in _without_repeats(known, typed) for cell in _cells(report)]
    rows.sort(key=lambda row: (row["ledger"], row["entry"], row["field"], row["known_from"], row["reported_at"],
                               row["file"], row["sheet"], row["row"], row["row_id"]))  # fmt: skip
    aside = sorted(typed.aside, key=lambda row: (row["row_id"], row["rule"]))
    return pa.Table.from_pylist(rows, schema=schema), pa.Table.from_pylist(aside, schema=aside_schema())


def _regions(city: City) -> dict[str, str]:
    """Every way to write a county → its code."""
    names = city.regions
    return {code: code for code in names} | {normal(name): code for code, name in names.items()} | {"市本级": city.code}


def _read(raw: pa.Table, form: str, regions: dict[str, str], typed: Typed) -> list[Report]:
    """The reports of a form's rows; where most of a sheet cannot be read, the rest of it is not believed either."""
    of_form = {ledger.form: ledger for ledger in ledgers().values()}
    read = partial(_entry, of_form[form]) if form in of_form else _change
    reports: list[Report] = []
    failed: Counter[tuple[str, str]] = Counter()
    for cells in raw.to_pylist():
        row = Row(form, cells)
        try:
            reports.append(read(row, regions))
        except CellError as error:
            typed.put_aside(row, error)
            # A row that went out filled in and came back undated was left alone: that speaks against no sheet.
            failed[cells["file_sha"], cells["sheet"]] += error.rule != _UNDATED
    kept = Counter(report.sheet for report in reports)
    # A row of the weekly form is about one cell, so there no row speaks for another.
    shifted = {sheet for sheet, bad in failed.items() if form in of_form and bad > _SHIFTED * (bad + kept[sheet])}
    for report in reports:
        if report.sheet in shifted:
            typed.put_aside(report.row, _SHIFTED_SHEET)
    return [report for report in reports if report.sheet not in shifted]


def _entry(ledger: Ledger, row: Row, regions: dict[str, str]) -> Report:
    """The report of a row of a ledger's own form."""
    entry = row.text("entry").upper()
    if entry and not ledger.numbers(entry):
        raise _bad_number(row, ledger)
    if entry and not row.text("reported_at"):
        raise row.fail(
            "reported_at", _UNDATED, "没有填报日期，视为没有填报；有变化请补填日期。", "Undated: taken as not reported."
        )
    names = [name for name in ledger.columns if name not in _ABOUT]
    said = {name: _value(row, ledger, name, regions) for name in names if not _says_nothing(row.text(name))}
    return _report(row, ledger, entry, said)


def _change(row: Row, regions: dict[str, str]) -> Report:
    """The report of a row of the weekly form: one cell of some entry of some ledger."""
    ledger = ledger_named(row.need("ledger"))
    if ledger is None:
        known = "、".join(one.zh for one in ledgers().values())
        raise row.fail("ledger", "unknown_ledger", f"没有这张清单，应为：{known}。", "No such ledger.")
    entry = row.need("entry").upper()
    if not ledger.numbers(entry):
        raise _bad_number(row, ledger)
    name = known_as(ledger.terms, row.need("field"))
    if not name or name in _ABOUT:
        raise row.fail(
            "field", "unknown_field", f"《{ledger.terms.title}》没有这一栏，或此栏不能变更。", "No such column there."
        )
    cell = Row(ledger.form, row.cells | {name: row.cells["value"]})
    row.need("value")
    try:
        said = {name: _value(cell, ledger, name, regions)}
    except CellError as error:
        # The place is the weekly sheet's, the reason that of the ledger's column.
        raise CellError(row.header("value"), error.rule, error.zh, error.en, row.cells["value"]) from None
    return _report(row, ledger, entry, said)


def _report(row: Row, ledger: Ledger, entry: str, said: dict[str, str]) -> Report:
    day = row.date("reported_at")
    if day is None:
        raise row.fail("reported_at", "missing", "必填项为空，请补填。", "A required cell is empty.")
    if day > row.cells["received_at"]:
        raise row.fail(
            "reported_at", "later_than_received", "填报日期晚于收到日期，请核对。", "Reported after it was received."
        )
    return Report(ledger, row, entry, said, row.need("reporter"), day)


def _bad_number(row: Row, ledger: Ledger) -> CellError:
    return row.fail(
        "entry",
        "bad_code",
        f"编号形式有误，应为 {ledger.prefix} 加三位以上数字；若整行错位，请核对各列是否与表头对齐。",
        f"An entry's number is {ledger.prefix} and three digits or more; perhaps the columns have shifted.",
    )


def _value(row: Row, ledger: Ledger, name: str, regions: dict[str, str]) -> str:
    """A cell as canonical text by the kind of its column.

    Raises:
        CellError: it cannot be read as that.
    """
    if row.text(name) == CLEARED:
        return ""
    column = ledger.columns[name]
    if name == "county":
        return _county(row, regions)
    if name == "credit_code":
        return _credit_code(row)
    if name in ledger.words:
        return _word(row, name, ledger.words[name])
    if name in ledger.wordy and _is_no_word(row.text(name)):
        raise row.fail(
            name, "not_words", "此栏应为文字，填的是数或日期，疑似错列。", "A number or day where words are due."
        )
    said = _KINDS[column.kind](row, column)
    low, high = ledger.ranges.get(name, (None, None))
    if low is not None and high is not None and not low <= Decimal(said) <= high:
        raise row.fail(name, "range", f"应在 {low} 和 {high} 之间，疑似错列。", f"Not between {low} and {high}.")
    return said


def _says_nothing(text: str) -> bool:
    """Whether a cell is blank or holds no more than a dash."""
    try:
        return parse_number(text) is None
    except ValueError:
        return False


def _is_no_word(text: str) -> bool:
    """Whether a text is nothing but a number or a day."""
    for parse in (parse_number, parse_date):
        try:
            return parse(text) is not None
        except ValueError:
            continue
    return False


def _county(row: Row, regions: dict[str, str]) -> str:
    code = regions.get(normal(row.text("county")))
    if code is None:
        raise row.fail("county", "unknown_county", "不是本市的县（市、区）名称或代码。", "No county of this city.")
    return code


def _credit_code(row: Row) -> str:
    text = row.text("credit_code").upper()
    if not uscc.is_valid(text):
        raise row.fail(
            "credit_code", "bad_code", "统一社会信用代码有误（18 位，校验位不符）。", "Not a valid credit code."
        )
    return text


def _word(row: Row, name: str, words: tuple[str, ...]) -> str:
    known = {normal(one): one for one in words}
    found = known.get(normal(row.text(name)))
    if found is None:
        shown = "、".join(words)
        raise row.fail(name, "unknown_word", f"不在可填范围内：{shown}。", "Not one of the words of this column.")
    return found


def _date(row: Row, column: Column) -> str:
    day = row.date(column.name)
    return "" if day is None else day.isoformat()


def _number(row: Row, column: Column) -> str:
    number = _not_negative(row, column)
    if column.kind in {"count", "integer"}:
        if abs(number - round(number)) > _WHOLE:
            raise row.fail(column.name, "not_whole", "应为整数。", "Not a whole number.")
        return str(round(number))
    return format(number.normalize(), "f")


def _money(row: Row, column: Column) -> str:
    _not_negative(row, column)
    return str(row.yuan(column.name))


def _not_negative(row: Row, column: Column) -> Decimal:
    number = row.number(column.name)
    if number < 0:
        raise row.fail(column.name, "range", "不应小于 0。", "Not below zero.")
    return number


def _flag(row: Row, column: Column) -> str:
    return row.word(column.name, ANSWERS)


_KINDS: Final[dict[str, Callable[[Row, Column], str]]] = {
    "text": lambda row, column: row.text(column.name),
    "code": lambda row, column: row.text(column.name).upper(),
    "date": _date,
    "money": _money,
    "number": _number,
    "count": _number,
    "integer": _number,
    "flag": _flag,
}

_SHIFTED_SHEET: Final = CellError(
    "",
    "shifted_sheet",
    "本表多数行不能识别，疑似各列与表头错位，整张表未采用；请核对列的顺序后重新报送。",
    "Most rows of this sheet cannot be read: its columns seem to have shifted, so none of it is used.",
)
_REPEATED: Final = CellError(
    "编号",
    "repeated",
    "同一编号在一张表中出现两次且内容不同，都未采用。",
    "One entry stands twice on a sheet; neither is used.",
)


def _without_repeats(reports: list[Report], typed: Typed) -> list[Report]:
    """The reports without those that contradict another one on the same sheet."""
    said: dict[tuple[Any, ...], list[Report]] = {}
    for report in reports:
        for name in report.said if report.entry else ():
            said.setdefault((report.sheet, report.ledger.id, report.entry, name), []).append(report)
    at_odds = {
        id(report)
        for (*_, name), those in said.items()
        if len({one.said[name] for one in those}) > 1
        for report in those
    }
    for report in reports:
        if id(report) in at_odds:
            typed.put_aside(report.row, _REPEATED)
    return [report for report in reports if id(report) not in at_odds]


class _Known:
    """The entries of a ledger as known so far: which number a code or a name stands for, what does not change."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, set[str]]] = {}
        self.stable: dict[tuple[str, str], set[str]] = {}
        self.called: dict[str, str] = {}
        self.by: dict[tuple[str, str], set[str]] = {}

    def learn(self, report: Report) -> None:
        """Take what a report says of its entry's identity; earlier names are kept."""
        held = self.entries.setdefault(report.entry, {name: set() for name in IDENTITY})
        self.called[report.entry] = report.said.get("name") or self.called.get(report.entry, "")
        for name, value in _identity(report):
            held[name].add(value)
            self.by.setdefault((name, value), set()).add(report.entry)
        for name, value in _stable(report):
            self.stable.setdefault((report.entry, name), set()).add(value)

    def number_of(self, report: Report) -> tuple[str, str]:
        """The one entry that a report without a number is about, and by what it was told; '' where there is none."""
        for name, value in _identity(report):
            if len(found := self.by.get((name, value), set())) == 1:
                return next(iter(found)), name
        return "", ""

    def without_former_name(self, report: Report) -> Report:
        """The report without its name where that is one which the entry had before; only a change takes it back."""
        name = report.said.get("name", "")
        held = self.entries.get(report.entry)
        if held is None or report.row.form == CHANGES or name == self.called[report.entry]:
            return report
        if normal(name) not in held["name"]:
            return report
        return replace(report, said={field: value for field, value in report.said.items() if field != "name"})

    def slipped(self, reports: list[Report]) -> list[str]:
        """The columns in which most of a sheet's entries differ from all that they ever held; none where few do."""
        changed: list[set[str]] = []
        for report in reports:
            known = [(name, value) for name, value in _stable(report) if (report.entry, name) in self.stable]
            if known:
                changed.append({name for name, value in known if value not in self.stable[report.entry, name]})
        slipped = [names for names in changed if names]
        if len(changed) < _FEWEST or len(slipped) <= _SHIFTED * len(changed):
            return []
        return [name for name in reports[0].ledger.stable if any(name in names for names in slipped)]

    def is_another(self, report: Report) -> bool:
        """Whether a row is about another entry than the one whose number it bears.

        It gives both a credit code and a name that its entry never had, or one of them that another entry has. An entry
        without a code may have that of another: one investor has several projects. A single change means what it says.
        """
        held = self.entries.get(report.entry)
        if held is None or report.row.form == CHANGES:
            return False
        new = [(name, value) for name, value in _identity(report) if held[name] and value not in held[name]]
        return len(new) == len(IDENTITY) or any(self.by.get(one) for one in new)


def _identity(report: Report) -> Iterator[tuple[str, str]]:
    """Credit code, then name, as far as a report gives them."""
    for name in IDENTITY:
        if value := report.said.get(name):
            yield name, normal(value)


def _stable(report: Report) -> Iterator[tuple[str, str]]:
    """What a report says of the columns that do not change."""
    for name in report.ledger.stable:
        if value := report.said.get(name):
            yield name, normal(value)


def _identified(reports: list[Report], typed: Typed) -> Iterator[Report]:
    """The reports with the numbers of their entries, in order; one that fits no entry, or another one, is set aside."""
    known = {name: _Known() for name in ledgers()}
    sheets: dict[tuple[str, str], list[Report]] = {}
    for report in reports:
        sheets.setdefault(report.sheet, []).append(report)
    slipped: dict[tuple[str, str], list[str]] = {}
    for report in reports:
        here, told = known[report.ledger.id], report
        if report.row.form != CHANGES and report.sheet not in slipped:
            slipped[report.sheet] = here.slipped([one for one in sheets[report.sheet] if one.entry])
        if names := slipped.get(report.sheet):
            typed.put_aside(report.row, _slipped(report.ledger, names))
            continue
        if not report.entry:
            entry, by = here.number_of(report)
            told = replace(report, entry=entry, matched_by=by)
        if not told.entry:
            typed.put_aside(report.row, _NO_NUMBER)
        elif here.is_another(told):
            typed.put_aside(report.row, _ANOTHER)
        elif told.entry not in here.entries and not told.said.get("name"):
            typed.put_aside(report.row, _UNKNOWN)
        else:
            told = here.without_former_name(told)
            here.learn(told)
            yield told


def _slipped(ledger: Ledger, names: list[str]) -> CellError:
    said = "、".join(ledger.columns[name].header for name in names)
    return CellError(
        said,
        "slipped_sheet",
        f"本表多数条目的{said}与此前所报不同，疑似错列或串行，整张表未采用；"
        "请核对后重报，确需更改的请用台账周报（TZ00）逐条报送。",
        f"Most entries of this sheet differ in {', '.join(names)} from before: it seems to have slipped, none is used.",
    )


_NO_NUMBER: Final = CellError(
    "编号",
    "no_number",
    "没有编号，按信用代码和名称也对应不到唯一的一条；新增请先由专班编号。",
    "No number, and neither credit code nor name tells which entry is meant.",
)
_ANOTHER: Final = CellError(
    "编号",
    "another_entry",
    "编号与信用代码、名称对不上：两者都与已登记的不同，或其一属于另一编号，疑似串行或编号有误；"
    "更名请只改名称，更换主体请另编号，确需更改的请用台账周报（TZ00）报送。",
    "The number is known under another credit code and another name, or one of them is another entry's.",
)
_UNKNOWN: Final = CellError(
    "编号", "unknown_entry", "清单中没有这一编号；新增须写明名称。", "No such entry; a new one needs a name."
)


def untold(raw: pa.Table, ledger: Ledger) -> list[dict[str, Any]]:
    """The sheets that say nothing of what every report should (``Ledger.told``), where those who report did before.

    A sheet of entries that most are new sets them up and need not say it. A column may be blank or have another name:
    either way nothing was read of it.

    Returns:
        ``file, file_sha, sheet, row`` (0: the sheet)``, column, code, reason_zh, reason_en``, in the order in which
        sheets came.
    """
    sheets: dict[tuple[Any, ...], list[Row]] = {}
    for cells in raw.to_pylist():
        place = cells["received_at"], cells["file"], cells["sheet"], cells["file_sha"]
        sheets.setdefault(place, []).append(Row(ledger.form, cells))
    known: dict[tuple[str, str], set[str]] = {}
    found = []
    for (_, file, sheet, file_sha), rows in sorted(sheets.items(), key=lambda item: item[0]):
        reporter, numbers = rows[0].text("reporter"), {row.text("entry").upper() for row in rows}
        for name in ledger.told:
            before = known.setdefault((reporter, name), set())
            if any(row.text(name) for row in rows):
                before |= numbers
            elif len(numbers & before) > _SHIFTED * len(numbers):
                header = ledger.columns[name].header
                found.append({
                    "file": file, "file_sha": file_sha, "sheet": sheet, "row": 0, "column": header, "code": UNTOLD,
                    "reason_zh": f"本表没有“{header}”（缺列、改名或全空），此前所报都有；视为没有变化，请核对。",
                    "reason_en": f"Nothing of {name} on this sheet, unlike before: a column is missing or renamed.",
                })  # fmt: skip
    return found


def _cells(report: Report) -> Iterator[dict[str, Any]]:
    """One row of the history per cell that says something."""
    place = {name: report.row.cells[name] for name in ("file", "file_sha", "sheet", "row", "row_id")}
    for name, value in report.said.items():
        yield {
            "ledger": report.ledger.id,
            "entry": report.entry,
            "field": name,
            "value": value,
            "kind": report.ledger.columns[name].kind,
            "reporter": report.reporter,
            "reported_at": report.reported_at,
            "known_from": report.row.cells["received_at"],
            "turn": report.turn,
            "matched_by": report.matched_by,
            **place,
        }
