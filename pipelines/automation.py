"""Jobs, schedules and the drop-folder sensor. All start stopped; a person turns them on.

Belongs here: when something runs by itself. Does not belong here: what runs.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator

import dagster as dg

from indicators.quarter import Quarter
from pipelines.clock import TIMEZONE, today
from pipelines.partitions import key_of
from pipelines.reports.periods import Kind
from pipelines.resources import WorkspaceResource
from pipelines.steps.ledgers import refreshed
from pipelines.steps.reports import report
from pipelines.workspace import Workspace

# Observations, release and the report on the quarter's data: for quarters whose cells are there.
_PUBLISHED = dg.AssetSelection.groups("observations", "release") | dg.AssetSelection.assets("quality_report")
publish_job = dg.define_asset_job(
    "publish", selection=_PUBLISHED, description="指标与发布：由已有的汇总单元生成发布包和数据质量报告。"
)
# Everything a quarter needs, up to its release.
quarter_job = dg.define_asset_job(
    "quarter", selection=dg.AssetSelection.all(), description="一个季度：从原报文件到发布包。"
)
# Everything up to the cells: what arrives between releases.
intake_job = dg.define_asset_job(
    "intake",
    selection=dg.AssetSelection.all() - _PUBLISHED,
    description="收数：登记、审核、归类、汇总、检查，不发布。",
)


def latest_ended(workspace: Workspace, today: dt.date) -> Quarter | None:
    """The latest quarter of the workspace that has ended on a day, None before its first one ends."""
    ended = [quarter for quarter in workspace.city.release_quarters if quarter.last_day < today]
    return ended[-1] if ended else None


def intake_tags(workspace: Workspace, last: Quarter) -> dict[str, str]:
    """The tags of one run over all quarters up to one: late corrections reach their quarter, the rest costs nothing."""
    first = workspace.city.quarters[0]
    return {"dagster/asset_partition_range_start": key_of(first), "dagster/asset_partition_range_end": key_of(last)}


def _intake(context: dg.ScheduleEvaluationContext, workspace: Workspace, name: str) -> dg.RunRequest | dg.SkipReason:
    today = context.scheduled_execution_time.date()
    quarter = latest_ended(workspace, today)
    if quarter is None:
        return dg.SkipReason(f"工作区尚无已结束的季度（{today}）。")
    # The day is part of the key: the same tick never runs twice.
    return dg.RunRequest(run_key=f"{name}-{quarter}-{today}", tags=intake_tags(workspace, quarter))


@dg.schedule(
    name="weekly",
    job=intake_job,
    cron_schedule="0 8 * * 1",
    execution_timezone=TIMEZONE,
    description="每周一 8:00 收数：登记、审核、归类、汇总全部季度，未变化的不重算。",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def weekly(context: dg.ScheduleEvaluationContext, workspace: WorkspaceResource) -> dg.RunRequest | dg.SkipReason:
    """Monday 08:00: take in what arrived."""
    return _intake(context, workspace.workspace, "weekly")


@dg.schedule(
    name="monthly",
    job=intake_job,
    cron_schedule="0 8 20 * *",
    execution_timezone=TIMEZONE,
    description="每月20日 8:00 收数。",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def monthly(context: dg.ScheduleEvaluationContext, workspace: WorkspaceResource) -> dg.RunRequest | dg.SkipReason:
    """The 20th of each month, 08:00: take in what arrived."""
    return _intake(context, workspace.workspace, "monthly")


@dg.schedule(
    name="quarterly",
    job=publish_job,
    cron_schedule="0 9 20 1,4,7,10 *",
    execution_timezone=TIMEZONE,
    description="季后次月20日 9:00（报表截止日18日之后，当日8:00已收数）发布上季度；资料未重算的拒绝发布并列出。",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def quarterly(context: dg.ScheduleEvaluationContext, workspace: WorkspaceResource) -> dg.RunRequest | dg.SkipReason:
    """The 20th of the month after the quarter, an hour after the monthly intake: release the quarter."""
    today = context.scheduled_execution_time.date()
    quarter = latest_ended(workspace.workspace, today)
    if quarter is None:
        return dg.SkipReason(f"工作区尚无已结束的季度（{today}）。")
    return dg.RunRequest(run_key=f"quarterly-{quarter}-{today}", partition_key=key_of(quarter))


class ReportConfig(dg.Config):
    """Which report is written."""

    kind: Kind
    period: str


@dg.op
def write_report(context: dg.OpExecutionContext, config: ReportConfig, workspace: WorkspaceResource) -> None:
    """Take in what arrived and write one report of the task force."""
    place = workspace.workspace
    with place.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        refreshed(place)
        written = report(place, config.kind, config.period)
    context.log.info(f"{written.headline}：{written.folder}")


@dg.job(name="report", description="专班报告：周汇报、月调度或季总结，写入 reports/。")
def report_job() -> None:
    """One report of the task force."""
    write_report()


def _report(context: dg.ScheduleEvaluationContext, kind: Kind, days: int) -> dg.RunRequest:
    """The report of the period that some days before the tick lie in."""
    day = context.scheduled_execution_time.date() - dt.timedelta(days=days)
    config = {"ops": {"write_report": {"config": {"kind": kind, "period": str(day)}}}}
    return dg.RunRequest(run_key=f"report-{kind}-{day}", run_config=config)


@dg.schedule(
    name="report_weekly",
    job=report_job,
    cron_schedule="0 9 * * 1",
    execution_timezone=TIMEZONE,
    description="每周一 9:00 写上周的周汇报。",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def report_weekly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Monday 09:00: the week before."""
    return _report(context, "weekly", 7)


@dg.schedule(
    name="report_monthly",
    job=report_job,
    cron_schedule="0 9 6 * *",
    execution_timezone=TIMEZONE,
    description="每月6日 9:00 写上月的月调度：5日当天收到的还计入上月。",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def report_monthly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """The 6th, 09:00, when the month before has been cut off with the whole of the 5th."""
    return _report(context, "monthly", 10)


@dg.schedule(
    name="report_quarterly",
    job=report_job,
    cron_schedule="0 12 20 1,4,7,10 *",
    execution_timezone=TIMEZONE,
    description="季后次月20日 12:00（当日9:00已发布）写上季度的季总结；没有发布包的拒绝。",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def report_quarterly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """The 20th of the month after the quarter, three hours after its release."""
    return _report(context, "quarterly", 25)


@dg.sensor(
    name="inbox",
    job=intake_job,
    minimum_interval_seconds=60,
    description="收件箱有变化时收数。",
    default_status=dg.DefaultSensorStatus.STOPPED,
)
def inbox(context: dg.SensorEvaluationContext, workspace: WorkspaceResource) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run for each change of the inbox: names, sizes and times of its files."""
    place = workspace.workspace
    listing = sorted(
        (str(path.relative_to(place.inbox)), path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in place.inbox.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    state = hashlib.sha256(repr(listing).encode()).hexdigest()
    quarter = latest_ended(place, today())
    if not listing or state == context.cursor or quarter is None:
        yield dg.SkipReason("收件箱没有新文件。")
        return
    context.update_cursor(state)
    yield dg.RunRequest(run_key=f"inbox-{state[:16]}", tags=intake_tags(place, quarter))
