"""The queue of queries: whom to ask first, and where the part ends that most of the impact hangs on.

Belongs here: the queue as values, choosing from it, and the sentence that says where to begin. Does not belong here:
the order itself (``query_queue.sql``), showing it (cli), or the lists that go out (``query_list``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from pipelines.engine import statement
from pipelines.engines import local_engine
from pipelines.review.rules import rules
from pipelines.workspace import Workspace

STATUSES: Final = {
    "open": "待答复",
    "promised": "待更正",
    "confirmed": "已说明",
    "resubmitted": "已重报",
    "withdrawn": "不再计入",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One query as it stands in core_query; impact and score stay there."""

    query: str
    row_id: str
    form: str
    rule: str
    column: str
    message_zh: str
    value: str | None
    expected: str
    status: str
    reply: str
    note: str
    replied_on: dt.date | None

    @property
    def valued(self) -> bool:
        """Whether its rule says by how much a figure may be off; else its impact is unknown, which is not none."""
        return self.rule in _valued()


@dataclass(frozen=True, slots=True)
class Respondent:
    """A unit with all its queries, so that it is asked once.

    Attributes:
        place: its place in the queue of the whole workspace.
        share: of the open expected impact, 0 to 1.
        up_to: the same summed over all units up to this one.
        top: whether it belongs to those that are asked first.
    """

    place: int
    unit: str
    name: str
    county: str
    share: float
    up_to: float
    top: bool
    queries: tuple[Query, ...]

    @property
    def unvalued(self) -> bool:
        """Whether it has open queries and the impact of none of them can be told."""
        asked = [query for query in self.queries if query.status == "open"]
        return bool(asked) and not any(query.valued for query in asked)


@dataclass(frozen=True)
class Wanted:
    """What to choose from the queue; empty means any."""

    county: str = ""
    rule: str = ""
    form: str = ""
    statuses: frozenset[str] = field(default_factory=frozenset)

    def fits(self, county: str, query: Query) -> bool:
        """Whether a query is wanted."""
        return (
            self.county in ("", county)
            and self.rule in ("", query.rule)
            and self.form in ("", query.form)
            and (not self.statuses or query.status in self.statuses)
        )


@dataclass(frozen=True)
class Queue:
    """All queries of a quarter in the order of the queue."""

    quarter: str
    coverage: float
    respondents: tuple[Respondent, ...]

    def chosen(self, wanted: Wanted, *, top_only: bool = False) -> list[Respondent]:
        """The units with those of their queries that are wanted, in order; units without any are left out."""
        return [
            Respondent(r.place, r.unit, r.name, r.county, r.share, r.up_to, r.top, kept)
            for r in self.respondents
            if (r.top or not top_only) and (kept := tuple(q for q in r.queries if wanted.fits(r.county, q)))
        ]

    def count(self, status: str, *, top_only: bool = False) -> tuple[int, int]:
        """How many units and queries have a status."""
        found = self.chosen(Wanted(statuses=frozenset({status})), top_only=top_only)
        return len(found), sum(len(r.queries) for r in found)

    @property
    def sentence(self) -> str:
        """Where to begin."""
        units, queries = self.count("open")
        first_units, first = self.count("open", top_only=True)
        if not queries:
            return "没有待答复的查询。"
        if not first:
            unknown = sum(respondent.unvalued for respondent in self.respondents)
            but = f"（{unknown} 户的影响无从折算）" if unknown else ""
            return f"共 {queries} 条（{units} 户）待答复，都不影响核心产业增加值总量{but}，可逐户核实。"
        return (
            f"前 {first} 条（{first_units} 户）覆盖预期影响的 {self.coverage:.0%}，请先核实这些；"
            f"共 {queries} 条（{units} 户）待答复。"
        )


def read_queue(workspace: Workspace, parts: Iterable[Path], quarter: str, coverage: float) -> Queue:
    """The queue of a quarter.

    Args:
        workspace: whose queries they are.
        parts: the files that its queries lie in (core_query).
        quarter: like ``2023Q4``.
        coverage: the share of the open expected impact that is asked for first, 0 to 1.
    """
    with local_engine(workspace) as work:
        work.add(core_query=parts)
        asked = {"quarter": quarter, "permille": round(coverage * 1000)}
        rows = work.rows(statement("pipelines", "query_queue"), asked).to_pylist()
    return Queue(quarter, coverage, tuple(_respondents(rows)))


@cache
def _valued() -> frozenset[str]:
    return frozenset(rule.id for kind in ("quarterly", "register") for rule in rules(kind) if rule.deviation)


def _respondents(rows: list[dict[str, Any]]) -> Iterator[Respondent]:
    names = [item.name for item in fields(Query)]
    for place, group in groupby(rows, key=lambda row: row["place"]):
        lines = list(group)
        first = lines[0]
        yield Respondent(
            place,
            first["unit"] or "",
            first["name"] or "",
            first["county"] or "",
            _share(first["expected_impact"], first["total"]),
            _share(first["up_to"], first["total"]),
            first["top"],
            tuple(Query(**{name: line[name] for name in names}) for line in lines),
        )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
