"""The forms that are read: how a file is recognised, which columns it has and what they are called.

Belongs here: the typed view of ``forms.yml``, ``slips.yml`` and ``columns.csv``. Does not belong here: finding headers
in a file, or what a value means.
"""

from __future__ import annotations

import csv
import re
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["code", "text", "money", "count", "number", "integer", "date", "flag"]

# The national bureau's layout has no columns of a form's own: every cell becomes a row of these.
NBS_COLUMNS: Final = {
    "column": "时期（原列名）",
    "subject": "行标题",
    "indicator": "指标",
    "measure": "指标口径",
    "unit": "计量单位",
    "base": "对比基数",
    "price": "价格",
    "region_name": "地区",
    "period": "时期",
    "span": "时期类型",
    "value": "数值",
    "region": "地区代码（收文登记）",
    "vintage": "版次（收文登记）",
    "status": "数据状态（收文登记）",
    "authority": "发布机关（收文登记）",
}


class Column(BaseModel):
    """One column of a form: its name inside, its Chinese header, what else the header may be called."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    header: str
    synonyms: tuple[str, ...] = ()
    kind: Kind
    required: bool

    @property
    def names(self) -> tuple[str, ...]:
        """All headers under which the column is known, the form's own first."""
        return (self.header, *self.synonyms)


class Due(BaseModel):
    """Until which day of the month after the quarter a return is in time, and where that is laid down."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    day: int = Field(ge=1, le=28)
    fourth: int | None = Field(default=None, ge=1, le=28)
    source: str


class Needs(BaseModel):
    """What a release asks of a form that holds many periods: rows of a core table for a quarter, a year or a day.

    Attributes:
        table: the core table into which the form is typed.
        column: its column of periods, or of the day from which a row holds (``valid_to`` then ends it).
        period: the release quarter, one of the two years before it, or its last day.
        industry: which industries are meant, as an expression on the column of that name; '' where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    table: str
    column: str
    period: Literal["quarter", "year", "day"] = Field(alias="is")
    industry: str = ""


class Form(BaseModel):
    """One form: how its files are named and laid out, and its columns in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    code: str
    title: str
    pattern: str
    layout: Literal["table", "nbs"]
    period: Literal["quarter", "none"]
    lag: int = Field(ge=0, le=2)
    money: bool
    due: Due | None = None
    needs: Needs | None = None
    columns: tuple[Column, ...] = ()

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern on the file name, compiled."""
        return re.compile(self.pattern)

    @property
    def raw_columns(self) -> dict[str, str]:
        """The form's own columns in its raw table → their Chinese names."""
        if self.layout == "nbs":
            return dict(NBS_COLUMNS)
        return {column.name: column.header for column in self.columns}

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns without which a file of this form cannot be read."""
        return tuple(column for column in self.columns if column.required)


def _columns() -> dict[str, list[dict[str, Any]]]:
    """The rows of columns.csv by form."""
    text = (files(__package__) / "columns.csv").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in csv.DictReader(text.splitlines()):
        form = row.pop("form")
        synonyms = tuple(name for name in row.pop("synonyms").split(";") if name)
        found.setdefault(form, []).append({"name": row.pop("column"), "synonyms": synonyms, **row})
    return found


@cache
def forms() -> dict[str, Form]:
    """All forms by name (``industry``, ``service``, …), columns included."""
    return _forms("forms.yml")


@cache
def slips() -> dict[str, Form]:
    """Sheets that come back filled in, by name (``reply``): read like a form, but never from the inbox."""
    return _forms("slips.yml")


def _forms(table: str) -> dict[str, Form]:
    entries = yaml.safe_load((files(__package__) / table).read_text(encoding="utf-8"))
    columns = _columns()
    return {
        name: Form.model_validate({"id": name, "columns": columns.get(name, ()), **entry})
        for name, entry in entries.items()
    }
