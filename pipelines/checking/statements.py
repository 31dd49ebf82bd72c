"""Laws as statements: one pass of the engine over all partitions, a second only for laws that are broken.

Belongs here: filling the marks of ``law_count.sql`` and ``law_broken.sql``. Does not belong here: the laws (contracts).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from pipelines.checking.outcomes import PLACES, Fault, place_columns
from pipelines.contracts.laws import Law, quoted
from pipelines.engine import DuckEngine, Engine, statement

# Opens an engine of the lake, within its limits.
Opened: TypeAlias = Callable[[], AbstractContextManager[DuckEngine]]


def faults(parts: Mapping[str, Path], laws: Sequence[Law], opened: Opened) -> list[Fault]:
    """What partitions break of some laws, found by the engine; microdata stays inside it.

    Args:
        parts: partition → its file; all have the columns that the laws look at.
        laws: of the table's contract.
        opened: the engine that looks.
    """
    with opened() as work:
        work.add_files("held", parts.values())
        counts = "".join(f", {law.count} AS law_{n}" for n, law in enumerate(laws))
        rows = work.rows(statement("pipelines", "law_count").replace(" /* laws */", counts)).to_pylist()
        broken = [law for n, law in enumerate(laws) if any(row[f"law_{n}"] for row in rows)]
        return [fault for law in broken for fault in _located(work, law)]


def _located(work: Engine, law: Law) -> list[Fault]:
    columns = place_columns(work.columns("held"))
    within = replace(law, columns=("filename", *law.columns)) if law.kind == "unique" else law
    text = statement("pipelines", "law_broken").replace("FALSE /* broken */", within.broken)
    text = text.replace(" /* place */", "".join(f", {quoted(name)}" for name in columns))
    found: dict[str, Fault] = {}
    for row in work.rows(text, {"first": PLACES}).to_pylist():
        before = found.get(row["partition"], Fault(law, row["partition"], row["unexpected"]))
        found[row["partition"]] = replace(before, first=(*before.first, row))
    return list(found.values())
