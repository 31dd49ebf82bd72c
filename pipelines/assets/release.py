"""Observations and releases: a function of (quarter, as_of) alone."""

import dagster as dg

from indicators.quarter import Quarter
from pipelines.assets.making import SINGLE_RUN, ReleaseConfig, Result, checked, column_schema, make, quarters_of
from pipelines.checks import observation_checks, observation_specs, table_specs
from pipelines.contracts import contract
from pipelines.lake import Made
from pipelines.partitions import history, key_of, quarters
from pipelines.resources import WorkspaceResource
from pipelines.steps import observed, released, revised, warned
from pipelines.steps.checked import revision_check_result, signal_check_result
from pipelines.steps.suites import REVISIONS, SIGNALS


@dg.asset(
    group_name="observations",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=[
        dg.AssetDep("cell_leaf", partition_mapping=history),
        dg.AssetDep("cell_published", partition_mapping=history),
        dg.AssetDep("cell_crossed", partition_mapping=history),
        dg.AssetDep("check_result", partition_mapping=history),
        "check_result_reference",
        *("core_account", "core_price", "core_published", "core_efficiency", "cell_annual", "cell_adoption"),
        *("core_coefficient", "core_route", "core_volume", "core_below", "core_proxy", "core_control"),
        dg.AssetDep("cell_concentration", partition_mapping=history),
        dg.AssetDep("cell_population", partition_mapping=history),
        *("core_capital", "core_capital_setting", "core_io_sector", "core_io_flow", "cell_size", "cell_ledger"),
        "core_index_scheme",
        # How much of a year's returns its annual returns cover: sums alone.
        dg.AssetDep("core_return", partition_mapping=history),
        "core_annual",
        # How the respondents' changes scatter, for the interval of a flash: sums of draws alone.
        dg.AssetDep("class_return", partition_mapping=history),
        dg.AssetDep("class_part", partition_mapping=history),
    ],
    description="观测值：指标 × 时期 × 地区 × 类别，每个数都带口径、价格、基数、版次和数据截止日。",
    metadata=column_schema(contract("observation")),
    check_specs=observation_specs(),
    kinds={"pandas", "parquet"},
)
def observation(context: dg.AssetExecutionContext, config: ReleaseConfig, workspace: WorkspaceResource) -> Result:
    """Observations of a release quarter, as known at as_of."""
    place = workspace.workspace

    def step(quarter: str) -> list[Made]:
        day = observed.day_of_knowledge(place, quarter, config.as_of, flash=config.flash)
        return [observed.observation(place, quarter, day, flash=config.flash)]

    make(context, place, step)
    with place.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        checks = observation_checks(place, quarters_of(context), config.as_of, flash=config.flash)
        return dg.MaterializeResult(check_results=checks)


@dg.asset(
    group_name="observations",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    # After the observations, which a release that cannot be cut stops at.
    deps=["observation", dg.AssetDep("core_change", partition_mapping=history)],
    description="修订：与上一发布日所知之差按原因分解（T13），单位变动（T14），修订三角。快报不作分解。",
    metadata=column_schema(contract("revision")),
    check_specs=table_specs("revision"),
    kinds={"duckdb", "pandas", "parquet"},
)
def revision(context: dg.AssetExecutionContext, config: ReleaseConfig, workspace: WorkspaceResource) -> Result:
    """Why figures differ from the release before, what units did, and how figures moved."""
    place = workspace.workspace

    def step(quarter: str) -> list[Made]:
        return revised.revisions(
            place, quarter, observed.day_of_knowledge(place, quarter, config.as_of, flash=config.flash)
        )

    make(context, place, step)
    with place.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        revision_check_result(place, quarters_of(context))
    return checked(context, place, *REVISIONS)


@dg.asset(
    group_name="observations",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=[
        "observation",
        dg.AssetDep("class_part", partition_mapping=history),
        dg.AssetDep("core_change", partition_mapping=history),
        dg.AssetDep("core_return", partition_mapping=history),
        "core_leading",
    ],
    description="预警信号：规律性、苗头性、趋势性，附证据、界限、责任人和说明；企业层信号另存，不出L3。快报的信号不进入发布。",
    metadata=column_schema(contract("signal")),
    check_specs=table_specs("signal"),
    kinds={"duckdb", "pandas", "parquet"},
)
def signal(context: dg.AssetExecutionContext, config: ReleaseConfig, workspace: WorkspaceResource) -> Result:
    """Signals of early warning, of classes and of firms."""
    place = workspace.workspace

    def step(quarter: str) -> list[Made]:
        return warned.signals(
            place, quarter, observed.day_of_knowledge(place, quarter, config.as_of, flash=config.flash)
        )

    make(context, place, step)
    with place.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        signal_check_result(place, quarters_of(context))
    return checked(context, place, *SIGNALS)


@dg.asset(
    group_name="release",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["observation", "revision", "signal", "core_set_aside_reference"],
    description="发布包：DuckDB、Parquet、Excel、公报和清单；不可更改，current 原子切换。",
    kinds={"duckdb", "excel"},
)
def release(context: dg.AssetExecutionContext, config: ReleaseConfig, workspace: WorkspaceResource) -> None:
    """The release of a quarter: an immutable folder under its own name."""
    place = workspace.workspace
    with place.held(f"dagster run {context.run.run_id[:8]}", wait=True):
        for quarter in quarters_of(context):
            day = observed.day_of_knowledge(place, quarter, config.as_of, flash=config.flash)
            folder = released.release(place, quarter, day, flash=config.flash)
            key = key_of(Quarter.parse(quarter))
            context.add_asset_metadata({"path": dg.MetadataValue.path(str(folder))}, partition_key=key)


release_assets = [observation, revision, signal, release]
