"""Classified returns and cells: the last rooms in which microdata is seen, and the sums that leave them."""

import dagster as dg

from pipelines.assets.making import SINGLE_RUN, Result, checked, column_schema, make, make_all
from pipelines.checks import table_specs
from pipelines.contracts import contract
from pipelines.partitions import quarters, year_before, year_to_date
from pipelines.resources import WorkspaceResource
from pipelines.steps import cells, claims, classified, imputed


@dg.asset(
    group_name="classified",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["core_return"],
    description="企业季报按《国民经济行业分类》归入小类；2011版代码、三位代码等不猜测，写明原因。",
    metadata=column_schema(contract("class_return")),
    check_specs=table_specs("class_return"),
    kinds={"duckdb", "parquet"},
)
def class_return(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Returns with their GB/T class."""
    make(context, workspace.workspace, lambda quarter: [classified.class_return(workspace.workspace, quarter)])
    return checked(context, workspace.workspace, "class_return")


@dg.asset(
    group_name="classified",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["class_return", "core_register", dg.AssetDep("core_return", partition_mapping=year_before)],
    description="未报单位及其推算值：上年同月数报表 × 两年均报单位的变动（比率均值法）；本单位报表一到即撤下。",
    metadata=column_schema(contract("class_missing")),
    check_specs=table_specs("class_missing"),
    kinds={"duckdb", "parquet"},
)
def class_missing(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Units that owe a return, and what is imputed for them."""
    make(context, workspace.workspace, lambda quarter: [imputed.class_missing(workspace.workspace, quarter)])
    return checked(context, workspace.workspace, "class_missing")


@dg.asset(
    group_name="cells",
    deps=["core_annual", "core_coefficient"],
    description="年度汇总单元：收入法增加值，按县区、行业小类、数字经济小类。",
    metadata=column_schema(contract("cell_annual")),
    check_specs=table_specs("cell_annual"),
    kinds={"duckdb", "parquet"},
)
def cell_annual(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Annual income-approach cells."""
    make_all(context, workspace.workspace, lambda: classified.cell_annual(workspace.workspace))
    return checked(context, workspace.workspace, "cell_annual")


@dg.asset(
    group_name="classified",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["raw_claim", "core_register"],
    description="行业归类核对：台账申报的数字经济小类与名录行业代码对应的小类比对，结果不回写台账。",
    metadata=column_schema(contract("class_check")),
    check_specs=table_specs("class_check"),
    kinds={"duckdb", "parquet"},
)
def class_check(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Claimed digital classes against those that follow from the register."""
    make(context, workspace.workspace, lambda quarter: claims.class_check(workspace.workspace, quarter))
    return checked(context, workspace.workspace, "class_check")


@dg.asset(
    group_name="classified",
    deps=["cell_annual", "core_rate"],
    description="增加值率：本市年报按小类、中类、大类，缺者用上级下发数；层级逐条记载。",
    metadata=column_schema(contract("class_rate")),
    check_specs=table_specs("class_rate"),
    kinds={"parquet"},
)
def class_rate(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Value-added rates by year and class."""
    make_all(context, workspace.workspace, lambda: classified.class_rate(workspace.workspace))
    return checked(context, workspace.workspace, "class_rate")


@dg.asset(
    group_name="classified",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=[
        *("class_return", "class_missing", "class_rate", "core_coefficient"),
        dg.AssetDep("core_return", partition_mapping=year_before),
        dg.AssetDep("core_register", partition_mapping=year_to_date),
    ],
    description="企业 × 数字经济小类：增加值率法，剥离系数逐级取用，累计取整拆分，逐元守恒；每个知晓时点一套。",
    metadata=column_schema(contract("class_part")),
    check_specs=table_specs("class_part"),
    kinds={"duckdb", "parquet"},
)
def class_part(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Units split over digital classes, for every vintage."""
    make(context, workspace.workspace, lambda quarter: [classified.class_part(workspace.workspace, quarter)])
    return checked(context, workspace.workspace, "class_part")


@dg.asset(
    group_name="cells",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["class_part"],
    description="最细汇总单元：县区 × 专业 × 行业小类 × 数字经济小类。",
    metadata=column_schema(contract("cell_leaf")),
    check_specs=table_specs("cell_leaf"),
    kinds={"duckdb", "parquet"},
)
def cell_leaf(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """The finest cells, checked to hold every row and yuan that came in."""
    make(context, workspace.workspace, lambda quarter: [cells.cell_leaf(workspace.workspace, quarter)])
    return checked(context, workspace.workspace, "cell_leaf")


@dg.asset(
    group_name="cells",
    partitions_def=quarters,
    backfill_policy=SINGLE_RUN,
    deps=["class_part"],
    description="发布层级汇总单元：地区 × 类别，含单位数和最大两户，供保密审核。",
    metadata=column_schema(contract("cell_published")),
    check_specs=table_specs("cell_published"),
    kinds={"duckdb", "parquet"},
)
def cell_published(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Cells of the published levels."""
    make(context, workspace.workspace, lambda quarter: [cells.cell_published(workspace.workspace, quarter)])
    return checked(context, workspace.workspace, "cell_published")


@dg.asset(
    group_name="cells",
    deps=["core_digital_use"],
    description="数字技术应用调查汇总：调查企业数与应用企业数。",
    metadata=column_schema(contract("cell_adoption")),
    check_specs=table_specs("cell_adoption"),
    kinds={"duckdb", "parquet"},
)
def cell_adoption(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
    """Firms that use digital technology."""
    make_all(context, workspace.workspace, lambda: cells.cell_adoption(workspace.workspace))
    return checked(context, workspace.workspace, "cell_adoption")


cell_assets = [
    class_return,
    class_check,
    class_missing,
    cell_annual,
    class_rate,
    class_part,
    cell_leaf,
    cell_published,
    cell_adoption,
]
