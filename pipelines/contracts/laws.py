"""Laws: what a contract demands of the rows of a table, one by one.

Belongs here: the law as a value, said in SQL and in words; what a file's own schema breaks. Does not belong here:
counting (lake, steps.checked) or expectations (checking). Whoever holds rows to a contract takes its laws from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from pipelines.contracts import Contract

Kind = Literal["schema", "not_null", "in_set", "unique", "shape"]
Severity = Literal["error", "warn"]


@dataclass(frozen=True)
class Law:
    """What must hold for every row.

    Attributes:
        kind: the columns hold something; hold one of a few values; repeat in no row; are written in a given shape.
        columns: the columns looked at; more than one for a key.
        severity: error breaks the contract; warn is what the review deals with row by row.
        allowed: the values, of ``in_set``.
        pattern: what the whole text matches, of ``shape``; the plain regular expressions that all engines share.
        requirement: what is demanded, in Chinese.
    """

    kind: Kind
    columns: tuple[str, ...]
    requirement: str
    severity: Severity = "error"
    allowed: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def column(self) -> str:
        """The columns as one text."""
        return ", ".join(self.columns)

    @property
    def broken(self) -> str:
        """A SQL expression that is true for a row at fault; for a key, for all rows that share one."""
        name = quoted(self.columns[0])
        if self.kind == "not_null":
            return f"{name} IS NULL"
        if self.kind == "in_set":
            return f"{name} NOT IN ({', '.join(map(_literal, self.allowed))})"
        if self.kind == "shape":
            return f"NOT regexp_full_match({name}, {_literal(self.pattern)})"
        return f"count(*) OVER (PARTITION BY {', '.join(map(quoted, self.columns))}) > 1"

    @property
    def count(self) -> str:
        """A SQL aggregate that is zero where the law holds; for a key, the rows beyond the first of each."""
        if self.kind == "not_null":
            return f"count(*) - count({quoted(self.columns[0])})"
        if self.kind == "unique":
            return f"count(*) - count(DISTINCT ({', '.join(map(quoted, self.columns))}))"
        return f"count(*) FILTER (WHERE {self.broken})"


def laws(held_to: Contract) -> Iterator[Law]:
    """The laws of a contract, in order of its columns, the key last."""
    for column in held_to.columns:
        if not column.nullable:
            yield Law("not_null", (column.name,), "不得为空")
        if column.allowed:
            yield Law("in_set", (column.name,), "取值应在规定范围内", allowed=column.allowed)
    if held_to.key:
        yield Law("unique", held_to.key, "主键不得重复")


def schema_faults(found: pa.Schema, held_to: Contract) -> Iterator[tuple[str, str, str]]:
    """Where a file's own schema is not the contract's: column ('' for the whole), what is wrong in both languages."""
    wanted = held_to.schema
    if found.names != wanted.names:
        yield "", f"列应为 {wanted.names}，实为 {found.names}", f"columns are {found.names}"
        return
    for column in wanted:
        actual = found.field(column.name).type
        if actual != column.type:
            yield column.name, f"类型应为 {column.type}，实为 {actual}", f"type is {actual}, not {column.type}"


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
