"""How well the rules find what was planted: recall, rows flagged and false alarms, rule by rule.

Belongs here: comparing a reviewed synthetic city with its list of planted errors. Does not belong here: the rules, or
anything that a real city's run needs.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from classification.errors import InputError
from pipelines.ingest.forms import forms
from pipelines.lake import ALL, Lake
from pipelines.review.rules import rules
from pipelines.workspace import Workspace

PLANTED: Final = "planted_errors.csv"
# The forms that are reviewed → the kind of rows that their rules look at.
_KINDS: Final = {
    **dict.fromkeys(("industry", "service", "trade", "construction"), "quarterly"),
    "annual": "annual",
    "register": "register",
}
_SCHEMA: Final = pa.schema(
    [
        ("rule", pa.string()),
        ("severity", pa.string()),
        ("planted", pa.int64()),
        ("found", pa.int64()),
        ("recall", pa.float64()),
        ("flagged", pa.int64()),
        ("false_alarms", pa.int64()),
        ("clean_rows", pa.int64()),
        ("precision", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Place:
    """A row of a file as received."""

    file: str
    row: int


@dataclass(frozen=True)
class Score:
    """One rule: errors planted for it and found, rows it flags, those of units in which nothing was planted."""

    rule: str
    severity: str
    planted: int
    found: int
    recall: float | None
    flagged: int
    false_alarms: int
    clean_rows: int
    precision: float | None


def score(workspace: Workspace) -> pa.Table:
    """Compare what the review found in all quarters with what was planted.

    Args:
        workspace: a synthetic city whose quarters have been reviewed.

    Returns:
        One row per rule over returns and the register: rule, severity, planted, found, recall (null where nothing was
        planted), flagged (rows), false_alarms (flagged rows of units in which nothing was planted), clean_rows (rows of
        such units that the rule looks at), precision (share of flagged rows that are no false alarm, null where nothing
        was flagged).

    Raises:
        InputError: the workspace has no list of planted errors, or was not reviewed.
    """
    lake, planted = Lake(workspace.lake), _planted(workspace)
    dirty, clean_rows = _dirty(lake, {place for place, _ in planted})
    flagged = list(_flagged(lake))
    found = {(place, rule) for place, rule in flagged}
    rows = Counter(rule for _, rule in found)
    alarms = Counter(rule for place, rule in found if place not in dirty)
    wanted = Counter(rule for _, rule in planted)
    met = Counter(rule for place, rule in planted if (place, rule) in found)
    every = {rule.id: rule for kind in dict.fromkeys(_KINDS.values()) for rule in rules(kind)}
    scores = [
        Score(
            rule=name,
            severity=rule.severity,
            planted=wanted[name],
            found=met[name],
            recall=_share(met[name], wanted[name]),
            flagged=rows[name],
            false_alarms=alarms[name],
            clean_rows=sum(clean_rows[kind] for kind in rule.applies_to),
            precision=_share(rows[name] - alarms[name], rows[name]),
        )
        for name, rule in every.items()
    ]
    return pa.Table.from_pylist([asdict(line) for line in scores], schema=_SCHEMA)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _planted(workspace: Workspace) -> list[tuple[Place, str]]:
    try:
        text = (workspace.home / PLANTED).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            "此工作区没有埋入错误的清单，只有合成城市才能评分。",
            "This workspace has no list of planted errors; only the synthetic city can be scored.",
            where=PLANTED,
        ) from None
    lines = csv.DictReader(text.splitlines())
    return [(Place(line["file"], int(line["row"])), line["rule"]) for line in lines if line["row"]]


def _dirty(lake: Lake, planted: set[Place]) -> tuple[set[Place], Counter[str]]:
    """The rows of all units in which anything was planted, by code or by name; how many of each kind are others'."""
    rows = list(_rows(lake))
    codes = {row[key] for row in rows if Place(row["file"], row["row"]) in planted for key in ("unit", "name")} - {""}
    of_them = [row["unit"] in codes or row["name"] in codes for row in rows]
    dirty = {Place(row["file"], row["row"]) for row, theirs in zip(rows, of_them, strict=True) if theirs}
    return dirty, Counter(row["kind"] for row, theirs in zip(rows, of_them, strict=True) if not theirs)


def _rows(lake: Lake) -> Iterator[dict[str, Any]]:
    for form, kind in _KINDS.items():
        partitions = [ALL] if forms()[form].period == "none" else lake.partitions(f"raw_{form}")
        for partition in partitions:
            table = lake.read(f"raw_{form}", [partition]).select(["file", "row", "unit", "name"])
            yield from (row | {"kind": kind} for row in table.to_pylist())


def _flagged(lake: Lake) -> Iterator[tuple[Place, str]]:
    for table in ("core_set_aside", "core_finding"):
        found = lake.read(table, lake.partitions(table)).select(["file", "row", "rule"])
        for line in found.filter(pc.field("row") > 0).to_pylist():
            yield Place(line["file"], line["row"]), line["rule"]
