"""行业归类核对: the classes that a ledger claims for units against those that follow from the register.

Belongs here: which claims and which register make the check of a quarter. Does not belong here: when which result is
due (classification), or the ledger, to which nothing flows back.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from classification import arrow_tables, load_standard
from classification.errors import InputError
from pipelines.engine import Engine, statement
from pipelines.engines import unit_engine
from pipelines.ingest.rows import FOREVER
from pipelines.lake import Lake, Made, table_hash, write_table
from pipelines.review.identifiers import valid_codes
from pipelines.review.rules import rules
from pipelines.steps.lines import lines_partition
from pipelines.steps.raw import raw
from pipelines.steps.register import core_register
from pipelines.steps.reviewing import ordered, refusals, review, set_aside, texts_of
from pipelines.workspace import Workspace

FORM: Final = "claim"
_SMALL_CLASS: Final = 3  # the level of the digital classes of six digits
_SQL: Final = (
    "functions",
    "claim_typed",
    "review",
    "broken_row",
    "broken",
    "finding",
    "set_aside",
    "registered_codes",
    "claim_stretch",
    "class_check",
)


def class_check(workspace: Workspace, quarter: str) -> tuple[Made, Made]:
    """Check the classes claimed in a quarter against its register.

    Returns:
        The check, and the claims that were set aside and why.
    """
    lake, found = Lake(workspace.lake), rules(FORM)
    raw(workspace, FORM, quarter)
    core_register(workspace, quarter)
    codes = arrow_tables() | {"digital_class": _digital_classes()}
    made_from = [
        *lake.hashes(f"raw_{FORM}", [quarter]),
        *lake.hashes(f"refused_{FORM}", [quarter]),
        *lake.hashes("core_register", [quarter]),
        *texts_of(_SQL, found),
        *(statement("classification", name) for name in ("assign", "check_claims")),
        *map(table_hash, codes.values()),
    ]

    with unit_engine(workspace) as work:

        @cache
        def reviewed() -> None:
            work.add(raw_claim=lake.existing(f"raw_{FORM}", [quarter]), **codes)
            work.learn("valid_code", valid_codes)
            review(work, statement("pipelines", "claim_typed"), found)

        def fill(path: Path) -> None:
            reviewed()
            work.add(core_register=lake.existing("core_register", [quarter]))
            _check(work, path)

        def fill_set_aside(path: Path) -> None:
            reviewed()
            write_table(ordered([set_aside(work, found, {FORM: f"raw_{FORM}"}), refusals(lake, [FORM], quarter)]), path)

        checked = lake.refresh("class_check", quarter, fill, made_from=made_from)
        lines = lines_partition(FORM, quarter)
        return checked, lake.refresh("core_set_aside", lines, fill_set_aside, made_from=made_from)


def current_check(workspace: Workspace, quarter: str = "") -> tuple[str, list[dict[str, Any]]]:
    """The check as it stands today: the quarter (the latest with claims unless named), and one line per claim.

    Raises:
        InputError: the quarter was not run, or nobody claimed anything in it.
    """
    lake = Lake(workspace.lake)
    made = [name for name in lake.partitions("class_check") if lake.note_of("class_check", name).rows]
    named = quarter or (made[-1] if made else str(workspace.city.last_quarter))
    rows = lake.read("class_check", [named]).to_pylist()
    lines = [line for line in rows if line["status"] == "accepted" and line["known_to"] == FOREVER]
    if not lines:
        raise InputError(
            f"{named} 没有可核对的申报（ZD01）。请把文件放入 inbox 再运行 shuce run {named}；"
            f"已收到而被搁置的见 shuce aside {named}。",
            f"{named} has no claims to check (form ZD01): put the file into the inbox, then shuce run {named}.",
            where=named,
        )
    return named, sorted(lines, key=lambda line: (line["file"], line["row"]))


def _check(work: Engine, path: Path) -> None:
    work.view("units", statement("pipelines", "registered_codes"))
    work.keep("assigned", statement("classification", "assign"))
    work.keep("claim", statement("pipelines", "claim_stretch"))
    work.keep("checked", statement("classification", "check_claims"))
    work.write(statement("pipelines", "class_check"), path)


def _digital_classes() -> pa.Table:
    codes = [record.code for record in load_standard().digital.values() if record.level == _SMALL_CLASS]
    return pa.table({"code": pa.array(codes, pa.string())})
