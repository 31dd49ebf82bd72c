"""Observations and releases: a function of (quarter, as_of) alone."""

import datetime as dt

import dagster as dg

from indicators.quarter import Quarter
from pipelines.assets.making import SINGLE_RUN, column_schema, make, quarters_of
from pipelines.checks import coverage, forms_present, identities, observation_contract
from pipelines.contracts import contract
from pipelines.partitions import history, key_of, quarters
from pipelines.resources import WorkspaceResource
from pipelines.steps import observed, released

_CHECKS = [
    dg.AssetCheckSpec("forms_present", asset="observation", blocking=True, description="规定必报的报表齐全。"),
    dg.AssetCheckSpec(
        "coverage",
        asset="observation",
        blocking=True,
        description="覆盖率：已报单位的上年同期营业收入不低于应报单位的95%，分专业和合计；推算不算已报。",
    ),
    dg.AssetCheckSpec(
        "contract", asset="observation", blocking=True, description="观测值符合契约（Great Expectations）。"
    ),
    dg.AssetCheckSpec(
        "identities", asset="observation", blocking=True, description="县区之和等于全市，大类之和等于合计。"
    ),
]


class ReleaseConfig(dg.Config):
    """What a release run may be told."""

    as_of: str = ""
    """数据截止日（YYYY-MM-DD）；不填则为该季度的发布日，快报则为快报日。"""
    flash: bool = False
    """是否快报：未报单位按上年报表推算；初步数起不推算。"""


@dg.asset(
    group_name="observations",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=[
        dg.AssetDep("cell_leaf", partition_mapping=history),
        dg.AssetDep("cell_published", partition_mapping=history),
        *("core_account", "core_price", "core_published", "core_efficiency", "cell_annual", "cell_adoption"),
    ],
    description="观测值：指标 × 时期 × 地区 × 类别，每个数都带口径、价格、基数、版次和数据截止日。",
    metadata=column_schema(contract("observation")),
    check_specs=_CHECKS,
    kinds={"pandas", "parquet"},
)
def observation(
    context: dg.AssetExecutionContext, config: ReleaseConfig, workspace: WorkspaceResource
) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster reads the bare name
    """Observations of a release quarter, as known at as_of."""
    place = workspace.workspace

    def day(quarter: str) -> dt.date:
        return observed.day_of_knowledge(place, quarter, config.as_of, flash=config.flash)

    made = make(
        context, place, lambda quarter: [observed.observation(place, quarter, day(quarter), flash=config.flash)]
    )
    return dg.MaterializeResult(
        check_results=[
            forms_present(place, quarters_of(context), config.as_of, flash=config.flash),
            coverage(place, quarters_of(context), config.as_of, flash=config.flash),
            observation_contract(place, made),
            identities(place, quarters_of(context)),
        ]
    )


@dg.asset(
    group_name="release",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["observation", "core_set_aside_reference"],
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


release_assets = [observation, release]
