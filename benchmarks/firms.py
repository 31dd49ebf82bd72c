"""Files of synthetic firms of any size: the industrial form of a quarter as CSV or xlsx, all items filled.

Belongs here: writing many rows quickly. Does not belong here: mistakes, other forms (pipelines/sample writes those).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import xlsxwriter

from benchmarks.units import county_codes
from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.ingest.raw import schema
from pipelines.lake import DICTIONARY, Lake
from pipelines.sample.economy import YEARS, chunks
from pipelines.sample.items import activities, money_items
from pipelines.sample.layout import headers
from pipelines.sample.profile import CITY, CITY_NAME, COUNTIES, COUNTY_NAMES, SURVEYS, classes
from pipelines.sample.universe import Universe, flows
from pipelines.steps.core import FIRM_FORMS
from pipelines.steps.raw import raw, raw_contract
from pipelines.steps.register import core_register
from pipelines.workspace import Workspace

FORM: Final = "industry"
QUARTER: Final = Quarter(2022, 3)
_CHUNK: Final = 1 << 18
# Rows of a CSV: the reading child holds one file, 1.6 KB a row.
LARGEST_FILE: Final = 1_300_000
_SETTINGS: Final = """code = "{code}"
name = "{name}"
kind = "city"
synthetic = true
first_quarter = "{first}"
last_quarter = "2023Q4"
base_quarters = 4
required_forms = []
[engine]
memory_limit = "{limit}"
"""
_COUNTY: Final = """
[[counties]]
code = "{code}"
name = "{name}"
"""


def settings(first: Quarter, limit: str = "", counties: int = len(COUNTIES)) -> str:
    """``city.toml`` of a workspace for synthetic firms, with data from ``first`` on, and the engine's memory limit."""
    said = (_COUNTY.format(code=code, name=name) for code, name in zip(*places(counties), strict=True))
    return _SETTINGS.format(code=CITY, name=CITY_NAME, first=first, limit=limit) + "".join(said)


def places(counties: int) -> tuple[Sequence[str], Sequence[str]]:
    """Codes and names of counties: the city's own ten, or a multiple of them, each of which is a part of one of them.

    Raises:
        ValueError: the ten cannot be divided into as many.
    """
    if counties == len(COUNTIES):
        return COUNTIES, COUNTY_NAMES
    if counties % len(COUNTIES):
        raise ValueError(f"{len(COUNTIES)} counties are not divided into {counties}")
    codes = county_codes(counties)
    return codes, codes


def rows(count: int, quarter: Quarter, counties: int = len(COUNTIES)) -> pa.Table:
    """Rows of the industrial form under its own headers: text and whole thousands of yuan, ``count`` of them."""
    return pa.concat_tables(pieces(count, quarter, counties))


def pieces(count: int, quarter: Quarter, counties: int = len(COUNTIES)) -> Iterator[pa.Table]:
    """The same rows, some at a time."""
    left = count
    for part in chunks(count * 4, size=_CHUNK):
        piece = _some(Universe(part, np.ones((len(classes().gbt), len(YEARS)))), quarter, counties).slice(0, left)
        left -= piece.num_rows
        yield piece
        if not left:
            return


def write_raw(workspace: Workspace, count: int, quarter: Quarter, counties: int = len(COUNTIES)) -> None:
    """The rows straight into the raw table, as reading them from files of a million rows each would leave them."""
    names = {header: name for name, header in headers(FORM, 0).items()}
    target = schema(FORM)

    def fill(path: Path) -> None:
        written = 0
        # As the lake writes it: a reader takes twice as long to turn texts into numbers out of large dictionaries.
        how: dict[str, Any] = {"compression": "zstd", "dictionary_pagesize_limit": DICTIONARY}
        with pq.ParquetWriter(path, target, **how) as writer:
            for piece in pieces(count, quarter, counties):
                cells = {names[header]: piece[header] for header in piece.column_names}
                number = np.arange(written, written := written + piece.num_rows)
                place = _place(number, quarter)
                columns = [(place | cells).get(name, pa.nulls(len(number), pa.string())) for name in target.names]
                writer.write_table(pa.table(columns, names=target.names).cast(target), row_group_size=122_880)

    lake, table = Lake(workspace.lake), f"raw_{FORM}"
    # With the fingerprint of what was read from the inbox, so that no step reads that again in its place.
    fingerprint = raw(workspace, FORM, str(quarter)).note.fingerprint
    lake.write(table, str(quarter), fill, fingerprint=fingerprint, held_to=raw_contract(forms()[FORM]))


