"""Contracts: what each table is. One YAML file per table; schema, checks and data dictionary derive from it.

Belongs here: reading contracts and turning them into schemas. Does not belong here: reading or writing tables.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict

Kind = Literal["text", "int", "yuan", "rate", "float", "date", "bool"]

# Money is whole yuan and nothing else: an engine that hands back DOUBLE for it has lost yuan already.
ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "yuan": pa.int64(),
    "rate": pa.decimal128(7, 6),
    "float": pa.float64(),
    "date": pa.date32(),
    "bool": pa.bool_(),
}


class Column(BaseModel):
    """One column: its name, type, Chinese name, and what it may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    type: Kind
    zh: str
    unit: str = ""
    nullable: bool = False
    allowed: tuple[str, ...] = ()

    @property
    def unit_zh(self) -> str:
        """The unit as shown: 元 for money."""
        return self.unit or ("元" if self.type == "yuan" else "")


class Contract(BaseModel):
    """One table: title, meaning, access level, partition, key and columns in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    table: str
    title: str
    description: str
    level: Literal["L0", "L1", "L2", "L3"]
    partition: Literal["quarter", "none"]
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, columns in the order of the contract."""
        return pa.schema([pa.field(c.name, ARROW[c.type], nullable=c.nullable) for c in self.columns])

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]


@cache
def contract(table: str) -> Contract:
    """The contract of a table.

    Raises:
        FileNotFoundError: there is no such table.
    """
    text = (files(__package__) / f"{table}.yml").read_text(encoding="utf-8")
    return Contract.model_validate({"table": table, **yaml.safe_load(text)})


@cache
def contracts() -> tuple[Contract, ...]:
    """All contracts, by table name."""
    names = sorted(p.name.removesuffix(".yml") for p in files(__package__).iterdir() if p.name.endswith(".yml"))
    return tuple(contract(name) for name in names)
