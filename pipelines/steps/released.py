"""Releases: the tables that leave, as known on a day, handed to the release room.

Belongs here: which tables a release holds. Does not belong here: how they look (release).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from indicators.catalogue import catalogue
from indicators.measure import MEASURED
from indicators.measure.development import AGGREGATION
from indicators.monitored import class_labels
from indicators.quarter import Quarter
from pipelines.engine import statement
from pipelines.engines import local_engine
from pipelines.ingest.forms import forms
from pipelines.lake import Lake
from pipelines.provenance import provenance
from pipelines.release.cut import cut
from pipelines.release.dictionary import release_contracts
from pipelines.steps.core import FIRM_FORMS
from pipelines.steps.missing import coverage
from pipelines.steps.observed import history, known_cells, observation, vintage
from pipelines.steps.revised import revisions
from pipelines.steps.suites import REVISIONS
from pipelines.steps.warned import signals
from pipelines.workspace import Workspace


def release(workspace: Workspace, quarter: str, as_of: dt.date, *, flash: bool = False) -> Path:
    """Cut the release of a quarter as known on a day, or its flash, in which missing returns are imputed.

    The observations are made anew if they are of another day or vintage.
    """
    lake, needed = Lake(workspace.lake), history(workspace, quarter)
    observation(workspace, quarter, as_of, flash=flash)
    coefficients, schemes = lake.read("core_coefficient"), lake.read("core_index_scheme")
    scheme = schemes.filter(pc.less_equal(schemes["known_from"], pa.scalar(as_of, pa.date32())))
    names = pa.Table.from_pandas(class_labels(), preserve_index=False)
    cells = published_cells(workspace, quarter, as_of, flash=flash)
    tables = {
        "observation": lake.read("observation", [quarter]),
        "catalogue": pa.Table.from_pandas(catalogue(), preserve_index=False),
        "class_label": pa.concat_tables([names, index_labels(scheme).cast(names.schema)]),
        "index_scheme": scheme,
        "cell_published": cells,
        "coefficient": coefficients.filter(_known_and_shared(coefficients, as_of)),
    }
    if needed and not flash:
        # A flash is followed by the preliminary figures themselves: its revisions are not split.
        revisions(workspace, quarter, as_of)
        tables |= {name: lake.read(name, [quarter]) for name in REVISIONS}
    if not flash:
        signals(workspace, quarter, as_of)
        fired = lake.read("signal", [quarter])
        tables["signal"] = fired.filter(pc.equal(fired["quarter"], quarter))
    if needed:
        tables["review_summary"] = _review_summary(workspace, needed, as_of)
        covered = [coverage(workspace, name, as_of, flash=flash) for name in needed]
        tables["coverage"] = pa.concat_tables(covered).select(release_contracts()["coverage"].names)
    counts = {name: len(table) for name, table in tables.items()}
    origin = {**provenance(workspace, as_of, coefficients), "counts": counts, "imputed": _imputed(tables, quarter)}
    return cut(workspace, Quarter.parse(quarter), as_of, tables, origin, vintage=vintage(flash=flash))


def published_cells(workspace: Workspace, quarter: str, as_of: dt.date, *, flash: bool = False) -> pa.Table:
    """The cells that a release holds: measured, in a flash imputed ones beside them.

    Raises:
        InputError: cells of some quarters are missing or were all learnt later.
    """
    lake = Lake(workspace.lake)
    cells = known_cells(lake, "cell_published", history(workspace, quarter), as_of)
    cells = cells if flash else cells.filter(pc.equal(cells["origin"], MEASURED))
    return cells.select(release_contracts()["cell_published"].names)


def index_labels(scheme: pa.Table) -> pa.Table:
    """Names of the nodes of the composite index as labels of classes, of several schemes the one received last."""
    received = sorted(scheme.to_pylist(), key=lambda row: (row["known_from"], row["base_year"]))
    named = {row["code"]: row for row in received}
    rows = [
        {"class": code, "name_zh": row["name_zh"], "name_en": row["name_zh"], "parent": row["parent"]}
        for code, row in sorted(named.items())
    ]
    if rows:
        rows.append({"class": AGGREGATION, "name_zh": "合成方式", "name_en": "Mean", "parent": ""})
    filled = [{"scheme": "index", "level": 1} | row for row in rows]
    return pa.Table.from_pylist(filled, schema=release_contracts()["class_label"].schema)


def _imputed(tables: dict[str, pa.Table], quarter: str) -> dict[str, int]:
    """How many returns of the release quarter are missing, and how many of them are imputed."""
    rows = tables["coverage"].to_pylist() if "coverage" in tables else []
    whole = [row for row in rows if row["quarter"] == quarter and row["survey"] == "all"]
    return {name: sum(row[name] for row in whole) for name in ("due", "missing", "imputed")}


def _known_and_shared(table: pa.Table, as_of: dt.date) -> pa.ChunkedArray:
    """Rows known by a day that hold for more than one unit: a unit's coefficient is that unit's value."""
    known = pc.less_equal(table["known_from"], pa.scalar(as_of, pa.date32()))
    return pc.and_(known, pc.not_equal(table["level"], "unit"))


def _review_summary(workspace: Workspace, quarters: list[str], as_of: dt.date) -> pa.Table:
    codes = pa.table({"sector": list(FIRM_FORMS), "form": [forms()[name].code for name in FIRM_FORMS]})
    with local_engine(workspace) as work:
        work.add(form=codes, class_return=Lake(workspace.lake).existing("class_return", quarters))
        return work.rows(statement("pipelines", "review_summary"), {"as_of": as_of})
