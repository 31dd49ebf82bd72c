"""Dagster's instance of a workspace: the environment in which it runs, and running a job in this process.

Belongs here: the one place where the command line starts Dagster. Does not belong here: which quarters (run).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pipelines
from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.levels import MODES, owner_only
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    import dagster as dg

ROOT = Path(pipelines.__file__).resolve().parents[1]
# Errors of libraries that tell of the disk, of memory or of a statement before it reads a row. What others say may hold
# what they stumbled over, a unit's value: a number that cannot be converted, a key that is there twice.
_OF_NO_ROW: Final = frozenset(
    {"IOException", "OutOfMemoryException", "BinderException", "CatalogException", "ParserException"}
    | {"OSError", "FileNotFoundError", "PermissionError", "MemoryError", "ModuleNotFoundError"}
)
_OURS: Final = {"shuce/by": "command"}  # runs of the command line, beside those of Dagster's schedules


class RunError(InputError):
    """A run that stopped: the step's own error or the check that stopped it."""


def environment(workspace: Workspace) -> dict[str, str]:
    """What Dagster's processes need in their environment; telemetry stays off whatever the user's settings are."""
    workspace.dagster_home.mkdir(mode=MODES["L3"].folder, parents=True, exist_ok=True)
    return {
        "DAGSTER_HOME": str(ROOT),
        "SHUCE_DAGSTER": str(workspace.dagster_home),
        "SHUCE_HOME": str(workspace.home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }


@contextmanager
def instance_of(workspace: Workspace) -> Iterator[dg.DagsterInstance]:
    """The workspace's Dagster instance, the same that the web UI shows."""
    import dagster as dg

    before = dict(os.environ)
    os.environ.update(environment(workspace))
    try:
        with owner_only(), _kept_open(), dg.DagsterInstance.from_config(str(ROOT)) as instance:
            yield instance
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _kept_open() -> Iterator[None]:
    """Keep the files of Dagster's events open while a run writes to them, thousands of times.

    Dagster connects anew for every event, and whoever closes the last connection to a file copies all that was written
    into it. What is written outlives a crash of ours as before; after one of the machine the last events may lack.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    kept: dict[str, sqlite3.Connection] = {}

    def opened(connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = NORMAL")
            file = connection.execute("PRAGMA database_list").fetchone()[2]
            if file and file not in kept:
                kept[file] = sqlite3.connect(file, check_same_thread=False)
            if file:  # only who has read since the file keeps a log of its writes has that log open, too
                kept[file].execute("SELECT COUNT(*) FROM sqlite_master").fetchone()

    event.listen(Engine, "connect", opened)
    try:
        yield
    finally:
        event.remove(Engine, "connect", opened)
        for connection in kept.values():
            connection.close()


def execute(
    instance: dg.DagsterInstance,
    job: str,
    quarters: tuple[Quarter, Quarter] | None,
    *,
    as_of: str = "",
    flash: bool = False,
) -> list[Path]:
    """Run a job as one run: for a range of quarters, or for what is not partitioned where there is none.

    Returns:
        The folders of the releases that it cut.

    Raises:
        RunError: a step failed or a blocking check did not hold; the message is the step's own.
    """
    from pipelines.definitions import defs
    from pipelines.partitions import key_of

    definition = defs.resolve_job_def(job)
    config: dict[str, object] = {"loggers": {"progress": {}}}
    if job == "publish":
        told = {"config": {"as_of": as_of, "flash": flash}}
        config["ops"] = dict.fromkeys(("observation", "release", "quality_report"), told)
    tags, selection = {}, None
    if quarters is None:
        graph = definition.asset_layer.asset_graph
        selection = [key for key in graph.materializable_asset_keys if graph.get(key).partitions_def is None]
    else:
        first, last = quarters
        tags = {"dagster/asset_partition_range_start": key_of(first), "dagster/asset_partition_range_end": key_of(last)}
    _cancel_forsaken(instance)
    try:
        result = definition.execute_in_process(
            instance=instance, tags=tags | _OURS, run_config=config, asset_selection=selection, raise_on_error=False
        )
    finally:
        _cancel_forsaken(instance)
    if not result.success:
        raise _failure(result)
    made = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    return [Path(str(one.metadata["path"].value)) for one in made if one.asset_key.path == ["release"]]


def _cancel_forsaken(instance: dg.DagsterInstance) -> None:
    """Record as canceled what a command ran and was ended over: who holds the workspace is the only one who runs."""
    import dagster as dg

    status = dg.DagsterRunStatus
    unfinished = [status.NOT_STARTED, status.STARTING, status.STARTED, status.CANCELING]
    for run in instance.get_runs(dg.RunsFilter(tags=_OURS, statuses=unfinished)):
        instance.report_run_canceled(run)


def _failure(result: dg.ExecuteInProcessResult) -> InputError:
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed and evaluation.severity.value == "ERROR":  # a warning stops nothing
            return RunError(
                f"检查未通过，未发布：{evaluation.description}。全貌见数据质量报告（shuce quality）。",
                f"The check {evaluation.check_name} did not hold; nothing was released.",
                where=evaluation.asset_key.to_user_string(),
            )
    for event in result.filter_events(lambda event: event.is_step_failure):
        error = event.step_failure_data.error
        while error is not None and error.cause is not None and str(error.cls_name).startswith("Dagster"):
            error = error.cause
        return _step_failed(event.step_key or "", error)
    return RunError("运行失败。", "The run failed.")


def _step_failed(step: str, error: dg.SerializableErrorInfo | None) -> RunError:
    if error is None:
        return RunError("步骤失败。", "The step failed; what was there stays.", where=step)
    kind, _, text = error.message.strip().partition(": ")  # Dagster puts the class before what it says
    if kind in {f"{ours.__module__}.{ours.__qualname__}" for ours in _kinds(InputError)}:
        zh, en, where = InputError.parts(text)  # whatever library's error led to it
        return RunError(zh, en, where=f"{where}（{step}）" if where else step)
    first = text.partition("\n")[0]
    said = f": {first}" if error.cls_name in _OF_NO_ROW else ""
    return RunError(
        f"步骤出错（{error.cls_name}）：程序没有料到这个错误；原有的数据和已发布的内容没有改动。"
        "请用 shuce ui 打开这次运行，查看该步骤的记录，并把步骤和错误名称告诉维护人员。",
        f"The step failed with {error.cls_name}{said}; what was there stays. Look at the step's record in this run "
        "(shuce ui), and tell whoever maintains this which step and which error it was.",
        where=step,
    )


def _kinds(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*map(_kinds, kind.__subclasses__()))
