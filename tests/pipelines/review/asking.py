"""A city whose reviewed tables are put there by hand, so that a test knows every query and every unit in it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa

from pipelines.contracts import contract
from pipelines.lake import Lake, write_table
from pipelines.review.query_list import KIND
from pipelines.steps.lines import lines_partition
from pipelines.steps.queries import core_query
from pipelines.workspace import Workspace

QUARTER = "2023Q4"
FOREVER = dt.date(9999, 12, 31)
RECEIVED = dt.date(2024, 1, 18)
CITY = """
code = "419900"
name = "示范市"
kind = "city"
first_quarter = "2022Q4"
last_quarter = "2023Q4"
counties = [{ code = "419901", name = "甲区", short = "甲" }, { code = "419902", name = "乙区" }]
"""


def unit(number: int) -> str:
    """A code of 18 characters."""
    return f"9141990{1 + number % 2}MA{number:08d}"


def firm(number: int) -> str:
    """A name."""
    return f"第{number}号制造有限公司"


def number_of(row_id: str, rule: str) -> str:
    """The number of a query, made once more by other means."""
    return "Q" + hashlib.sha256(f"{row_id}:{rule}".encode()).hexdigest()[:12].upper()


def finding(number: int, rule: str = "B01", score: float = 0.0, **changed: Any) -> dict[str, Any]:
    """What one soft rule found in the return of a unit; even numbers lie in 甲区, odd ones in 乙区."""
    row_id = str(changed.get("row_id", f"{number:016x}:001:{number:07d}"))
    return {
        "quarter": QUARTER, "query": number_of(row_id, rule), "row_id": row_id, "known_from": RECEIVED,
        "known_to": FOREVER, "ended_by": "return" if "known_to" in changed else "", "unit": unit(number),
        "name": firm(number), "county": f"41990{1 + number % 2}", "form": "B203", "rule": rule,
        "column": "营业收入/本年累计", "message_zh": f"变动很大，请核实（{rule}）。",
        "message_en": "Check it.", "file": "B203.xlsx", "sheet": "B203", "row": number, "value": f"{7000 + number}",
        "expected": "3500", "impact": score * 2, "suspicion": 0.5, "score": score, "note": "",
    } | changed  # fmt: skip


def put(workspace: Workspace, table: str, partition: str, rows: Sequence[dict[str, Any]]) -> None:
    """Put rows into the lake as a partition that keeps its contract."""
    made = pa.Table.from_pylist(list(rows), schema=contract(table).schema).sort_by(
        [(name, "ascending") for name in contract(table).key]
    )
    Lake(workspace.lake).write(table, partition, lambda path: write_table(made, path), fingerprint="by hand")


def returned(number: int, **changed: Any) -> dict[str, Any]:
    """An accepted return."""
    return {
        "quarter": QUARTER, "sector": "industry", "row_id": f"{number:016x}:001:{number:07d}", "known_from": RECEIVED,
        "known_to": FOREVER, "unit": unit(number), "name": firm(number), "county": f"41990{1 + number % 2}",
        "gbt_received": "3911", "months": 12, "output": 1, "output_base": 1, "revenue": 1000 * number,
        "revenue_base": 1, "profit": 1, "wages": 1, "vat": 1, "staff": 1, "status": "accepted", "rules": "",
        "queries": "B01",
    } | changed  # fmt: skip


def asking(home: Path, *findings: dict[str, Any], quarter: str = QUARTER) -> Workspace:
    """A workspace whose quarter has been reviewed with these findings."""
    (home / "inbox").mkdir(parents=True, exist_ok=True)
    (home / "city.toml").write_text(CITY, encoding="utf-8")
    workspace = Workspace(home)
    put(workspace, "core_return", quarter, [returned(1, quarter=quarter)])
    put(workspace, "core_finding", quarter, findings)
    put(workspace, "core_finding", lines_partition("register", quarter), [])
    put(workspace, "core_finding", lines_partition("annual"), [])
    core_query(workspace, quarter)
    return workspace


def queries(workspace: Workspace, quarter: str = QUARTER) -> dict[str, dict[str, Any]]:
    """The queries of a quarter by number."""
    return {row["query"]: row for row in Lake(workspace.lake).read("core_query", [quarter]).to_pylist()}


def filled(source: Path, target: Path, *answers: tuple[Any, ...]) -> Path:
    """A list with answers filled in, one per row from the first on: kind, note, by whom."""
    book = openpyxl.load_workbook(source)
    sheet = book[KIND]
    heads = [cell.value for cell in sheet[4]]
    places = [heads.index(name) + 1 for name in ("答复类型", "说明", "填报人")]
    for row, answer in enumerate(answers, start=5):
        for column, text in zip(places, answer, strict=True):
            sheet.cell(row, column).value = text
    book.save(target)
    return target
