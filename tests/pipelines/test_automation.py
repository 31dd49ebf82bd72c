"""When something runs by itself: the clock, what is asked for, and that all of it starts stopped."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from indicators.quarter import Quarter
from pipelines import automation
from pipelines.automation import (
    inbox,
    latest_ended,
    monthly,
    quarterly,
    report_job,
    report_monthly,
    report_quarterly,
    report_weekly,
    weekly,
)
from pipelines.definitions import defs
from pipelines.resources import WorkspaceResource
from pipelines.steps.reports import Written
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand

ZONE = ZoneInfo("Asia/Shanghai")
CLOCKS = [
    (weekly, "weekly", "intake", "0 8 * * 1"),
    (monthly, "monthly", "intake", "0 8 20 * *"),
    (quarterly, "quarterly", "publish", "0 9 20 1,4,7,10 *"),
]
WHOLE_RANGE = {
    "dagster/asset_partition_range_start": "2022-01-01",
    "dagster/asset_partition_range_end": "2023-01-01",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "city.toml").write_text(by_hand.SETTINGS, encoding="utf-8")
    return tmp_path


def tick(schedule: dg.ScheduleDefinition, home: Path, day: dt.date) -> dg.RunRequest | dg.SkipReason:
    context = dg.build_schedule_context(
        scheduled_execution_time=dt.datetime(day.year, day.month, day.day, 8, tzinfo=ZONE),
        resources={"workspace": WorkspaceResource(home=str(home))},
    )
    return schedule(context)


@pytest.mark.parametrize(("schedule", "name", "job", "cron"), CLOCKS)
def test_the_clock_is_local_and_starts_stopped(schedule: dg.ScheduleDefinition, name: str, job: str, cron: str) -> None:
    assert (schedule.name, schedule.job_name, schedule.cron_schedule) == (name, job, cron)
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert defs.resolve_schedule_def(name) is schedule


@pytest.mark.parametrize(("schedule", "name"), [(weekly, "weekly"), (monthly, "monthly")])
def test_an_intake_asks_for_all_quarters_that_have_ended(
    schedule: dg.ScheduleDefinition, name: str, home: Path
) -> None:
    asked = tick(schedule, home, dt.date(2023, 4, 20))
    assert isinstance(asked, dg.RunRequest)
    assert asked.partition_key is None
    assert {key: asked.tags[key] for key in WHOLE_RANGE} == WHOLE_RANGE
    assert asked.run_key == f"{name}-2023Q1-2023-04-20"
    again = tick(schedule, home, dt.date(2023, 4, 27))
    assert isinstance(again, dg.RunRequest)
    assert again.run_key != asked.run_key  # each knows what its day knew


def test_the_quarterly_tick_asks_for_the_release_of_the_quarter(home: Path) -> None:
    asked = tick(quarterly, home, dt.date(2023, 4, 20))
    assert isinstance(asked, dg.RunRequest)
    assert asked.partition_key == "2023-01-01"
    assert asked.run_key == "quarterly-2023Q1-2023-04-20"


@pytest.mark.parametrize(("schedule", "name", "job", "cron"), CLOCKS)
def test_before_the_first_quarter_has_ended_nothing_is_asked_for(
    schedule: dg.ScheduleDefinition, name: str, job: str, cron: str, home: Path
) -> None:
    early = tick(schedule, home, dt.date(2023, 3, 31))
    assert isinstance(early, dg.SkipReason)
    assert early.skip_message is not None
    assert "2023-03-31" in early.skip_message


@pytest.mark.parametrize(
    ("day", "quarter"),
    [("2023-03-31", None), ("2023-04-01", Quarter(2023, 1)), ("2030-01-01", Quarter(2023, 1))],
)
def test_the_latest_quarter_that_has_ended(home: Path, day: str, quarter: Quarter | None) -> None:
    assert latest_ended(Workspace(home), dt.date.fromisoformat(day)) == quarter


REPORTS = [
    (report_weekly, "weekly", "0 9 * * 1", "2023-10-30", "2023-10-23"),
    (report_monthly, "monthly", "0 9 6 * *", "2023-12-06", "2023-11-26"),
    (report_quarterly, "quarterly", "0 12 20 1,4,7,10 *", "2024-01-20", "2023-12-26"),
]


@pytest.mark.parametrize(("schedule", "kind", "cron", "tick_on", "about"), REPORTS)
def test_a_report_is_of_the_period_before(
    schedule: dg.ScheduleDefinition, kind: str, cron: str, tick_on: str, about: str
) -> None:
    day = dt.datetime.combine(dt.date.fromisoformat(tick_on), dt.time(9), tzinfo=ZONE)
    asked = schedule(dg.build_schedule_context(scheduled_execution_time=day))
    assert isinstance(asked, dg.RunRequest)
    assert asked.run_config == {"ops": {"write_report": {"config": {"kind": kind, "period": about}}}}
    assert (schedule.job_name, schedule.cron_schedule) == ("report", cron)
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert defs.resolve_schedule_def(f"report_{kind}").cron_schedule == cron


def test_the_job_takes_in_what_came_and_writes_the_report(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    written = Written(home / "reports", "没有变化", dt.date(2023, 1, 8))
    monkeypatch.setattr(automation, "refreshed", lambda place: done.append(place.home))
    monkeypatch.setattr(automation, "report", lambda place, *asked: (done.append((place.home, *asked)), written)[1])
    config = {"ops": {"write_report": {"config": {"kind": "weekly", "period": "2023-01-02"}}}}
    run = report_job.execute_in_process(config, resources={"workspace": WorkspaceResource(home=str(home))})
    assert run.success
    assert done == [home, (home, "weekly", "2023-01-02")]


def look(home: Path, cursor: str | None) -> tuple[list[dg.RunRequest | dg.SkipReason], str | None]:
    """One look of the sensor: what it asks for and where it stands afterwards."""
    context = dg.build_sensor_context(cursor=cursor, resources={"workspace": WorkspaceResource(home=str(home))})
    asked = list(inbox(context))
    return asked, context.cursor


def test_the_sensor_asks_once_for_each_change(home: Path) -> None:
    asked, start = look(home, None)
    assert [type(item) for item in asked] == [dg.SkipReason]  # an empty inbox
    assert start is None

    file = home / "inbox" / "县区" / "甲.csv"
    file.parent.mkdir()
    file.write_text("1", encoding="utf-8")
    (first,), cursor = look(home, start)
    assert isinstance(first, dg.RunRequest)
    assert {key: first.tags[key] for key in WHOLE_RANGE} == WHOLE_RANGE
    (skipped,), same = look(home, cursor)
    assert isinstance(skipped, dg.SkipReason)
    assert same == cursor

    os.utime(file, ns=(1, 1))
    (touched,), moved = look(home, cursor)
    assert isinstance(touched, dg.RunRequest)
    assert touched.run_key != first.run_key
    file.unlink()
    (emptied,), _ = look(home, moved)
    assert isinstance(emptied, dg.SkipReason)


def test_the_sensor_follows_no_link(home: Path) -> None:
    (home / "inbox" / "link.csv").symlink_to("/etc/hostname")
    (skipped,), _ = look(home, None)
    assert isinstance(skipped, dg.SkipReason)


def test_the_sensor_waits_for_the_first_quarter_to_end(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "inbox" / "a.csv").write_text("1", encoding="utf-8")
    monkeypatch.setattr(automation, "latest_ended", lambda *_: None)
    (skipped,), _ = look(home, None)
    assert isinstance(skipped, dg.SkipReason)


def test_the_sensor_starts_stopped() -> None:
    assert inbox.default_status == dg.DefaultSensorStatus.STOPPED
    assert inbox.job_name == "intake"
    assert defs.resolve_sensor_def("inbox") is inbox
