"""Raw tables: a form's files as received, every cell still text, with what was refused and what was noted.

Belongs here: which receipts make which raw partition. Does not belong here: reading a file (ingest).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from pipelines.contracts import Column, Contract, Kind
from pipelines.ingest.forms import Form, forms
from pipelines.ingest.raw import FAULTS, Reading, schema
from pipelines.ingest.receipts import receipts
from pipelines.lake import ALL, Lake, Made, write_tables
from pipelines.provenance import code_hash
from pipelines.workspace import Workspace

_KINDS: dict[pa.DataType, Kind] = {pa.string(): "text", pa.int64(): "int", pa.date32(): "date"}
_PROVENANCE = {
    "row_id": "行标识",
    "file_sha": "文件摘要",
    "file": "文件",
    "form": "报表",
    "sheet": "工作表",
    "row": "行号",
    "column": "列",
    "received_at": "收到日期",
    "quarter": "季度",
    "months": "累计月数",
    "yuan_per_unit": "计量单位折元",
    "code": "类型",
    "reason_zh": "说明",
    "reason_en": "说明（英文）",
}
# What a row cannot be without; the cells themselves may be empty.
_ALWAYS = frozenset({"row_id", "file_sha", "file", "sheet", "row", "received_at", "quarter", "code"})


def raw_contract(form: Form) -> Contract:
    """The contract of a form's raw table: provenance, then the form's columns as text."""
    return _contract(f"raw_{form.id}", form, schema(form), headers=form.raw_columns, key=("row_id",))


def raw(workspace: Workspace, form_name: str, partition: str = ALL) -> Made:
    """Read a form's files of one quarter (or all of them) into the raw table; unchanged files are not read again.

    Beside the rows go the files and rows that were refused, and the titles, notes and sources kept as provenance.
    """
    form, lake = forms()[form_name], Lake(workspace.lake)
    arrived = receipts(workspace, form=form_name, quarter=None if partition == ALL else partition, refused=True)
    # How a file is read decides what a raw table holds, so a changed reader or map reads it again.
    made_from = [
        code_hash("pipelines.ingest"),
        *(receipt.model_dump_json(exclude={"registered_at", "path"}) for receipt in arrived),
    ]

    reading = Reading(arrived, form)

    def make(terms: Contract, tables: Callable[[], Iterable[pa.Table]]) -> Made:
        def fill(path: Path) -> None:
            write_tables((table.cast(terms.schema) for table in tables()), terms.schema, path)

        return lake.refresh(terms.table, partition, fill, made_from=made_from, held_to=terms)

    # The rows first, as they are read; what was refused and noticed is known after them.
    made = make(raw_contract(form), lambda: reading)
    make(_contract(f"refused_{form_name}", form, FAULTS), lambda: [reading.refused])
    make(_contract(f"notice_{form_name}", form, FAULTS), lambda: [reading.notices])
    return made


def _contract(
    table: str,
    form: Form,
    rows: pa.Schema,
    *,
    headers: Mapping[str, str] = MappingProxyType({}),
    key: tuple[str, ...] = (),
) -> Contract:
    columns = tuple(
        Column(
            name=field.name,
            type=_KINDS[field.type],
            zh=headers.get(field.name) or _PROVENANCE.get(field.name, field.name),
            # A form may call a column of its own as provenance is called; its cells may be empty like all others.
            nullable=field.name in headers or field.name not in _ALWAYS,
        )
        for field in rows
    )
    return Contract(
        table=table,
        title=f"{form.title}（{table.split('_', 1)[0]}）",
        description="Rows as received, every cell still text.",
        level="L3",
        partition="quarter" if form.period == "quarter" else "none",
        key=key,
        columns=columns,
    )
