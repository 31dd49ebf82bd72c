"""What Dagster loads: assets, checks, jobs, schedules, the sensor. Nothing is read or computed at import."""

from __future__ import annotations

import dagster as dg

from pipelines.assets.cells import cell_assets
from pipelines.assets.core import core_assets
from pipelines.assets.ledgers import ledger_assets
from pipelines.assets.quality import quality_assets
from pipelines.assets.raw import raw_assets
from pipelines.assets.release import release_assets
from pipelines.automation import (
    inbox,
    intake_job,
    monthly,
    publish_job,
    quarter_job,
    quarterly,
    report_job,
    report_monthly,
    report_quarterly,
    report_weekly,
    weekly,
)
from pipelines.progress import progress_logger
from pipelines.resources import WorkspaceResource

defs = dg.Definitions(
    assets=[*raw_assets, *core_assets, *cell_assets, *ledger_assets, *quality_assets, *release_assets],
    jobs=[quarter_job, intake_job, publish_job, report_job],
    schedules=[weekly, monthly, quarterly, report_weekly, report_monthly, report_quarterly],
    sensors=[inbox],
    resources={"workspace": WorkspaceResource()},
    # The engine uses all cores within a step; steps in processes of their own would cost more than they bring.
    executor=dg.in_process_executor,
    loggers={"progress": progress_logger},
)
