"""Review rules: a table of predicates, and the one statement that it becomes.

Belongs here: reading and guarding ``rules.csv``. Does not belong here: which table is reviewed when (steps).
"""

from __future__ import annotations

import csv
import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import duckdb
from pydantic import BaseModel, ConfigDict

from classification.errors import InputError

Severity = Literal["hard", "soft"]
_MARKS: dict[Severity, str] = {"hard": " /* hard rules */", "soft": " /* soft rules */"}


class Rule(BaseModel):
    """One rule: 强制性 (hard) sets the row aside, 核实性 (soft) raises a query; neither changes a value."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    severity: Severity
    applies_to: str
    column: str
    predicate: str
    message_zh: str
    message_en: str
    source: str

    def applies(self, kind: str) -> bool:
        """Whether the rule looks at returns of this kind (``quarterly`` or ``annual``)."""
        return self.applies_to in ("*", kind)


@cache
def rules(kind: str) -> tuple[Rule, ...]:
    """The rules for one kind of return, each proven to be one plain expression."""
    text = (files(__package__) / "rules.csv").read_text(encoding="utf-8")
    found = tuple(rule for row in csv.DictReader(text.splitlines()) if (rule := Rule.model_validate(row)).applies(kind))
    for rule in found:
        require_expression(rule.predicate, rule.id)
    return found


def require_expression(predicate: str, rule: str) -> None:
    """Refuse a predicate that is anything but one scalar expression over a row.

    Raises:
        InputError: it does not parse, holds a second statement, or reads from anywhere.
    """
    with duckdb.connect(config={"enable_external_access": "false", "lock_configuration": "true"}) as connection:
        found = connection.execute("SELECT json_serialize_sql('SELECT (' || ? || ')')", [predicate]).fetchone()
    tree: dict[str, Any] = json.loads(found[0]) if found else {"error": True}
    if tree["error"] or len(tree["statements"]) != 1 or not _is_scalar(tree["statements"][0]["node"]):
        raise InputError(
            "审核规则的条件必须是一个不读取任何表或文件的表达式。",
            "The predicate of a review rule must be one expression that reads no table and no file.",
            where=f"rules.csv {rule}",
        )


def review_statement(template: str, found: tuple[Rule, ...]) -> str:
    """The review as one row-preserving statement: ``review.sql`` with one CASE per rule."""
    for severity, mark in _MARKS.items():
        cases = "".join(_case(rule) for rule in found if rule.severity == severity)
        template = template.replace(mark, cases)
    return template


def finding_statement(template: str, found: tuple[Rule, ...]) -> str:
    """The hard rules that rows break: ``finding.sql`` once per rule, giving ``row_id, rule, column_name``."""
    return "\nUNION ALL\n".join(
        template.replace("'' /* id */", _literal(rule.id))
        .replace("'' /* column */", rule.column)
        .replace("FALSE /* predicate */", "(" + rule.predicate + ")")
        for rule in found
        if rule.severity == "hard"
    )


def _case(rule: Rule) -> str:
    return ",\n           CASE WHEN coalesce((" + rule.predicate + "), FALSE) THEN " + _literal(rule.id) + " END"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _is_scalar(node: dict[str, object]) -> bool:
    # One row from nowhere: no table, and no subquery anywhere in the expression.
    source = node.get("from_table")
    return (
        isinstance(source, dict)
        and source.get("type") == "EMPTY"
        and '"SUBQUERY"' not in json.dumps(node.get("select_list"))
    )
