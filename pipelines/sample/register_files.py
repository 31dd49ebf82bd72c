"""The register of survey units of the synthetic city: M101, one file a quarter.

Belongs here: which units stand in the register, when they came and went, what changed; some firms' local units, which
never report. Does not belong here: returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from indicators.quarter import Quarter
from pipelines.sample.firm_files import Planted, Sent, identity, neighbour, received_on
from pipelines.sample.items import outside_unit
from pipelines.sample.layout import Dress, headers, write_text
from pipelines.sample.planted import IN_REGISTER, Plan, Row, plans, spoil_register
from pipelines.sample.profile import classes
from pipelines.sample.universe import FIRST, Universe, position

_REASONS: Final = ("停业注销", "规模下降退库", "迁出本市")


def write_register(universe: Universe, inbox: Path, quarter: Quarter) -> Iterator[Sent | Planted]:
    """Write M101 of a quarter: every unit ever seen, with entry, exit and what changed; then some local units."""
    units = universe.units
    there = np.flatnonzero(units.entry <= position(quarter))
    places = there[np.argsort(units.code[there], kind="stable")].tolist()
    rows = _true_rows(universe, quarter, places)
    branches = [
        _branch(row, index) for row, index in zip(rows, units.index[places].tolist(), strict=True) if index % 61 == 7
    ]
    marks = _spoil(universe, quarter, places, rows)
    name = f"M101_调查单位名录_{quarter.year}年{quarter.number}季度.csv"
    header = headers("register", 0)
    lines = [[row[column] for column in header] for row in [*rows, *branches]]
    look = Dress(f"{quarter.year}年{quarter.number}季度调查单位名录", ("表    号：M101表",), encoding="gb18030")
    first = write_text(inbox / name, look, list(header.values()), lines)
    yield Sent(name, received_on(quarter), "普查中心", source="名录库维护")
    for plan, at in marks:
        label, found, line = header[plan.column], str(rows[at][plan.column]), str(at + first)
        yield Planted(plan.id, plan.kind, name, line, label, plan.what, plan.expected, plan.rule, "", found)


def _true_rows(universe: Universe, quarter: Quarter, places: list[int]) -> list[Row]:
    units, now = universe.units, position(quarter)
    klass, county = universe.klass(quarter), universe.county(quarter)
    changed = _changed(universe, quarter)
    rows = []
    for place in places:
        entry, leave = int(units.entry[place]), int(units.exit[place])
        row = identity(universe, place, klass[place], county[place])
        row |= {"entry_date": _entry_date(entry, int(units.index[place])), "exit_date": "", "reason": ""}
        row |= {"kind": "法人单位", "parent_unit": "", "successor": ""}
        if now - 4 < entry <= now:
            row["reason"] = "年度入库" if entry % 4 == 0 else "月度入库"
        if leave <= now:
            row |= {"exit_date": (FIRST + leave).first_day.isoformat(), "reason": _REASONS[place % len(_REASONS)]}
        rows.append(row | changed.get(place, {}))
    return rows


def _spoil(universe: Universe, quarter: Quarter, places: list[int], rows: list[Row]) -> list[tuple[Plan, int]]:
    """Put the quarter's errors into the rows; those that are the register's own are listed with their place."""
    near, marks = neighbour(universe, quarter), []
    for plan in plans():
        if plan.quarter == str(quarter) and (plan.form == "register" or plan.kind in IN_REGISTER):
            at = places.index(plan.place(universe.units))
            rows[at] = spoil_register(plan, rows[at], near)
            if plan.form == "register":
                marks.append((plan, at))
    return marks


def _branch(row: Row, index: int) -> Row:
    """A local unit of the firm that a row is about: it comes and goes with it and never reports."""
    own: Row = {"unit": outside_unit(1_000_000 + index), "name": f"{row['name']}第一分公司", "kind": "产业活动单位"}
    return row | own | {"parent_unit": row["unit"], "successor": "", "reason": ""}


def _entry_date(entry: int, index: int) -> str:
    if entry < 0:
        return f"{2012 + index % 8}-{1 + index % 12:02d}-01"
    day = (FIRST + entry).first_day
    return day.replace(month=day.month + index % 2 * int(entry % 4 != 0)).isoformat()


def _changed(universe: Universe, quarter: Quarter) -> dict[int, Row]:
    found: dict[int, Row] = {}
    for change in universe.changes:
        if quarter >= change.quarter:
            old = universe.units.klass[change.place]
            said = "跨县（区）迁移" if change.klass is None else f"行业代码变更，原{classes().gbt[old]}"
            found[change.place] = {"reason": f"{change.quarter.label('quarter')}{said}"}
    for merger in universe.mergers:
        if quarter >= merger.quarter:
            heir = universe.units.code[merger.heir].decode()
            day = merger.quarter.first_day.isoformat()
            gone: Row = {"exit_date": day, "reason": f"吸收合并，并入{heir}", "successor": heir}
            found[merger.absorbed] = gone
    return found
