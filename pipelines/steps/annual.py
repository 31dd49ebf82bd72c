"""Annual returns: typed, reviewed, with their value added by the income approach, and what the soft rules find in them.

Belongs here: which raw rows make the annual returns. Does not belong here: the income approach itself (indicators),
cells (classified), what is set aside (core: all that is not quarterly shares one list).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from indicators.income import income_approach
from pipelines.engine import Engine, statement
from pipelines.engines import unit_engine
from pipelines.ingest.forms import forms
from pipelines.lake import ALL, Lake, Made, table_hash
from pipelines.review.identifiers import valid_codes
from pipelines.review.rules import Rule, finding_statement, rules
from pipelines.steps.lines import lines_partition
from pipelines.steps.reviewing import form_columns, regions, review, rule_texts, texts_of
from pipelines.workspace import Workspace

FORM: Final = "annual"
# The money items of the annual form that the income approach looks at.
ITEMS: Final = (
    "labour", "tax_surcharge", "vat", "depreciation", "operating_profit", "investment_income", "fair_value_gain",
    "disposal_gain", "asset_impairment", "credit_impairment", "other_income",
)  # fmt: skip
# The years that rule N04 lets pass.
_YEARS: Final = range(1990, 2101)
_SQL: Final = ("functions", "annual_typed", "review", "core_annual", "broken_row", "broken", "finding")
_FINDING_SQL: Final = ("query_finding", "annual_finding")


def core_annual(workspace: Workspace) -> tuple[Made, Made]:
    """Type and review the annual returns of all years.

    Returns:
        The returns, and what the soft rules find.
    """
    lake, found = Lake(workspace.lake), rules(FORM)
    made_from = [*lake.hashes(f"raw_{FORM}"), *review_hashes(workspace), *texts_of(_FINDING_SQL, found)]

    with unit_engine(workspace) as work:

        @cache
        def reviewed() -> None:
            review_annual(work, workspace)

        def fill(path: Path) -> None:
            reviewed()
            work.write(statement("pipelines", "core_annual"), path)

        def fill_finding(path: Path) -> None:
            reviewed()
            work.add(form_column=form_columns(), rule=rule_texts(found, FORM))
            work.keep("annual_row", statement("pipelines", "core_annual"))
            work.keep("query_finding", finding_statement(statement("pipelines", "query_finding"), found, "soft"))
            work.write(statement("pipelines", "annual_finding"), path, {"form": FORM, "code": forms()[FORM].code})

        returned = lake.refresh("core_annual", ALL, fill, made_from=made_from)
        return returned, lake.refresh("core_finding", lines_partition(FORM), fill_finding, made_from=made_from)


def review_annual(work: Engine, workspace: Workspace) -> tuple[Rule, ...]:
    """Review the annual returns in an engine, as ``review`` does; the rules that were asked."""
    found = rules(FORM)
    work.add(raw_annual=Lake(workspace.lake).existing(f"raw_{FORM}"))
    work.add(region=regions(workspace), income_sign=income_signs())
    work.learn("valid_code", valid_codes)
    review(work, statement("pipelines", "annual_typed"), found)
    return found


def review_hashes(workspace: Workspace) -> list[str]:
    """What a review of annual returns is made from, beside their rows."""
    counties = (county.model_dump_json() for county in workspace.city.counties)
    return [*texts_of(_SQL, rules(FORM)), *counties, table_hash(income_signs())]


@cache
def income_signs() -> pa.Table:
    """The sign of each item of the annual form in value added: one row per year.

    The income approach is linear, so what it makes of one yuan in one item is that item's sign; the mapping itself
    has one owner (indicators.income).
    """
    each = pd.DataFrame(np.tile(np.eye(len(ITEMS), dtype="int64"), (len(_YEARS), 1)), columns=list(ITEMS))
    signs = income_approach(each.assign(year=np.repeat(_YEARS, len(ITEMS))))["value_added"]
    by_item = signs.to_numpy().reshape(len(_YEARS), len(ITEMS)).T
    columns = {"year": list(_YEARS)} | dict(zip(ITEMS, by_item, strict=True))
    return pa.table({name: pa.array(values, pa.int64()) for name, values in columns.items()})
