"""Reporters' own column names, each confirmed once by a person for one column of a form.

Belongs here: the table ``mappings/<form>.csv`` of a workspace, and a form that knows its names. Does not belong here:
finding likely columns (``mapping_likeness``). A mapping says what a column is called, never what a value means.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from classification.errors import InputError
from pipelines.ingest.faults import RefusalError
from pipelines.ingest.forms import Form, forms
from pipelines.ingest.headers import Header, known_as
from pipelines.ingest.sheets import decode
from pipelines.ingest.texts import normal
from pipelines.workspace import Workspace

FOLDER: Final = "mappings"
COLUMNS: Final = ("form", "header", "column", "confirmed_by", "confirmed_on")
Pairs: TypeAlias = tuple[tuple[str, str], ...]  # (header as received, column of the form)


class Mapped(BaseModel):
    """One confirmed name: the header as received, the form's column, who confirmed it and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    form: str
    header: str
    column: str
    confirmed_by: str
    confirmed_on: dt.date


def mapping_path(workspace: Workspace, form: str) -> Path:
    """Where a form's confirmed names lie."""
    return workspace.home / FOLDER / f"{form}.csv"


def read_mapping(workspace: Workspace, form: str) -> tuple[Mapped, ...]:
    """The names confirmed for a form, in the order in which they were; none where there is no such table.

    Raises:
        InputError: the table is not one of this form, names an unknown column, or gives one header two columns.
    """
    path = mapping_path(workspace, form)
    if not path.exists():
        return ()
    reader = csv.DictReader(decode(path.read_bytes()).splitlines())
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InputError(
            f"对应表的列应为 {'、'.join(COLUMNS)}。",
            f"The columns of a mapping are {', '.join(COLUMNS)}.",
            where=str(path),
        )
    found = []
    for number, row in enumerate(reader, start=2):
        try:
            found.append(Mapped.model_validate(row))
        except ValidationError:
            raise InputError(
                "对应表该行有误：五列都要填，confirmed_on 写成 2024-01-18。",
                "This line of the mapping is wrong: all five columns are filled, confirmed_on is a day.",
                where=f"{path} 第{number}行",
            ) from None
    if strange := [item.form for item in found if item.form != form]:
        raise InputError(
            f"对应表属于另一张表：{strange[0]}。", f"The mapping is of another form: {strange[0]}.", where=str(path)
        )
    check(forms()[form], found, where=str(path))
    return tuple(found)


def pairs(workspace: Workspace, form: str) -> Pairs:
    """Header and column of each name confirmed for a form."""
    return tuple((item.header, item.column) for item in read_mapping(workspace, form))


def check(form: Form, found: Iterable[Mapped], *, where: str = "") -> None:
    """Refuse names that cannot stand together.

    Raises:
        InputError: an unknown column, an empty header, one that the form itself knows as another column, or one header
            for two columns.
    """
    columns = {column.name: column for column in form.columns}
    seen: dict[str, str] = {}
    for item in found:
        key = normal(item.header)
        if item.column not in columns:
            raise InputError(
                f"《{form.title}》没有名为“{item.column}”的列（表头“{item.header}”）。",
                f"Form {form.code} has no column {item.column!r} (header {item.header!r}).",
                where=where,
            )
        known = known_as(form, item.header)
        if not key or (known and known != item.column):
            raise InputError(
                f"表头“{item.header}”在《{form.title}》中另有所指"
                f"{f'（{columns[known].header}）' if known else ''}，不能对应为“{columns[item.column].header}”。",
                f"Header {item.header!r} has a meaning of its own on form {form.code} "
                f"and cannot stand for {item.column!r}.",
                where=where,
            )
        if seen.setdefault(key, item.column) != item.column:
            raise InputError(
                f"同一表头“{item.header}”对应了两列，请只留一个。",
                f"Header {item.header!r} is mapped to two columns; keep one.",
                where=where,
            )


def check_single(form: Form, found: Iterable[Mapped]) -> None:
    """Refuse two headers of one file for one column: which of them is meant, only the reporter can say.

    Raises:
        InputError: both headers are named.
    """
    taken: dict[str, str] = {}
    for item in found:
        first = taken.setdefault(item.column, item.header)
        if normal(first) != normal(item.header):
            header = next((column.header for column in form.columns if column.name == item.column), item.column)
            raise InputError(
                f"两个表头“{first}”“{item.header}”对应了同一列“{header}”，未写入；请只保留一个。",
                f"Two headers, {first!r} and {item.header!r}, are mapped to one column, {item.column!r}; keep one.",
            )


def confirm(workspace: Workspace, form: Form, found: list[Mapped]) -> Path:
    """Add confirmed names of one file to the form's table; a header confirmed again takes its new column.

    Raises:
        InputError: the names cannot stand together (``check``, ``check_single``); nothing is written.
    """
    check_single(form, found)
    path = mapping_path(workspace, form.id)
    with workspace.held("shuce inbox map", wait=True):
        again = {normal(item.header) for item in found}
        rows = [item for item in read_mapping(workspace, form.id) if normal(item.header) not in again] + found
        check(form, rows)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(item, name) for name in COLUMNS] for item in rows)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            part.write_text(text.getvalue(), encoding="utf-8-sig")  # so that Excel shows it as it is
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return path


def applied(form: Form, confirmed: Pairs) -> Form:
    """The form with the confirmed names as its last synonyms: its own names come first."""
    if not confirmed:
        return form
    columns = []
    for column in form.columns:
        names = tuple(header for header, name in confirmed if name == column.name and header not in column.names)
        columns.append(column.model_copy(update={"synonyms": column.synonyms + names}))
    return form.model_copy(update={"columns": tuple(columns)})


def check_once(header: Header, form: Form, confirmed: Pairs, *, sheet: str) -> None:
    """Refuse a sheet on which two confirmed names of one column stand: neither can be preferred.

    Raises:
        RefusalError: both headers are named.
    """
    meant = {normal(name): column for name, column in confirmed}
    seen: dict[str, str] = {}
    for label in header.labels:
        column = meant.get(normal(label))
        if column and seen.setdefault(column, label) != label:
            title = next(item.header for item in form.columns if item.name == column)
            raise RefusalError(
                "doubled_header",
                f"两个表头“{seen[column]}”“{label}”都被确认为“{title}”，无法取舍；请删去一列，或更正对应表。",
                f"Two headers, {seen[column]!r} and {label!r}, were both confirmed for {title!r}; "
                "remove one column, or correct the mapping.",
                sheet=sheet,
                row=header.first + 1,
                column=title,
            )