def _place(number: npt.NDArray[np.int64], quarter: Quarter) -> dict[str, pa.Array]:
    file, row = pa.array(number // 1_000_000), pa.array(number % 1_000_000 + 5)
    sha = pc.utf8_lpad(file.cast(pa.string()), 16, "0")
    row_id = pc.binary_join_element_wise(sha, pa.scalar("001"), pc.utf8_lpad(row.cast(pa.string()), 7, "0"), ":")
    fixed = {
        "sheet": "B203",
        "received_at": (quarter + 1).first_day.replace(day=18),
        "quarter": str(quarter),
        "months": 3 * quarter.number,
        "yuan_per_unit": 1000,
    }
    said = {name: pa.repeat(pa.scalar(value), len(number)) for name, value in fixed.items()}
    return said | {"row_id": row_id, "file_sha": sha, "file": sha, "row": row}


def write_csvs(inbox: Path, count: int, quarter: Quarter) -> list[Path]:
    """The rows as CSV files of some ``LARGEST_FILE`` each, the first under the plain name."""
    paths, held, left = list[Path](), list[pa.Table](), count
    for piece in pieces(count, quarter):
        held, left = [*held, piece], left - len(piece)
        if not left or sum(map(len, held)) >= LARGEST_FILE:
            paths.append(inbox / file_name(quarter, "csv", len(paths)))
            write_csv(pa.concat_tables(held), paths[-1], quarter)
            held = []
    return paths


def write_csv(table: pa.Table, path: Path, quarter: Quarter) -> None:
    """A CSV as bureaus send it: title, money unit, header, rows."""
    with path.open("wb") as file:
        for line in (*_above(quarter), *(",".join(table.column_names),)):
            file.write(line.encode() + b"\r\n")
        pacsv.write_csv(table, file, pacsv.WriteOptions(include_header=False, quoting_style="none"))


def write_xlsx(table: pa.Table, path: Path, quarter: Quarter) -> None:
    """The same as one Excel sheet."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("B203")
        for number, line in enumerate([*([text] for text in _above(quarter)), table.column_names]):
            sheet.write_row(number, 0, line)
        first = len(_above(quarter)) + 1
        columns: Sequence[list[Any]] = [column.to_pylist() for column in table.columns]
        for number, row in enumerate(zip(*columns, strict=True), start=first):
            sheet.write_row(number, 0, row)


def file_name(quarter: Quarter, ending: str, part: int = 0) -> str:
    """The name under which a quarter's file arrives, or a further part of it."""
    form, which = forms()[FORM], f"_{part:02}" if part else ""
    return f"{form.code}_{form.title}_{quarter.year}年1-{3 * quarter.number}月{which}.{ending}"


def _above(quarter: Quarter) -> tuple[str, ...]:
    title = forms()[FORM].title
    return f"{title}", f"{quarter.year}年1-{3 * quarter.number}月", "计量单位：千元"


def _some(universe: Universe, quarter: Quarter, counties: int) -> pa.Table:
    survey = SURVEYS.index(FORM)
    found = np.flatnonzero(universe.reporting(quarter) & (universe.survey() == survey))
    values = flows(universe, quarter)
    index = universe.units.index[found]
    number = pa.array(index + 1).cast(pa.string())
    parts = counties // len(COUNTIES)
    county = pa.array(universe.county(quarter)[found] * parts + index % parts)
    codes, named = (pa.array(said).take(county) for said in places(counties))
    gbt = pa.array(classes().gbt.tolist()).take(pa.array(universe.klass(quarter)[found]))
    said = pa.array([activities().get(code, "") for code in classes().gbt.tolist()])
    columns: dict[str, Any] = {
        "unit": pa.array([code.decode() for code in universe.units.code[found].tolist()]),
        "name": pc.binary_join_element_wise(named, pa.scalar("演示第"), number, pa.scalar("号有限公司"), ""),
        "county": codes,
        "gbt": gbt,
        "gross_output": values.output[found],
        "gross_output_base": values.output_base[found],
        "activity": said.take(pa.array(universe.klass(quarter)[found])),
        "address": pc.binary_join_element_wise(
            pa.scalar("示范市"), named, pa.scalar("演示路"), number, pa.scalar("号"), ""
        ),
        "registered_county": codes,
        "parent_unit": pa.repeat(pa.scalar(""), len(found)),
        "note": pa.repeat(pa.scalar(""), len(found)),
    }
    columns |= money_items(universe, quarter, found, FORM, values)
    return pa.table(
        {
            header: columns[name] if name in columns else getattr(values, name)[found]
            for name, header in headers(FORM, 0).items()
        }
    )


def workspace(home: Path, count: int, *, limit: str = "", counties: int = len(COUNTIES)) -> Workspace:
    """A workspace whose quarter has been read: so many rows of the form in its raw table, none of the others.

    Args:
        home: an empty folder.
        count: how many rows.
        limit: ``memory_limit`` of the engine; '' for its own.
        counties: in how many counties.
    """
    home.mkdir(parents=True)
    (home / "city.toml").write_text(settings(QUARTER, limit, counties), encoding="utf-8")
    made = Workspace(home)
    for form in FIRM_FORMS:
        raw(made, form, str(QUARTER))
    core_register(made, str(QUARTER))
    write_raw(made, count, QUARTER, counties)
    return made
