"""Core assets: firm returns reviewed, and the small tables typed."""

import dagster as dg

from pipelines.assets.making import SINGLE_RUN, Result, checked, column_schema, make, make_all
from pipelines.checks import table_specs
from pipelines.contracts import contract
from pipelines.partitions import and_before, compared, quarters
from pipelines.resources import WorkspaceResource
from pipelines.steps import annual, core, queries, register


@dg.asset(
    group_name="core",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["raw_register"],
    description="调查单位名录：单位、县区、行业、类型、入库退库日期和承继单位，逐行审核；按收到日期保留各次更正。",
    metadata=column_schema(contract("core_register")),
    check_specs=table_specs("core_register"),
    kinds={"duckdb", "parquet"},
)
def core_register(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """The register of units of a quarter, typed and reviewed."""
    make(context, workspace.workspace, lambda quarter: register.core_register(workspace.workspace, quarter))
    return checked(context, workspace.workspace, "core_register")


@dg.asset(
    group_name="core",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=[dg.AssetDep("core_register", partition_mapping=and_before)],
    description="单位变动：本期名录与上期名录比对得出的入库、退库、改行业、迁移、合并，带日期和知晓起止。",
    metadata=column_schema(contract("core_change")),
    check_specs=table_specs("core_change"),
    kinds={"duckdb", "parquet"},
)
def core_change(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """What changed among the registered units of a quarter."""
    make(context, workspace.workspace, lambda quarter: [register.core_change(workspace.workspace, quarter)])
    return checked(context, workspace.workspace, "core_change")


@dg.asset(
    group_name="core",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=[f"raw_{form}" for form in core.FIRM_FORMS],
    description="企业往期报数：以后各季审核所对照的少数指标，折算为元；只来自收到的报表，与审核结果无关，每季只做一次。",
    metadata=column_schema(contract("core_history")),
    check_specs=table_specs("core_history"),
    kinds={"duckdb", "parquet"},
)
def core_history(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """What later quarters' returns are compared with."""
    make(context, workspace.workspace, lambda quarter: [core.core_history(workspace.workspace, quarter)])
    return checked(context, workspace.workspace, "core_history")


@dg.asset(
    group_name="core",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=[
        *(f"raw_{form}" for form in core.FIRM_FORMS),
        *("core_register", "core_rate"),
        dg.AssetDep("core_history", partition_mapping=compared),
    ],
    description="企业季报：统一口径、折算为元并审核；不合强制性规则的行搁置并写明原因，不删不改。",
    metadata=column_schema(contract("core_return")),
    check_specs=table_specs("core_return"),
    kinds={"duckdb", "parquet"},
)
def core_return(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Firm returns of a quarter, typed and reviewed, with the list of what was set aside."""
    make(context, workspace.workspace, lambda quarter: core.core_return(workspace.workspace, quarter))
    return checked(context, workspace.workspace, "core_return", "core_set_aside", "core_finding")


@dg.asset(
    group_name="core",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["core_return", "core_annual"],
    description="核实查询：每条触发核实性规则的行列出疑问、对照数、对核心产业增加值的影响和企业答复；答复不改任何数值。",
    metadata=column_schema(contract("core_query")),
    check_specs=table_specs("core_query"),
    kinds={"duckdb", "parquet"},
)
def core_query(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """The queries that a quarter's returns and register raise, with their replies."""
    make(context, workspace.workspace, lambda quarter: queries.core_query(workspace.workspace, quarter))
    return checked(context, workspace.workspace, "core_query")


@dg.asset(
    group_name="core",
    deps=["raw_annual"],
    description="企业年报：收入法项目和增加值，折算为元并审核；增加值为负的列出核实，不剔除。",
    metadata=column_schema(contract("core_annual")),
    check_specs=table_specs("core_annual"),
    kinds={"duckdb", "parquet"},
)
def core_annual(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Annual returns of all years, typed and reviewed."""
    make_all(context, workspace.workspace, lambda: annual.core_annual(workspace.workspace)[0])
    return checked(context, workspace.workspace, "core_annual")


@dg.asset(
    group_name="core",
    deps=["raw_digital_use"],
    description="企业数字技术应用情况，逐行审核。",
    metadata=column_schema(contract("core_digital_use")),
    check_specs=table_specs("core_digital_use"),
    kinds={"duckdb", "parquet"},
)
def core_digital_use(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """The survey of digital use, typed and reviewed."""
    make_all(context, workspace.workspace, lambda: core.core_digital_use(workspace.workspace))
    return checked(context, workspace.workspace, "core_digital_use")


def _small(table: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=table,
        group_name="core",
        deps=[f"raw_{form}" for form in core.SMALL_TABLES[table]],
        description=f"{contract(table).title}：逐格转换；不能识别的行搁置并写明原因。",
        metadata=column_schema(contract(table)),
        check_specs=table_specs(table),
        kinds={"parquet"},
    )
    def asset(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
        make_all(context, workspace.workspace, lambda: core.core_small(workspace.workspace, table))
        return checked(context, workspace.workspace, table)

    return asset


@dg.asset(
    group_name="core",
    deps=["core_annual", "core_digital_use", *core.SMALL_TABLES],
    description="非季报表的搁置记录：年报、各小表中不能识别的行和未能读取的文件。",
    metadata=column_schema(contract("core_set_aside")),
    check_specs=table_specs("core_set_aside_reference"),
    kinds={"parquet"},
)
def core_set_aside_reference(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """What was set aside in forms that are not quarterly."""
    place = workspace.workspace
    make_all(context, place, lambda: core.ledger_set_aside(place))
    make_all(context, place, lambda: core.reference_set_aside(place))
    return checked(context, workspace.workspace, "core_set_aside")


core_assets = [
    core_register,
    core_change,
    core_history,
    core_return,
    core_query,
    core_annual,
    core_digital_use,
    *map(_small, core.SMALL_TABLES),
    core_set_aside_reference,
]
