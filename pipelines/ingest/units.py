"""In what unit the money of a sheet is, declared in its headers, above them, or in the notes below.

Belongs here: finding that declaration and refusing none or two. Does not belong here: units of single cells.
"""

from __future__ import annotations

import re
from typing import Final

from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import Form
from pipelines.ingest.headers import Header, filled, spread, titles_above
from pipelines.ingest.headwords import MONEY
from pipelines.ingest.sheets import Sheet
from pipelines.ingest.texts import normal

YUAN: Final = {"元": 1, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}
_HEADER: Final = re.compile(rf"\((?:单位:?)?({MONEY})\)(?:$|/)|^\(?({MONEY})\)?$")
_TITLE: Final = re.compile(rf"单位[:为]?(?:人民币)?({MONEY})|\(({MONEY})\)")


def yuan_per_unit(sheet: Sheet, header: Header, form: Form, notes: list[str]) -> int:
    """How many yuan one unit of the sheet's money is; 0 for a form without money.

    The unit is looked for in the headers of the money columns, above the header, then in the notes below.

    Raises:
        RefusalError: no unit is declared, or two different ones are.
    """
    if not form.money:
        return 0
    declared = _header_units(sheet, header, form)
    titles = set(_units_in(titles_above(sheet, header)))
    partly = declared != {""} and "" in declared
    units = (declared - {""}) | titles or set(_units_in(notes))
    if len(units) > 1 or (partly and not titles):
        raise RefusalError(
            "unit_conflict",
            f"金额单位不一致（{'、'.join(sorted(units))}）或只有部分金额列注明单位；请全表统一为一个单位。",
            f"Different money units ({', '.join(sorted(units))}), or only some money columns state one; use one.",
            sheet=sheet.name,
        )
    if not units:
        raise RefusalError(
            "unit_undeclared",
            "没有注明金额单位；请在表头上方加一行“计量单位：千元”（或 元、万元、百万元、亿元）。",
            "No money unit is declared; add a line such as 计量单位：千元 above the header (元, 万元, 百万元, 亿元).",
            sheet=sheet.name,
        )
    return YUAN[units.pop()]


def _units_in(texts: list[str]) -> list[str]:
    return [unit for text in texts for pair in _TITLE.findall(normal(text)) for unit in pair if unit]


def _header_units(sheet: Sheet, header: Header, form: Form) -> set[str]:
    """Units stated in the header cells of the money columns; '' stands for a column that states none."""
    head = filled(sheet.rows, sheet.merges, header.end)[header.first :]
    units: set[str] = set()
    for column in form.columns:
        if column.kind != "money" or column.name not in header.columns:
            continue
        position = header.columns[column.name]
        stack = [spread(row, lower) for row, lower in zip(head, [*head[1:], head[-1]], strict=True)]
        matches = [_HEADER.search(normal(row[position])) for row in stack]
        found = [match[1] or match[2] for match in matches if match]
        units.update(found or [""])
    return units
