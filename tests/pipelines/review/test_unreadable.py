"""No figure of a firm form is taken for a blank because it cannot be read: its column is named, whichever it is."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipelines.engine import engine, statement
from pipelines.ingest.forms import forms
from pipelines.review.identifiers import valid_codes
from pipelines.steps.annual import income_signs
from pipelines.steps.core import FIRM_FORMS
from pipelines.steps.raw import raw_contract

CODES = pa.table({"code": pa.array(["419901"]), "name": pa.array(["甲区"])})


def figures(form: str) -> list[str]:
    return [column.name for column in forms()[form].columns if column.kind in {"money", "count"}]


def spoilt(form: str) -> pa.Table:
    """One row for each figure of a form, with that one unreadable and all others in order."""
    names = figures(form)
    fields = [field.with_nullable(nullable=True) for field in raw_contract(forms()[form]).schema]
    rows = [dict.fromkeys(names, "1") | {name: "约100", "row_id": name, "yuan_per_unit": 1000} for name in names]
    whole = [{field.name: row.get(field.name) for field in fields} for row in rows]
    return pa.Table.from_pylist(whole, schema=pa.schema(fields))


@pytest.mark.parametrize("form", [*FIRM_FORMS, "annual"])
def test_each_figure_that_cannot_be_read_is_named(form: str) -> None:
    with engine() as work:
        work.add(region=CODES, core_code=CODES.select(["code"]), income_sign=income_signs())
        work.learn("valid_code", valid_codes)
        work.add(**{f"raw_{each}": spoilt(each).slice(0, len(figures(each)) if each == form else 0)
                    for each in (*FIRM_FORMS, "annual")})  # fmt: skip
        if form == "annual":
            rows = work.rows(statement("pipelines", "annual_typed")).to_pylist()
        else:
            work.view("received", statement("pipelines", "firm_text"))
            work.view("firm_coded", statement("pipelines", "firm_coded"))
            rows = work.rows(statement("pipelines", "firm_number")).to_pylist()
    assert len(rows) > 10
    assert {row["row_id"]: row["unreadable"] or row.get("unreadable_item") for row in rows} == {
        name: name for name in figures(form)
    }
