"""What all assets share: run a step for each quarter of the run, under the workspace's lock, and report what was made.

Belongs here: the bridge between Dagster's partitions and steps. Does not belong here: any step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import dagster as dg

from indicators.quarter import Quarter
from pipelines.checks import table_checks
from pipelines.contracts import Contract
from pipelines.ingest.landing import register
from pipelines.lake import Lake, Made
from pipelines.partitions import key_of, quarter_of
from pipelines.steps.suites import whole
from pipelines.workspace import Workspace

SINGLE_RUN = dg.BackfillPolicy.single_run()
if TYPE_CHECKING:
    Result: TypeAlias = dg.MaterializeResult[None]
else:
    Result = dg.MaterializeResult  # Dagster reads the bare name in an asset's signature


class ReleaseConfig(dg.Config):
    """What a release run may be told."""

    as_of: str = ""
    """数据截止日（YYYY-MM-DD）；不填则为该季度的发布日，快报则为快报日。"""
    flash: bool = False
    """是否快报：未报单位按上年报表推算；初步数起不推算。"""


def quarters_of(context: dg.AssetExecutionContext) -> list[str]:
    """The quarters of a run, in order."""
    return [str(quarter_of(key)) for key in sorted(context.partition_keys)]


def make(context: dg.AssetExecutionContext, workspace: Workspace, step: Callable[[str], Iterable[Made]]) -> list[Made]:
    """Run a step for each quarter of the run and report rows and hashes, one quarter at a time."""
    made: list[Made] = []
    with workspace.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        for key in sorted(context.partition_keys):
            outcome = list(step(str(quarter_of(key))))
            context.add_asset_metadata(report(outcome), partition_key=key)
            made += outcome
    return made


def make_together(
    context: dg.AssetExecutionContext, workspace: Workspace, step: Callable[[list[str]], Iterable[Made]]
) -> None:
    """Run a step once for all quarters of the run and report rows and hash of each."""
    with workspace.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        for made in step(quarters_of(context)):
            key = key_of(Quarter.parse(made.partition))
            context.add_asset_metadata(report([made]), partition_key=key)


def make_all(context: dg.AssetExecutionContext, workspace: Workspace, step: Callable[[], Made]) -> Made:
    """Run a step that makes a whole table."""
    with workspace.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        made = step()
    context.add_asset_metadata(report([made]))
    return made


def checked(context: dg.AssetExecutionContext, workspace: Workspace, *tables: str) -> Result:
    """What holding the tables of an asset to their laws gave: for the quarters of the run, or the whole of them."""
    asset = context.asset_key.to_user_string()
    partitions = [whole(tables[0])] if context.assets_def.partitions_def is None else quarters_of(context)
    with workspace.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        return dg.MaterializeResult(check_results=table_checks(workspace, asset, tables, partitions))


def report(made: list[Made]) -> dict[str, Any]:
    """The metadata of what was made: rows, sums of money, hash, and whether anything had changed."""
    return {
        "dagster/row_count": made[0].note.rows,
        "sha256": made[0].note.sha256,
        **{f"yuan/{name}": value for name, value in made[0].note.yuan.items()},
        "computed": any(item.computed for item in made),
        **{f"rows/{item.table}": item.note.rows for item in made[1:]},
    }


def column_schema(held_to: Contract) -> dict[str, dg.TableSchema]:
    """A contract as Dagster's column schema: type, Chinese name, unit."""
    columns = [
        dg.TableColumn(column.name, type=column.type, description=f"{column.zh} {column.unit_zh}".strip())
        for column in held_to.columns
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


@cache
def arrive(workspace: Workspace, run_id: str) -> None:  # noqa: ARG001 - one arrival per run, however many forms it reads
    """Take in what lies in the inbox and sweep what a killed run left; before anything is read."""
    with workspace.held("inbox", wait=True):
        register(workspace)
        Lake(workspace.lake).sweep()
