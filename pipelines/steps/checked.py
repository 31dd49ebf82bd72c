"""Checked tables: every table of the lake held to its laws, and what came of it.

Belongs here: when there is something to find out, and where it is kept. Does not belong here: which table has which
laws (suites), holding rows to them (checking), telling Dagster (checks).

Cost: rows that were held to their laws once are not looked at again while rows and laws stay the same, and nothing is
imported for them. All quarters of a table that changed cost one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Final

import pyarrow as pa

from pipelines.checking.holding import Part, hold
from pipelines.checking.outcomes import Outcome, kept, outcomes_in
from pipelines.engine import statement
from pipelines.engines import local_engine
from pipelines.ingest.receipts import receipts
from pipelines.lake import Lake, Made, fingerprint_of, up_to_date, write_table
from pipelines.provenance import code_hash
from pipelines.steps.arrivals import SHA
from pipelines.steps.core import FIRM_FORMS
from pipelines.steps.suites import REFERENCE, REVISIONS, SIGNALS, WHOLE, parts, suite, whole
from pipelines.workspace import Workspace

# The table with which a quarter's rows and yuan are counted through, and the tables that they go through.
CONSERVED: Final = "cell_leaf"
_THROUGH: Final = ("core_return", "class_return", "class_missing", "class_part", CONSERVED)
# What this process found out, by what it was made from: an asset tells it before check_result keeps it.
_found_out: dict[str, list[Outcome]] = {}


def check_result(workspace: Workspace, quarters: Sequence[str]) -> list[Made]:
    """Hold the tables of some quarters to their laws; all that changed are looked at together, table by table."""
    return _keep(workspace, {quarter: parts(quarter) for quarter in quarters})


def reference_check_result(workspace: Workspace) -> Made:
    """Hold the tables that have no quarter to their laws."""
    return _keep(workspace, {REFERENCE: [(table, whole(table)) for table in WHOLE]})[0]


def observation_check_result(workspace: Workspace, quarters: Sequence[str]) -> list[Made]:
    """Hold the observations of some release quarters to their laws."""
    return _keep(workspace, {of_release(quarter): [("observation", quarter)] for quarter in quarters})


def revision_check_result(workspace: Workspace, quarters: Sequence[str]) -> list[Made]:
    """Hold the revisions of some release quarters to their laws."""
    return _keep(workspace, {_of_revision(q): [(table, q) for table in REVISIONS] for q in quarters})


def signal_check_result(workspace: Workspace, quarters: Sequence[str]) -> list[Made]:
    """Hold the signals of some release quarters to their laws."""
    return _keep(workspace, {_of_signal(q): [(table, q) for table in SIGNALS] for q in quarters})


def _of_revision(quarter: str) -> str:
    return f"revision-{quarter}"


def _of_signal(quarter: str) -> str:
    return f"signal-{quarter}"


def of_release(quarter: str) -> str:
    """The partition in which the outcomes of a release quarter's observations are kept."""
    return f"release-{quarter}"


def outcomes(workspace: Workspace, table: str, partitions: Iterable[str]) -> dict[str, list[Outcome]]:
    """What holding partitions of a table to their laws gives: remembered, or found out where something changed.

    Raises:
        InputError: a partition is missing.
    """
    lake = Lake(workspace.lake)
    asked = {
        name: Part(path, _made_from(lake, table, name))
        for name, path in ((name, lake.existing(table, [name])[0]) for name in partitions)
    }
    known = {name: _remembered(lake, table, name, part.made_from) for name, part in asked.items()}
    new = _find_out(workspace, table, {name: part for name, part in asked.items() if not known[name]})
    _found_out.update({asked[name].made_from: found for name, found in new.items()})
    return known | new


def broken(workspace: Workspace, quarters: Sequence[str]) -> list[Outcome]:
    """The broken contracts and sums among what was found of some quarters and of the tables without one."""
    found = outcomes_in(Lake(workspace.lake).read("check_result", [REFERENCE, *quarters]))
    return [outcome for outcome in found if outcome.severity == "error" and not outcome.met]


