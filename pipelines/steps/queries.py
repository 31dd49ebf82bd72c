"""Queries: what the soft rules found, with what became of it; made anew when a reply comes, without another review.

Belongs here: the table of queries and which partitions of it are a quarter's. Does not belong here: finding (core,
register), the log of replies and the order of the queue (review). Knows neither Dagster nor pandas.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

from classification.errors import InputError
from pipelines.clock import stamp
from pipelines.engine import statement
from pipelines.engines import local_engine
from pipelines.ingest.landing import keep
from pipelines.lake import Lake, Made
from pipelines.review.replies import Entry, append, latest, latest_json, taken_from
from pipelines.review.reply_lines import Asked
from pipelines.review.reply_lists import ListRead, read_list
from pipelines.steps.lines import lines_partition
from pipelines.workspace import Workspace


def core_query(workspace: Workspace, quarter: str) -> tuple[Made, ...]:
    """The queries of a quarter, about returns and the register, and all about annual returns, with their last replies.

    They are made from the findings as they lie in the lake: a reply neither reads a file nor runs a rule.
    """
    return tuple(_made(workspace, partition, of) for partition, of in _partitions(quarter).items())


def parts(lake: Lake, quarter: str) -> list[Path]:
    """The files that a quarter's queries lie in; those about annual returns of other years lie there too.

    Raises:
        InputError: they have not been made.
    """
    return [path for name in _partitions(quarter) for path in lake.existing("core_query", [name])]


def _partitions(quarter: str) -> dict[str, str]:
    """The partitions that a quarter's queries lie in → the quarter whose replies they take ('': all)."""
    return {quarter: quarter, lines_partition("register", quarter): quarter, lines_partition("annual"): ""}


def _made(workspace: Workspace, partition: str, quarter: str) -> Made:
    lake, text = Lake(workspace.lake), statement("pipelines", "core_query")
    replies = latest_json(workspace, quarter)

    def fill(path: Path) -> None:
        with local_engine(workspace) as work:
            work.add(core_finding=lake.existing("core_finding", [partition]))
            work.write(text, path, {"replies": replies})

    made_from = [*lake.hashes("core_finding", [partition]), text, replies]
    return lake.refresh("core_query", partition, fill, made_from=made_from)


def latest_quarter(lake: Lake) -> str:
    """The latest quarter that has both returns and queries.

    Raises:
        InputError: there is none.
    """
    found = [name for name in lake.partitions("core_query") if (note := lake.note("core_return", name)) and note.rows]
    if not found:
        raise InputError(
            "还没有审核过的季度，请先运行 shuce run 期别。",
            "No quarter has been reviewed yet; run one first (shuce run QUARTER).",
            where=str(lake.root),
        )
    return found[-1]


def answered(workspace: Workspace, path: Path, *, day: dt.date, by: str) -> ListRead:
    """Read a filled-in list, keep it as received, log its good lines in one piece and make their queries anew.

    Args:
        workspace: whose queries are answered; held meanwhile.
        path: the list.
        day: the day on which it was received.
        by: who reads it in.

    Raises:
        InputError: no quarter has been reviewed yet, or the log of replies was altered.
    """
    with workspace.held("shuce review read", wait=True):
        lake = Lake(workspace.lake)
        latest_quarter(lake)  # before any has been reviewed there is nothing to answer
        last = {key: reply for key, (reply, _) in latest(workspace).items()}
        found = read_list(path, _asked(workspace), last, day, partial(taken_from, workspace))
        if found.taken:
            keep(workspace, path, found.file)
            append(
                workspace,
                Entry(
                    sha256=found.sha256,
                    file=found.file,
                    received_on=day,
                    read_at=stamp(),
                    read_by=by,
                    replies=found.taken,
                ),
            )
            for quarter in sorted({reply.quarter for reply in found.taken}):
                core_query(workspace, quarter)
    return found


def _asked(workspace: Workspace) -> dict[str, list[Asked]]:
    """Every query of every quarter by its number; a number that two queries share answers neither."""
    found: dict[str, list[Asked]] = {}
    lake = Lake(workspace.lake)
    with local_engine(workspace) as work:
        work.add(core_query=lake.existing("core_query", lake.partitions("core_query")))
        for row in work.rows(statement("pipelines", "asked_query")).to_pylist():
            found.setdefault(row["query"], []).append(Asked(**row))
    return found
