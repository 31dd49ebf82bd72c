"""The task force's ledgers as data: which forms they are reported in, how entries are numbered, what words they use.

Belongs here: the typed view of ``ledgers.yml``. Does not belong here: columns (``columns.csv``), what a cell means.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from pipelines.ingest.forms import Column, Form, forms
from pipelines.ingest.texts import normal

CHANGES: Final = "ledger_change"  # the weekly form: single cells of any ledger


class Ledger(BaseModel):
    """One ledger: its form, its names, how its entries are numbered, what stays in L3, what its columns may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    form: str
    zh: str
    prefix: str
    aka: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    stable: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    wordy: tuple[str, ...] = ()
    ranges: dict[str, tuple[int, int]] = {}
    words: dict[str, tuple[str, ...]] = {}

    @property
    def terms(self) -> Form:
        """The form in which it is reported."""
        return forms()[self.form]

    @property
    def columns(self) -> dict[str, Column]:
        """Its columns by name, in the order of the form."""
        return {column.name: column for column in self.terms.columns}

    def numbers(self, text: str) -> bool:
        """Whether a text is the number of an entry of this ledger."""
        return re.fullmatch(rf"{self.prefix}[0-9]{{3,8}}", text) is not None


@cache
def ledgers() -> dict[str, Ledger]:
    """All ledgers by name (``firm``, ``project``, …), in the order of ``ledgers.yml``."""
    entries = yaml.safe_load((files(__package__) / "ledgers.yml").read_text(encoding="utf-8"))
    return {name: Ledger.model_validate({"id": name, **entry}) for name, entry in entries.items()}


def ledger_named(text: str) -> Ledger | None:
    """The ledger that people mean by a name, short or long, or by its form's code; None where there is none."""
    said = normal(text).removesuffix("清单").removesuffix("台账")
    for one in ledgers().values():
        names = (one.id, one.zh, one.terms.code, one.terms.title, *one.aka)
        if said in {normal(name).removesuffix("清单").removesuffix("台账") for name in names}:
            return one
    return None


LEDGER_FORMS: Final = (*(ledger.form for ledger in ledgers().values()), CHANGES)
