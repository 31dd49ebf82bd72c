"""Queries: what the soft rules found, with what became of it; made anew when a reply comes, without another review.

Belongs here: the table of queries and which partitions of it are a quarter's. Does not belong here: finding (core,
register), the log of replies and the order of the queue (review). Knows neither Dagster nor pandas.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.engine import engine, statement
from pipelines.lake import Lake, Made, table_hash
from pipelines.review.replies import latest_table
from pipelines.steps.register import register_partition
from pipelines.workspace import Workspace


def core_query(workspace: Workspace, quarter: str) -> tuple[Made, Made]:
    """The queries of a quarter, those about returns and those about the register, each with its last reply.

    They are made from the findings as they lie in the lake: a reply neither reads a file nor runs a rule.
    """
    return _made(workspace, quarter, quarter), _made(workspace, quarter, register_partition(quarter))


def parts(lake: Lake, quarter: str) -> list[Path]:
    """The files of a quarter's queries.

    Raises:
        InputError: they have not been made.
    """
    return lake.existing("core_query", [quarter, register_partition(quarter)])


def _made(workspace: Workspace, quarter: str, partition: str) -> Made:
    lake, text = Lake(workspace.lake), statement("pipelines", "core_query")
    reply = latest_table(workspace, quarter)

    def fill(path: Path) -> None:
        with engine() as work:
            work.add(core_finding=lake.existing("core_finding", [partition]), reply=reply)
            work.write(text, path)

    made_from = [*lake.hashes("core_finding", [partition]), text, table_hash(reply)]
    return lake.refresh("core_query", partition, fill, made_from=made_from)
