"""The quarterly firm forms of the synthetic city: B203, F203, E203, C203, with planted errors and their corrections.

Belongs here: rows of a form, how each survey's files look. Does not belong here: annual forms and the register.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.sample.events import pick
from pipelines.sample.items import money_items, texts
from pipelines.sample.late import NEVER, late
from pipelines.sample.layout import VARIANTS, Cell, dress, headers, number, write_sheet, write_text
from pipelines.sample.planted import SECOND_ROW, Plan, Row, corrected_row, plans, spoil
from pipelines.sample.profile import COUNTIES, COUNTY_NAMES, SURVEYS, classes
from pipelines.sample.universe import FIRST, Flows, Universe, flows, months_covered, position

BASE_RECEIVED: Final = dt.date(2021, 2, 20)
_FLOW_COLUMNS: Final = [field.name for field in fields(Flows) if field.name not in ("output", "output_base")]


@dataclass(frozen=True)
class Sent:
    """A file as entered in the register of incoming papers."""

    file: str
    received_at: dt.date
    reporter: str
    source: str = "统计联网直报"
    region: str = ""
    vintage: str = ""
    status: str = ""
    authority: str = ""


@dataclass(frozen=True)
class Planted:
    """A planted error as it stands in a file; ``found`` is what the cell holds."""

    id: str
    kind: str
    file: str
    row: str
    column: str
    what: str
    expected: str
    rule: str
    corrected_by: str
    found: str


def received_on(quarter: Quarter, *, day: int = 18) -> dt.date:
    """The day on which a quarter's files come: in the following month; all of 2020 together, as final files."""
    return BASE_RECEIVED if quarter.year == FIRST.year else (quarter + 1).first_day.replace(day=day)


def unit_name(universe: Universe, place: int) -> str:
    """The name of a unit, plainly synthetic: 甲区演示电子第0012号有限公司."""
    units = universe.units
    word = classes().word[units.klass[place]]
    return f"{COUNTY_NAMES[units.county[place]]}演示{word}第{units.index[place] + 1:04d}号有限公司"


def identity(universe: Universe, place: int, klass: int, county: int) -> Row:
    """The columns that say which unit a row is about."""
    return {
        "unit": universe.units.code[place].decode(),
        "name": unit_name(universe, place),
        "county": COUNTIES[county],
        "gbt": str(classes().gbt[klass]),
    }


def firm_rows(universe: Universe, quarter: Quarter, survey: str) -> dict[int, Row]:
    """The true rows of a form by place of unit, in order of code: columns as named in the form, money in 千元."""
    values = flows(universe, quarter)
    mine = universe.reporting(quarter) & (universe.survey() == SURVEYS.index(survey))
    klass, county = universe.klass(quarter), universe.county(quarter)
    places = np.flatnonzero(mine)
    places = places[np.argsort(universe.units.code[places], kind="stable")]
    columns = {name: getattr(values, name)[places].tolist() for name in _FLOW_COLUMNS}
    if survey in ("industry", "construction"):
        columns |= {"gross_output": values.output[places].tolist()}
        columns |= {"gross_output_base": values.output_base[places].tolist()}
    columns |= {name: cells.tolist() for name, cells in money_items(universe, quarter, places, survey, values).items()}
    said = texts(universe, quarter, places.tolist())
    found: dict[int, Row] = {}
    for at, place in enumerate(places.tolist()):
        row = identity(universe, place, klass[place], county[place]) | said[at]
        row |= {name: cells[at] for name, cells in columns.items()}
        found[place] = _own_ways(row, int(universe.units.index[place]) + position(quarter) * 7919)
    return found


def _own_ways(row: Row, place: int) -> Row:
    # A few firms restate last year a little; some have no value-added tax to report.
    if place % 149 == 0:
        shift = 1 + (place % 7 - 3) / 100
        row |= {name: round(int(row[name]) * shift) for name in row if name.endswith("_base")}
    if place % 41 == 0:
        row["vat"] = "—"
    if row["revenue_base"] == 0:
        row |= {name: "" for name in row if name.endswith("_base") and place % 2}
    return row


def write_quarter(universe: Universe, inbox: Path, quarter: Quarter) -> Iterator[Sent | Planted]:
    """Write the four firm forms of a quarter with their errors; what comes late or corrected has files of its own."""
    for survey in SURVEYS:
        true = firm_rows(universe, quarter, survey)
        mine = [plan for plan in plans() if plan.form == survey and plan.quarter == str(quarter)]
        busy = {plan.place(universe.units) for plan in mine}
        behind = late(universe.units, quarter, survey, there=true, busy=busy)
        punctual = {place: row for place, row in true.items() if place not in behind}
        lines, marks = _with_errors(universe, quarter, survey, punctual, mine)
        name = file_name(survey, quarter)
        first = _write(inbox / name, survey, quarter, lines)
        yield Sent(name, received_on(quarter), f"{SURVEY_OFFICES[survey]}")
        yield from _write_late(inbox / name, survey, quarter, true, behind)
        days = sorted({day for plan in mine for day in plan.corrections})
        later = {day: name.replace(".", f"_更正{turn}.") for turn, day in enumerate(days, start=1)}
        corrected = {day: [plan for plan in mine if day in plan.corrections] for day in days}
        for day, file in later.items():
            again = [corrected_row(plan, true[plan.place(universe.units)], day) for plan in corrected[day]]
            _write(inbox / file, survey, quarter, again)
            yield Sent(file, dt.date.fromisoformat(day), SURVEY_OFFICES[survey], source="企业更正报送")
        for plan, at in marks:
            day = plan.corrections[-1] if plan.corrections else ""
            if plan.kind == "edited_often":
                # Many corrections are an error of their own: it stands in the last of them.
                order = corrected[day].index(plan)
                row = true[plan.place(universe.units)]
                yield _listed(plan, later[day], quarter, (order, first, row))
            else:
                yield _listed(plan, name, quarter, (at, first, lines[at]), fixed=later.get(day, ""))


