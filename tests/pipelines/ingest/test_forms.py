from __future__ import annotations

from pipelines.ingest.forms import forms
from pipelines.ingest.forms.ledgers import CHANGES


def test_every_form_is_complete() -> None:
    for name, form in forms().items():
        assert form.id == name
        assert (form.layout == "nbs") == (not form.columns)
        assert form.raw_columns
        # A cell of the weekly list may be money of any ledger.
        assert form.money == (name == CHANGES or any(column.kind == "money" for column in form.columns))
        names = [column.name for column in form.columns]
        assert len(names) == len(set(names))


def test_no_column_hides_provenance() -> None:
    kept = {"row_id", "file_sha", "file", "sheet", "row", "received_at", "quarter", "months", "yuan_per_unit"}
    for form in forms().values():
        assert not kept & set(form.raw_columns), form.id


def test_headers_of_a_form_are_unambiguous() -> None:
    for form in forms().values():
        names = [name for column in form.columns for name in column.names]
        assert len(names) == len(set(names)), form.id
