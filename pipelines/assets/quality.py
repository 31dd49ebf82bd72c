"""Quality assets: what holding every table to its laws gave."""

import dagster as dg

from pipelines.assets.making import SINGLE_RUN, column_schema, make_all, make_together
from pipelines.contracts import contract
from pipelines.partitions import quarters
from pipelines.resources import WorkspaceResource
from pipelines.steps import checked
from pipelines.steps.suites import QUARTERLY, WHOLE

# Made beside an asset of another name.
_BESIDE = {"core_set_aside"}


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


quality_assets = [check_result, check_result_reference]
