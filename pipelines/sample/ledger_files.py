"""The ledgers of the synthetic city as files: full forms of counties and offices, and a list of changes every week.

Belongs here: which reports stand in which file, the counties' own column names, where a slip stands. Does not belong
here: what is reported (``ledgers``).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import xlsxwriter

from pipelines.ingest.forms import Form, forms
from pipelines.ingest.forms.ledgers import CHANGES, ledgers
from pipelines.sample.firm_files import Planted, Sent
from pipelines.sample.layout import CREATED, Cell, Dress, write_text
from pipelines.sample.ledgers import FRIDAYS, Report, reports
from pipelines.sample.profile import CITY_NAME, COUNTY_NAMES, rows

_NOTES: Final = ("说明：本表为合成数据，仅用于演示；项目、企业、金额均为程序生成。",)
_SOURCE: Final = "台账报送"
_VALUE: Final = 3  # the column of a list of changes that holds what a cell becomes


def write_ledgers(inbox: Path, *, seed: int) -> Iterator[Sent | Planted]:
    """Write the year's ledgers: TZ01–TZ08 as they come, and TZ00 every Friday; their slips are listed."""
    full: dict[tuple[dt.date, str], list[Report]] = defaultdict(list)
    weekly: dict[dt.date, list[Report]] = {friday: [] for friday in FRIDAYS}
    for report in reports(seed=seed):
        if report.weekly:
            weekly[report.received].append(report)
        else:
            full[report.received, report.entry.ledger].append(report)
    for (day, name), found in sorted(full.items()):
        form = ledgers()[name].terms
        by_county = name == "project"
        file = f"{form.code}_{form.title}_{day}.{'xlsx' if by_county else 'csv'}"
        (_write_book if by_county else _write_list)(inbox / file, form, found)
        yield Sent(file, day, "各县（市、区）" if by_county else found[0].reporter, _SOURCE)
        slipped = {report.slip: report.entry.entry for report in found if report.slip}
        yield from (_listed(slip, file, found=entry) for slip, entry in slipped.items())
    for week, (day, found) in enumerate(weekly.items(), start=1):
        file = f"{forms()[CHANGES].code}_{forms()[CHANGES].title}_{day.year}年第{week:02d}周.csv"
        yield from _write_changes(inbox / file, found)
        yield Sent(file, day, "专班办公室", _SOURCE)


def _listed(slip: str, file: str, row: str = "", column: str = "", found: str = "") -> Planted:
    """A slip as it stands in a file; of a workbook of many sheets the entry (``found``) says where."""
    said = next(line for line in rows("ledger_slips.csv") if line["id"] == slip)
    return Planted(slip, said["kind"], file, row, column, said["what"], said["expected"], said["rule"], "", found)


def _columns(form: Form, found: Sequence[Report]) -> list[str]:
    """The columns that these reports fill in, in the order of the form; the required ones always."""
    used = {name for report in found for name in report.cells}
    return [column.name for column in form.columns if column.required or column.name in used]


def _line(report: Report, columns: list[str]) -> list[Cell]:
    own: dict[str, Cell] = {
        "entry": report.entry.entry, "name": report.entry.name, "county": report.entry.county,
        "reporter": report.reporter, "reported_at": report.reported.isoformat(),
    }  # fmt: skip
    own |= report.cells
    return [own.get(name, "") for name in columns]


def _write_list(path: Path, form: Form, found: Sequence[Report]) -> None:
    columns = _columns(form, found)
    header = [column.header for column in form.columns if column.name in columns]
    write_text(path, _dress(form), header, [_line(report, columns) for report in found])


def _dress(form: Form) -> Dress:
    unit = "    计量单位：万元" if form.money else ""
    return Dress(f"{CITY_NAME}{form.title}", (f"表    号：{form.code}表{unit}",), _NOTES)


def _write_book(path: Path, form: Form, found: Sequence[Report]) -> None:
    """One sheet per county, each under the county's own names for the columns and in its own order."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": CREATED, "title": form.title, "comments": "合成数据"})
        for number, county in enumerate(COUNTY_NAMES):
            mine = [report for report in found if report.entry.county == county]
            if not mine:
                continue
            columns = _columns(form, mine)
            if number % 3 == 1:
                columns = [*columns[:2], *columns[:1:-1]]
            names = {column.name: column.names[min(number % 4, len(column.names) - 1)] for column in form.columns}
            sheet = book.add_worksheet(county)
            for at, text in enumerate((f"{county}{form.title}", "计量单位：万元")):
                sheet.write_string(at, 0, text)
            sheet.write_row(2, 0, [names[name] for name in columns])
            for at, report in enumerate(mine, start=3):
                line = _line(report, columns)
                sheet.write_row(at, 0, ["", *line[:-1]] if report.shifted else line)


def _write_changes(path: Path, found: Sequence[Report]) -> list[Planted]:
    """Write a list of changes; the slips in it."""
    form = forms()[CHANGES]
    changes = [(report, name) for report in found for name in report.cells]
    header = [column.header for column in form.columns]
    first = write_text(path, _dress(form), header, [_change(report, name) for report, name in changes])
    wrong = {line["id"]: line["column"] for line in rows("ledger_slips.csv")}
    return [
        _listed(report.slip, path.name, str(at), header[_VALUE], str(report.cells[name]))
        for at, (report, name) in enumerate(changes, start=first)
        if report.slip and name == wrong[report.slip]
    ]


def _change(report: Report, name: str) -> list[Cell]:
    ledger, day = ledgers()[report.entry.ledger], report.reported.isoformat()
    return [ledger.zh, report.entry.entry, ledger.columns[name].header, report.cells[name], "", report.reporter, day]
