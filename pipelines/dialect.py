"""The project's statements in the dialect of another engine.

Belongs here: writing out the project's own SQL functions, putting parameters in, translating. Does not belong here:
running anything (engine, spark).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

import sqlglot
from sqlglot import exp

from pipelines.engine import statement

_READ: Final = "duckdb"


def translated(text: str, into: str, parameters: Mapping[str, object] | None = None) -> str:
    """A statement in another dialect: the project's functions written out, parameters as literals.

    Args:
        text: one statement as the project keeps it, in DuckDB's dialect.
        into: a dialect of sqlglot, for example ``spark``.
        parameters: what each ``$name`` stands for.

    Raises:
        KeyError: a parameter is not given.
        sqlglot.errors.SqlglotError: the statement cannot be read, or the dialect has no equal of it.
    """
    bound = dict(parameters or {})

    def filled(node: exp.Expr) -> exp.Expr:
        return exp.convert(bound[node.name]) if isinstance(node, exp.Placeholder) else node

    tree = _written_out(text).copy().transform(filled)
    return tree.sql(dialect=into, comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE)


@lru_cache(maxsize=256)
def _written_out(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, read=_READ).transform(_expanded).transform(_plainer)


def _expanded(node: exp.Expr) -> exp.Expr:
    function = _functions().get(node.name.lower()) if isinstance(node, exp.Anonymous) else None
    return node if function is None else _called(function, node.expressions).transform(_expanded)


def _called(function: exp.Create, values: list[exp.Expr]) -> exp.Expr:
    given = {name.name: value for name, value in zip(function.this.expressions, values, strict=True)}

    def put(node: exp.Expr) -> exp.Expr:
        named = isinstance(node, exp.Column) and node.name in given
        return exp.paren(given[node.name].copy()) if named else node

    return exp.paren(function.expression.copy().transform(put))


@cache
def _functions() -> dict[str, exp.Create]:
    found = sqlglot.parse(statement("pipelines", "functions"), read=_READ)
    return {tree.this.this.name.lower(): tree for tree in found if isinstance(tree, exp.Create)}


def _plainer(node: exp.Expr) -> exp.Expr:
    """In words that other dialects have, too: what sqlglot would pass on as it stands."""
    if isinstance(node, exp.RegexpFullMatch):
        pattern = exp.Literal.string(f"^(?:{node.expression.name})$")
        return exp.RegexpLike(this=node.this.transform(_plainer), expression=pattern)
    if isinstance(node, exp.DataType) and node.is_type(exp.DType.INT128):
        return exp.DataType.build("DECIMAL(38, 0)")
    if isinstance(node, exp.Sign):  # elsewhere a floating number, which would take what it is multiplied with along
        return exp.cast(exp.Sign(this=node.this.transform(_plainer)), exp.DType.TINYINT)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "strlen":
        return exp.Anonymous(this="octet_length", expressions=[part.transform(_plainer) for part in node.expressions])
    if isinstance(node, exp.Anonymous) and node.name.lower() == "to_json":
        row = exp.Column(this=exp.Star(), table=node.expressions[0].this)
        return exp.Anonymous(this="to_json", expressions=[exp.Anonymous(this="struct", expressions=[row])])
    return node