def unchecked(workspace: Workspace, quarters: Sequence[str]) -> list[str]:
    """The quarters, and ``reference``, of which rows or laws changed since they were checked, or that never were."""
    found = [] if up_to_date(partial(reference_check_result, workspace)) else [REFERENCE]
    return found + [quarter for quarter in quarters if not up_to_date(partial(check_result, workspace, [quarter]))]


def _keep(workspace: Workspace, wanted: Mapping[str, Sequence[tuple[str, str]]]) -> list[Made]:
    """Write each partition of ``check_result`` of which a table changed; wanted: partition → tables and theirs."""
    lake = Lake(workspace.lake)

    @cache
    def of(table: str) -> dict[str, list[Outcome]]:
        # Asked for by the first partition that is written; for the others it is done by then.
        return outcomes(
            workspace, table, [name for parts in wanted.values() for other, name in parts if other == table]
        )

    def keep(partition: str) -> Made:
        def fill(path: Path) -> None:
            write_table(kept(outcome for table, name in wanted[partition] for outcome in of(table)[name]), path)

        made_from = [_made_from(lake, table, name) for table, name in wanted[partition]]
        return lake.refresh("check_result", partition, fill, made_from=made_from)

    return [keep(partition) for partition in wanted]


def _made_from(lake: Lake, table: str, partition: str) -> str:
    others = _conserved_hashes(lake, partition) if table == CONSERVED else []
    return fingerprint_of(_terms(table), partition, *lake.hashes(table, [partition]), *others)


@cache
def _terms(table: str) -> str:
    held = suite(table)
    code = (code_hash("pipelines.checking"), statement("pipelines", "conservation"))
    return fingerprint_of(held.held_to.model_dump_json(), *map(repr, held.laws), *code)


def _remembered(lake: Lake, table: str, partition: str, made_from: str) -> list[Outcome]:
    if made_from in _found_out:
        return _found_out[made_from]
    name = _kept_in(table, partition)
    if not lake.path("check_result", name).exists():
        return []
    found = outcomes_in(lake.read("check_result", [name]))
    return [outcome for outcome in found if outcome.made_from == made_from]


def _kept_in(table: str, partition: str) -> str:
    """The partition of ``check_result`` that holds what was found in a partition of a table."""
    if table == "observation":
        return of_release(partition)
    if table in REVISIONS:
        return _of_revision(partition)
    if table in SIGNALS:
        return _of_signal(partition)
    return REFERENCE if partition == whole(table) else partition.rpartition("-")[2]


def _find_out(workspace: Workspace, table: str, parts: Mapping[str, Part]) -> dict[str, list[Outcome]]:
    if not parts:
        return {}
    names = cache(lambda: {receipt.sha256[:SHA]: receipt.name for receipt in receipts(workspace, refused=True)})
    found = hold(suite(table), parts, names, partial(local_engine, workspace))
    if table == CONSERVED:
        found = {name: [*of, *conserved(workspace, name, parts[name].made_from)] for name, of in found.items()}
    return found


def conserved(workspace: Workspace, quarter: str, made_from: str = "") -> list[Outcome]:
    """Whether every row and every yuan of a quarter is where it should be, law by law; a law broken counts as one."""
    lake = Lake(workspace.lake)
    raw_rows = [lake.note_of(f"raw_{form}", quarter).rows for form in FIRM_FORMS]
    with local_engine(workspace) as work:
        tables = {table: lake.existing(table, [quarter]) for table in _THROUGH}
        work.add(raw_count=pa.table({"rows_in": raw_rows}), **tables)
        found = work.rows(statement("pipelines", "conservation")).to_pylist()
    return [
        Outcome(
            quarter=quarter,
            table=CONSERVED,
            expectation="conservation",
            column=law["law"],
            column_zh=law["law_zh"],
            requirement="两边应相等",
            severity="error",
            engine="sql",
            rows=sum(raw_rows),
            unexpected=int(law["left_side"] != law["right_side"]),
            places="",
            made_from=made_from,
        )
        for law in found
    ]


def _conserved_hashes(lake: Lake, quarter: str) -> list[str]:
    tables = (*(f"raw_{form}" for form in FIRM_FORMS), *_THROUGH)
    return [digest for table in tables for digest in lake.hashes(table, [quarter])]
