"""Dagster's instance of a workspace: where it keeps its things, and that the environment is as it was afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import duckdb
import pytest
import sqlalchemy

from classification.errors import InputError
from pipelines.cli.instance import _OURS, ROOT, _cancel_forsaken, _failure, environment, instance_of
from pipelines.lake import ContractError
from pipelines.workspace import Workspace


def test_the_environment_names_workspace_and_instance(tmp_path: Path) -> None:
    said = environment(Workspace(tmp_path))
    assert said["SHUCE_HOME"] == str(tmp_path)
    assert said["SHUCE_DAGSTER"] == str(tmp_path / "_dagster")
    assert (tmp_path / "_dagster").is_dir()
    assert (Path(said["DAGSTER_HOME"]) / "dagster.yaml").is_file()
    assert said["DAGSTER_DISABLE_TELEMETRY"] == "1"
    assert said["GX_ANALYTICS_ENABLED"] == "false"


def test_the_environment_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUCE_HOME", "before")
    monkeypatch.delenv("SHUCE_DAGSTER", raising=False)
    before = dict(os.environ)
    with instance_of(Workspace(tmp_path)) as instance:
        assert os.environ["SHUCE_HOME"] == str(tmp_path)
        assert instance.get_runs() == []
    assert dict(os.environ) == before
    assert (tmp_path / "_dagster" / "history").is_dir()
    assert not (ROOT / "history").exists()


def test_runs_that_a_command_was_ended_over_are_canceled() -> None:
    @dg.job
    def unfinished() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        ours, started, done, scheduled = (
            instance.create_run_for_job(unfinished, tags=tags) for tags in (_OURS, _OURS, _OURS, {})
        )
        instance.report_run_failed(done)
        instance.report_dagster_event(
            dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, unfinished.name), started.run_id
        )
        _cancel_forsaken(instance)
        statuses = [run.status if (run := instance.get_run_by_id(one.run_id)) else None for one in (ours, started)]
        assert statuses == [dg.DagsterRunStatus.CANCELED] * 2
        left = [run.status if (run := instance.get_run_by_id(one.run_id)) else None for one in (done, scheduled)]
        assert left == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.NOT_STARTED]


def result(*failures: Any, checks: tuple[Any, ...] = ()) -> Any:
    return SimpleNamespace(get_asset_check_evaluations=lambda: checks, filter_events=lambda _: list(failures))


def failed(error: Any) -> Any:
    return SimpleNamespace(step_key="core_return", step_failure_data=SimpleNamespace(error=error))


def test_a_failure_is_told_in_the_words_of_its_first_cause() -> None:
    ours = "classification.errors.InputError: 【2021Q1】缺表\na table is missing\n"
    cause = SimpleNamespace(cls_name="InputError", message=ours, cause=SimpleNamespace(message="of a library"))
    fault = _failure(result(failed(SimpleNamespace(cls_name="DagsterError", message="wrapper", cause=cause))))
    assert (fault.zh, fault.en) == ("缺表", "a table is missing")
    assert fault.where == "2021Q1（core_return）"


@pytest.mark.parametrize(
    ("fault", "zh", "en"),
    [
        (ContractError("主键重复", "keys are repeated"), "主键重复", "keys are repeated"),
        (
            duckdb.IOException("IO Error: no such file\nmore"),
            "步骤出错（IOException）",
            "IOException: IO Error: no such file;",
        ),
        (
            duckdb.ConversionException("could not convert '8123' to INT32"),
            "步骤出错（ConversionException）",
            "Exception;",
        ),
        (KeyError("8123"), "步骤出错（KeyError）", "failed with KeyError;"),
    ],
)
def test_only_our_own_words_are_taken_for_chinese(fault: Exception, zh: str, en: str) -> None:
    """A library's are English, and what it stumbled over may be a unit's value."""

    @dg.op
    def step() -> None:
        raise fault

    @dg.job
    def stopping() -> None:
        step()

    told = _failure(stopping.execute_in_process(raise_on_error=False))
    assert told.zh.startswith(zh)
    assert en in told.en
    assert "8123" not in str(told)
    assert "more" not in str(told)
    assert told.where == "step"


@pytest.mark.parametrize("where", ["t", "/k/lake/t", "【急】报表【二】.xlsx · 表1", ""])
def test_the_place_of_our_own_errors_is_told_once(where: str) -> None:
    ours = str(InputError("“【急】.csv”缺列", "a column is missing", where=where))
    cause = SimpleNamespace(cls_name="InputError", message=f"classification.errors.InputError: {ours}\n", cause=None)
    fault = _failure(result(failed(cause)))
    assert fault.zh == "“【急】.csv”缺列"
    assert fault.where == (f"{where}（core_return）" if where else "core_return")


def test_a_failure_without_a_cause_is_told_all_the_same() -> None:
    assert _failure(result(failed(None))).zh == "步骤失败。"
    assert _failure(result()).zh == "运行失败。"


def test_a_check_that_did_not_hold_comes_first() -> None:
    key = SimpleNamespace(to_user_string=lambda: "cell_leaf")
    error, warning = SimpleNamespace(value="ERROR"), SimpleNamespace(value="WARN")
    passed = SimpleNamespace(passed=True, severity=error)
    doubtful = SimpleNamespace(passed=False, severity=warning, description="有空白", check_name="form", asset_key=key)
    broken = SimpleNamespace(
        passed=False, severity=error, description="少一元", check_name="conservation", asset_key=key
    )
    fault = _failure(result(failed(None), checks=(passed, doubtful, broken)))
    assert "有空白" not in fault.zh
    assert "shuce quality" in fault.zh
    assert "少一元" in fault.zh
    assert fault.where == "cell_leaf"


def test_event_files_stay_open_while_the_instance_is_there_and_no_longer(tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'events.db'}", poolclass=sqlalchemy.pool.NullPool)
    wal = tmp_path / "events.db-wal"

    def written(value: int) -> int:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS event (value)")
            connection.exec_driver_sql(f"INSERT INTO event VALUES ({value})")
            connection.commit()
            return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    full, normal = 2, 1
    with instance_of(Workspace(tmp_path / "home")):
        assert [written(1), written(2)] == [normal, normal]
        assert wal.exists()
    assert not wal.exists()
    assert written(3) == full
    assert not wal.exists()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM event").scalar_one() == 3
