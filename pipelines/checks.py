"""Checks between rooms: what must hold before anything is released.

Belongs here: checks that Dagster reports and, where they are identities, that stop the release. Does not belong here:
the contracts of single tables (lake) or the rules for single returns (review). Great Expectations is imported inside
the one check that uses it: the import costs seconds.
"""

from __future__ import annotations

import datetime as dt
import os
from importlib import import_module
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa

from pipelines.contracts import Contract, contract
from pipelines.engine import engine, statement
from pipelines.ingest.forms import forms
from pipelines.lake import ALL, Lake, Made
from pipelines.review.rules import rules
from pipelines.review.totals import uncovered
from pipelines.steps.asides import asides, of_form
from pipelines.steps.core import FIRM_FORMS
from pipelines.steps.observed import day_of_knowledge
from pipelines.workspace import Workspace

# Sums of floats that were quantised to whole fen: half a yuan per county is rounding, more is an error.
_ROUNDING_YUAN = 1.0


def conservation(workspace: Workspace, quarters: list[str]) -> dg.AssetCheckResult:
    """Rows in = assigned + unmatched + ambiguous + set aside, and yuan likewise, exactly, for each quarter."""
    broken = [f"{quarter} {law}" for quarter in quarters for law in _broken_laws(workspace, quarter)]
    return _result("conservation", "cell_leaf", broken, quarters)


def forms_present(
    workspace: Workspace, quarters: list[str], as_of: str = "", *, flash: bool = False
) -> dg.AssetCheckResult:
    """Every form that city.toml requires has rows in the release quarter that were known on the day of the release."""
    missing = [
        f"{form.code} {form.title}（{quarter}）截至 {day} 没有可读的行，{_why(workspace, form.id, quarter)}"
        for quarter in quarters
        for day in [day_of_knowledge(workspace, quarter, as_of, flash=flash)]
        for form in (forms()[name] for name in workspace.city.required_forms)
        if not _known_rows(workspace, form.id, quarter, day)
    ]
    return _result("forms_present", "observation", missing, quarters)


def coverage(workspace: Workspace, quarters: list[str], as_of: str = "", *, flash: bool = False) -> dg.AssetCheckResult:
    """Enough of what is due had been reported on the day of the release (D02); what is imputed was not reported."""
    said = (
        uncovered(workspace, quarter, day_of_knowledge(workspace, quarter, as_of, flash=flash)) for quarter in quarters
    )
    return _result("coverage", "observation", [text for text in said if text], quarters)


def identities(workspace: Workspace, quarters: list[str]) -> dg.AssetCheckResult:
    """Σ counties = city and Σ 大类 = total, for core value added of every period."""
    lake, broken = Lake(workspace.lake), []
    for quarter in quarters:
        frame = lake.read("observation", [quarter]).to_pandas()
        broken += [f"{quarter} {place}" for place in broken_sums(frame, workspace.city.code)]
    return _result("identities", "observation", broken, quarters)


def broken_sums(observations: pd.DataFrame, place: str) -> list[str]:
    """Where the counties do not add up to the place, or the 大类 not to the total."""
    ours = observations[
        (observations["indicator"] == "core_value_added") & (observations["definition_id"] == "rate_method")
    ]
    when = ["period", "span"]
    county = ours[ours["region"] != place].groupby([*when, "class"])["value"].sum()
    city = ours[ours["region"] == place].set_index([*when, "class"])["value"]
    parts = ours[ours["class"].str.len() == 2].groupby([*when, "region"])["value"].sum()
    total = ours[ours["class"] == "core"].set_index([*when, "region"])["value"]
    # What stands on one side only is compared with nothing, and is thereby off.
    off = pd.concat([county.sub(city, fill_value=0).abs(), parts.sub(total, fill_value=0).abs()])
    return [" ".join(map(str, index)) for index in off[off > _ROUNDING_YUAN].index]


def observation_contract(workspace: Workspace, made: list[Made]) -> dg.AssetCheckResult:
    """The observations keep their contract, by Great Expectations; unchanged ones were checked when they were made."""
    lake, broken = Lake(workspace.lake), []
    for item in made:
        if item.computed:
            frame = lake.read(item.table, [item.partition]).to_pandas()
            broken += [f"{item.partition} {fault}" for fault in unmet_expectations(frame, contract(item.table))]
    return _result("contract", "observation", broken, [item.partition for item in made])


def unmet_expectations(frame: pd.DataFrame, held_to: Contract) -> list[str]:
    """The expectations of a contract that a frame does not meet, each named with its column and count."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    gxe: Any = import_module("great_expectations.expectations")

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    suite = gx.ExpectationSuite(
        name=held_to.table,
        expectations=[
            gxe.ExpectTableColumnsToMatchOrderedList(column_list=held_to.names),
            gxe.ExpectCompoundColumnsToBeUnique(column_list=list(held_to.key)),
            *(gxe.ExpectColumnValuesToNotBeNull(column=c.name) for c in held_to.columns if not c.nullable),
            *(
                gxe.ExpectColumnValuesToBeInSet(column=c.name, value_set=list(c.allowed))
                for c in held_to.columns
                if c.allowed
            ),
        ],
    )
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset(held_to.table)
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    return [_unmet(result) for result in batch.validate(suite).results if not result.success]


def _unmet(result: Any) -> str:
    configuration = result.expectation_config
    column = configuration.kwargs.get("column", "")
    count = (result.result or {}).get("unexpected_count", "")
    return f"{configuration.type} {column} {count}".strip()


def _why(workspace: Workspace, form: str, quarter: str) -> str:
    """The first reasons why files of a form were refused, or what to do where none came."""
    lines = of_form(asides(workspace, [quarter]), forms()[form].code).to_pylist()
    # What the reader refused (a header, a sheet, a unit): a reason of review is about one row, and may name its code.
    reviewed = {"unmatched", "ambiguous", *(rule.id for rule in (*rules("quarterly"), *rules("annual")))}
    reasons = [f"{line['file']} {line['sheet']}：{line['reason_zh']}" for line in lines if line["rule"] not in reviewed]
    return "因为：" + "；".join(reasons[:3]) if reasons else "请放入 inbox 后重试，或更改数据截止日"


def _known_rows(workspace: Workspace, form: str, quarter: str, day: dt.date) -> int:
    partition = quarter if forms()[form].period == "quarter" else ALL
    rows = Lake(workspace.lake).read(f"raw_{form}", [partition])
    return sum(received <= day for received in rows["received_at"].to_pylist())


def _broken_laws(workspace: Workspace, quarter: str) -> list[str]:
    lake = Lake(workspace.lake)
    tables = ("core_return", "class_return", "class_missing", "class_part", "cell_leaf")
    raw_rows = [lake.note_of(f"raw_{form}", quarter).rows for form in FIRM_FORMS]
    with engine() as work:
        work.add(
            raw_count=pa.table({"rows_in": raw_rows}), **{table: lake.existing(table, [quarter]) for table in tables}
        )
        laws = work.rows(statement("pipelines", "conservation")).to_pylist()
    return [
        f"{law['law']}: {law['left_side']} ≠ {law['right_side']}"
        for law in laws
        if law["left_side"] != law["right_side"]
    ]


def _result(name: str, asset: str, broken: list[str], quarters: list[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=asset,
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR,
        description="；".join(broken[:5]) if broken else "通过",
        metadata={"quarters": ", ".join(quarters), "broken": len(broken)},
    )
