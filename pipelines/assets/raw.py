"""Raw assets: one per form, the files as received."""

import dagster as dg

from pipelines.assets.making import SINGLE_RUN, Result, arrive, checked, column_schema, make, make_all
from pipelines.checks import table_specs
from pipelines.ingest.forms import Form, forms
from pipelines.partitions import quarters
from pipelines.resources import WorkspaceResource
from pipelines.steps import raw


def _quarterly(form: Form) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"raw_{form.id}",
        group_name="raw",
        partitions_def=quarters,
        backfill_policy=SINGLE_RUN,
        description=f"{form.code} {form.title}：原报文件逐行登记，单元格保持原样。",
        metadata=column_schema(raw.raw_contract(form)),
        check_specs=table_specs(f"raw_{form.id}"),
        kinds={"parquet"},
    )
    def asset(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
        arrive(workspace.workspace, context.run.run_id)
        make(context, workspace.workspace, lambda quarter: [raw.raw(workspace.workspace, form.id, quarter)])
        return checked(context, workspace.workspace, f"raw_{form.id}")

    return asset


def _whole(form: Form) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"raw_{form.id}",
        group_name="raw",
        description=f"{form.code} {form.title}：原报文件逐行登记，单元格保持原样。",
        metadata=column_schema(raw.raw_contract(form)),
        check_specs=table_specs(f"raw_{form.id}"),
        kinds={"parquet"},
    )
    def asset(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Result:
        arrive(workspace.workspace, context.run.run_id)
        make_all(context, workspace.workspace, lambda: raw.raw(workspace.workspace, form.id))
        return checked(context, workspace.workspace, f"raw_{form.id}")

    return asset


raw_assets = [_quarterly(form) if form.period == "quarter" else _whole(form) for form in forms().values()]
