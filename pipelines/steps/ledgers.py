"""Tables of the task force's ledgers: what it may see, pairs that may be one entry, the lights of each month.

Belongs here: which table is made from which. Does not belong here: reading (ingest), reckoning (``pipelines.ledgers``,
``indicators.dispatch``). The wall: these steps read ledgers alone, and no other step reads a table of theirs but the
sums of ``cell_ledger``.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from indicators.dispatch.thresholds import thresholds
from pipelines.contracts import contract
from pipelines.ingest.forms.ledgers import LEDGER_FORMS, ledgers
from pipelines.ingest.landing import register
from pipelines.ingest.ledgers import untold
from pipelines.ingest.tables import UNREAD
from pipelines.lake import ALL, Lake, Made, write_table
from pipelines.provenance import code_hash
from pipelines.steps.core import core_small, ledger_set_aside
from pipelines.steps.raw import raw
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.ledgers.board import Board

GIVEN = "已填"
# By what ledgers are reckoned: also tables that say their columns, the future industries.
_CODE: Final = ("classification", "indicators", "pipelines.ingest", "pipelines.ledgers")
_FLOATS = ("completion", "scheduled", "deviation")


def core_ledger(workspace: Workspace) -> Made:
    """The history as the task force may see it: of private columns only whether something was given."""
    lake = Lake(workspace.lake)

    def fill(path: Path) -> None:
        rows = lake.read("core_ledger_history")
        private = [pc.and_(pc.equal(rows["ledger"], one.id), pc.equal(rows["field"], name))
                   for one in ledgers().values() for name in one.private]  # fmt: skip
        hidden = pc.and_(_any(private), pc.not_equal(rows["value"], ""))
        at = rows.schema.get_field_index("value")
        shown = rows.set_column(at, "value", pc.if_else(hidden, pa.scalar(GIVEN), rows["value"]))
        terms = contract("core_ledger")
        write_table(shown.select(terms.names).cast(terms.schema), path)

    made_from = [*lake.hashes("core_ledger_history"), *(one.model_dump_json() for one in ledgers().values())]
    return lake.refresh("core_ledger", ALL, fill, made_from=made_from)


def _any(conditions: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    found = conditions[0]
    for condition in conditions[1:]:
        found = pc.or_(found, condition)
    return found


def core_ledger_duplicate(workspace: Workspace) -> Made:
    """Pairs of entries that may be one and the same."""
    lake = Lake(workspace.lake)

    def fill(path: Path) -> None:
        rows = pairs(workspace, dt.date.max)
        write_table(pa.Table.from_pandas(rows, contract("core_ledger_duplicate").schema, preserve_index=False), path)

    made_from = [*lake.hashes("core_ledger_history"), code_hash(*_CODE), *workspace.city.regions.values()]
    return lake.refresh("core_ledger_duplicate", ALL, fill, made_from=made_from)


def pairs(workspace: Workspace, day: dt.date) -> pd.DataFrame:
    """The same as known on a day: names, codes and amounts that came later say nothing yet."""
    from pipelines.ledgers.doubles import duplicates

    rows = Lake(workspace.lake).read("core_ledger_history").to_pandas()
    return duplicates(rows[rows["known_from"] <= day], list(workspace.city.regions.values()))


def core_dispatch(workspace: Workspace) -> Made:
    """The light of each project in each month that was cut off by the last day on which anything was received."""
    lake = Lake(workspace.lake)

    def fill(path: Path) -> None:
        from pipelines.ledgers.board import Board

        rows = lake.read("core_ledger").to_pandas()
        lit = Board(rows, _last(rows)).lights
        told = lit.astype(dict.fromkeys(_FLOATS, "float64"))  # without projects there is no kind of number
        write_table(pa.Table.from_pandas(told, contract("core_dispatch").schema, preserve_index=False), path)

    made_from = [*lake.hashes("core_ledger"), code_hash(*_CODE)]
    return lake.refresh("core_dispatch", ALL, fill, made_from=made_from)


def cell_ledger(workspace: Workspace) -> Made:
    """Sums of the ledgers at the end of each quarter that was cut off."""
    lake, city = Lake(workspace.lake), workspace.city
    counties = [county.code for county in city.counties]

    def fill(path: Path) -> None:
        from pipelines.ledgers.sums import sums

        found = sums(board(workspace), city.quarters, city.code, counties)
        write_table(pa.Table.from_pylist(found, schema=contract("cell_ledger").schema), path)

    made_from = [
        *lake.hashes("core_dispatch"),
        *lake.hashes("core_ledger_history"),
        code_hash(*_CODE),
        *(city.code, city.first_quarter, city.last_quarter, *counties),
    ]
    return lake.refresh("cell_ledger", ALL, fill, made_from=made_from)


def make_ledgers(workspace: Workspace) -> list[Made]:
    """All tables of the ledgers, from the history on."""
    return [core_ledger(workspace), core_ledger_duplicate(workspace), core_dispatch(workspace), cell_ledger(workspace)]


def unread(workspace: Workspace) -> list[dict[str, Any]]:
    """What of sheets of ledgers was not read though their rows were: columns with another name, or that are missing.

    Returns:
        ``file, file_sha, sheet, row, column, code, reason_zh, reason_en``.
    """
    lake, found = Lake(workspace.lake), []
    for form in LEDGER_FORMS:
        notices = lake.read(f"notice_{form}")
        found += notices.filter(pc.equal(notices["code"], UNREAD)).to_pylist()
    for ledger in ledgers().values():
        found += untold(lake.read(f"raw_{ledger.form}"), ledger)
    return found


def doubts_of(workspace: Workspace, file_sha: str) -> list[dict[str, Any]]:
    """The doubts that a file raises, on the day on which it was received: those that would not hold without it.

    Returns:
        ``sheet, row`` (where the file says what is doubted, else where it speaks of the entry)``, column, rule,
        reason_zh, reason_en``.
    """
    from pipelines.ledgers.board import Board
    from pipelines.ledgers.remarks import headers

    rows = Lake(workspace.lake).read("core_ledger_history").to_pandas()
    own = rows[rows["file_sha"] == file_sha]
    if own.empty:
        return []
    day, found = own["known_from"].max(), []
    boards = Board(rows, day), Board(rows[rows["file_sha"] != file_sha], day)
    for (ledger, entry), said in own.groupby(["ledger", "entry"]):
        now, before = (doubts[doubts["entry"] == entry] for doubts in (board.doubts(ledger) for board in boards))
        for doubt in now[~now["rule"].isin(before["rule"])].to_dict("records"):
            named = said[said["field"].isin(doubt["fields"])]
            place = (named if len(named) else said).iloc[0]
            found.append({
                "sheet": place["sheet"], "row": int(place["row"]), "column": headers(doubt | {"ledger": ledger}),
                "rule": doubt["rule"], "reason_zh": f"存疑：{doubt['zh']}。", "reason_en": f"Doubted: {doubt['en']}.",
            })  # fmt: skip
    return found


def board(workspace: Workspace, day: dt.date | None = None) -> Board:
    """The board of a day, with the lights that were made; where no day is named, of the last one (``_last``)."""
    from pipelines.ledgers.board import Board

    lake = Lake(workspace.lake)
    rows, kept = (lake.read(table).to_pandas() for table in ("core_ledger", "core_dispatch"))
    return Board(rows, day or _last(rows), kept=kept, pairs=partial(pairs, workspace))


def _last(rows: pd.DataFrame) -> dt.date:
    """The last day on which anything of the ledgers was received, or the cut-off after it where that is near.

    So a month is seen with its last reports.
    """
    if rows.empty:
        return dt.date.min
    last: dt.date = rows["known_from"].max() + dt.timedelta(days=int(thresholds()["cut_off_days"]))
    return last


def refreshed(workspace: Workspace) -> list[Made]:
    """What lies in the inbox taken in, and all tables of the ledgers made; what has not changed is left alone."""
    register(workspace)
    Lake(workspace.lake).sweep()
    for form in LEDGER_FORMS:
        raw(workspace, form)
    return [core_small(workspace, "core_ledger_history"), ledger_set_aside(workspace), *make_ledgers(workspace)]
