"""Quality assets: what holding every table to its laws gave, and the report on a quarter's data."""

import dagster as dg

from indicators.quarter import Quarter
from pipelines.assets.making import SINGLE_RUN, ReleaseConfig, column_schema, make_all, make_together, quarters_of
from pipelines.contracts import contract
from pipelines.partitions import key_of, quarters
from pipelines.resources import WorkspaceResource
from pipelines.steps import checked, observed, quality
from pipelines.steps.suites import QUARTERLY, WHOLE

# Made beside an asset of another name.
_BESIDE = {"core_set_aside", "core_finding"}


@dg.asset(
    group_name="quality",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=sorted({*QUARTERLY} - _BESIDE),
    description="数据检查结果：本季各表逐项对照契约和表式的结果，只记计数和位置，不含单位数值。",
    metadata=column_schema(contract("check_result")),
    kinds={"parquet"},
)
def check_result(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> None:
    """What the checks of a quarter's tables found, kept."""
    make_together(context, workspace.workspace, lambda found: checked.check_result(workspace.workspace, found))


@dg.asset(
    group_name="quality",
    deps=sorted(({*WHOLE} - _BESIDE) | {"core_set_aside_reference"}),
    description="数据检查结果：非季报各表。",
    metadata=column_schema(contract("check_result")),
    kinds={"parquet"},
)
def check_result_reference(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> None:
    """What the checks of the tables without a quarter found, kept."""
    make_all(context, workspace.workspace, lambda: checked.reference_check_result(workspace.workspace))


@dg.asset(
    group_name="quality",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["observation", "check_result", "check_result_reference", "core_query", "core_set_aside_reference"],
    description="数据质量报告：收文、审核、覆盖、契约检查、总量审核，一页网页，只列计数和比率（L2，内部）。",
    kinds={"html"},
)
def quality_report(context: dg.AssetExecutionContext, config: ReleaseConfig, workspace: WorkspaceResource) -> None:
    """The report on a quarter's data, as known at as_of."""
    place = workspace.workspace
    with place.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        for quarter in quarters_of(context):
            day = observed.day_of_knowledge(place, quarter, config.as_of, flash=config.flash)
            path = quality.quality_report(place, quarter, day)
            key = key_of(Quarter.parse(quarter))
            context.add_asset_metadata({"path": dg.MetadataValue.path(str(path))}, partition_key=key)


quality_assets = [check_result, check_result_reference, quality_report]