def _write_late(
    path: Path, survey: str, quarter: Quarter, true: dict[int, Row], behind: dict[int, dt.date]
) -> Iterator[Sent]:
    for turn, day in enumerate(sorted(set(behind.values()) - {NEVER}), start=1):
        file = path.with_name(path.name.replace(".", f"_补报{turn}."))
        _write(file, survey, quarter, [row for place, row in true.items() if behind.get(place) == day])
        yield Sent(file.name, day, SURVEY_OFFICES[survey], source="企业补报")


def _listed(plan: Plan, file: str, quarter: Quarter, place: tuple[int, int, Row], *, fixed: str = "") -> Planted:
    at, first, row = place
    header = headers(plan.form, variant(quarter))
    found = _cells(plan.form, list(header), row, at)[list(header).index(plan.column)]
    line = str(at + first)
    return Planted(
        plan.id, plan.kind, file, line, header[plan.column], plan.what, plan.expected, plan.rule, fixed, str(found)
    )


SURVEY_OFFICES: Final = {
    "industry": "工业科",
    "service": "服务业科",
    "trade": "贸易外经科",
    "construction": "投资建筑科",
}


def variant(quarter: Quarter) -> int:
    """Which order and names of columns a quarter's files have."""
    return position(quarter) % VARIANTS


def period_name(survey: str, quarter: Quarter) -> str:
    """The span of a file: 2021年1-5月."""
    return f"{quarter.year}年1-{months_covered(SURVEYS.index(survey), quarter)}月"


def file_name(survey: str, quarter: Quarter) -> str:
    """The name of a quarter's file."""
    form = forms()[survey]
    ending = "xlsx" if survey in ("industry", "construction") else "csv"
    return f"{form.code}_{form.title}_{period_name(survey, quarter)}.{ending}"


def _with_errors(
    universe: Universe, quarter: Quarter, survey: str, true: dict[int, Row], mine: Sequence[Plan]
) -> tuple[list[Row], list[tuple[Plan, int]]]:
    before = firm_rows(universe, quarter - 1, survey) if mine and quarter > FIRST else {}
    near = neighbour(universe, quarter) if mine else {}
    order = {place: at for at, place in enumerate(true)}
    lines = list(true.values())
    marks = []
    for plan in mine:
        place = plan.place(universe.units)
        wrong = spoil(plan, true[place], before.get(place), near)
        if plan.kind in SECOND_ROW:
            lines.append(wrong)
            marks.append((plan, len(lines) - 1))
        else:
            lines[order[place]] = wrong
            marks.append((plan, order[place]))
    return lines, marks


def neighbour(universe: Universe, quarter: Quarter) -> Row:
    """A settled industrial unit that other firms' mistakes point at."""
    place = pick(universe.units, "industry", 61)
    county = int(universe.county(quarter)[place])
    row = identity(universe, place, int(universe.klass(quarter)[place]), county)
    return row | texts(universe, quarter, [place])[0]


@cache
def _money(survey: str) -> frozenset[str]:
    return frozenset(column.name for column in forms()[survey].columns if column.kind == "money")


def _cells(survey: str, columns: Sequence[str], line: Row, at: int) -> list[Cell]:
    money = _money(survey) if survey == "trade" else frozenset()
    cells: list[Cell] = []
    for position_, name in enumerate(columns):
        value = line[name]
        if isinstance(value, int):
            value = number(value, at * 31 + position_, tenths=name in money)
        cells.append(value)
    return cells


def _write(path: Path, survey: str, quarter: Quarter, lines: Sequence[Row]) -> int:
    header = headers(survey, variant(quarter))
    columns = list(header)
    cells = [_cells(survey, columns, line, at) for at, line in enumerate(lines)]
    period = period_name(survey, quarter)
    if path.suffix == ".xlsx":
        look = dress(survey, period, numbered=variant(quarter) == 1)
        return write_sheet(path, look, list(header.values()), cells, sheet=forms()[survey].code)
    encoding, unit = ("gb18030", "千元") if survey == "service" else ("utf-8-sig", "万元")
    look = dress(survey, period, unit=unit, encoding=encoding)
    return write_text(path, look, list(header.values()), cells)
