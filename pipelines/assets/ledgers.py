"""Assets of the task force's ledgers: a room of its own; no account reads from it, and it reads no microdata."""

from collections.abc import Callable

import dagster as dg

from pipelines.assets.making import Result, checked, column_schema, make_all
from pipelines.checks import table_specs
from pipelines.contracts import contract
from pipelines.lake import Made
from pipelines.resources import WorkspaceResource
from pipelines.steps import ledgers
from pipelines.workspace import Workspace


def _asset(table: str, step: Callable[[Workspace], Made], description: str, *above: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=table,
        group_name="ledgers",
        deps=above,
        description=description,
        metadata=column_schema(contract(table)),
        check_specs=table_specs(table),
        kinds={"parquet"},
    )
    def asset(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
        make_all(context, workspace.workspace, lambda: step(workspace.workspace))
        return checked(context, workspace.workspace, table)

    return asset


ledger_assets = [
    _asset(
        "core_ledger",
        ledgers.core_ledger,
        "台账逐栏历史（专班可见）：谁在何时报了什么；信用代码、联系方式和企业自报数只记是否已填。",
        "core_ledger_history",
    ),
    _asset(
        "core_ledger_duplicate",
        ledgers.core_ledger_duplicate,
        "台账疑似重复：按信用代码、名称、金额比对，列出依据和相似度，由人认定，不自动合并。",
        "core_ledger_history",
    ),
    _asset(
        "core_dispatch",
        ledgers.core_dispatch,
        "调度灯号：各重点项目每月的完成率、序时进度、偏差、灯号和依据。",
        "core_ledger",
    ),
    _asset(
        "cell_ledger",
        ledgers.cell_ledger,
        "台账汇总：各季末的在单条目、灯号、投资、开工、专项债支出、三个一批各环节、园区入驻企业；台账进入指标的唯一通道。",
        "core_ledger",
        "core_ledger_history",
        "core_dispatch",
    ),
]
