"""Cells: the sums that leave the microdata, by region and class, for every vintage.

Belongs here: which statement makes which cell table. Does not belong here: the statements (indicators/sql).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from classification import arrow_tables, load_standard
from indicators.quarter import Quarter
from pipelines.engine import Engine, statement
from pipelines.engines import unit_engine
from pipelines.ingest.forms import forms
from pipelines.lake import ALL, Lake, Made, table_hash, up_to_date
from pipelines.steps import annual, claims, classified, core, imputed, ledgers, queries, raw, register
from pipelines.workspace import Workspace

# The parts of the economy of which the survey of digital use gives rates.
SURVEY_SECTORS: Final = ("all", "industry", "secondary", "tertiary")
# Parts whose counties are looked at together: of each finest cell the engine holds the largest two, and spills none.
AT_ONCE: Final = 8_000_000
# What published cells are made of: which units have several parts, what those of one add up to, and these.
_BY_COUNTY: Final = ("county_cell", "county_largest")
ADDED: Final = ("several_parts", *_BY_COUNTY, "together")


def stale(workspace: Workspace, quarters: Iterable[str]) -> list[str]:
    """What is not as the files received and the code of today would make it: quarters, and ``年报与参考表``."""
    found = [] if up_to_date(partial(reference, workspace)) else ["年报与参考表"]
    return found + [quarter for quarter in quarters if not up_to_date(partial(quarterly, workspace, quarter))]


def reference(workspace: Workspace) -> None:
    """Make all tables that are not quarterly, in their order."""
    for form in forms().values():
        if form.period == "none":
            raw.raw(workspace, form.id)
    annual.core_annual(workspace)
    core.core_digital_use(workspace)
    for table in core.SMALL_TABLES:
        core.core_small(workspace, table)
    classified.cell_annual(workspace)
    classified.class_rate(workspace)
    cell_adoption(workspace)
    classified.cell_size(workspace, places(workspace))
    ledgers.make_ledgers(workspace)


def quarterly(workspace: Workspace, quarter: str) -> None:
    """Make all tables of a quarter from raw to cells, in their order; ``reference`` comes first."""
    for form in core.FIRM_FORMS:
        raw.raw(workspace, form, quarter)
    register.core_register(workspace, quarter)
    register.core_change(workspace, quarter)
    core.core_return(workspace, quarter)
    queries.core_query(workspace, quarter)
    classified.class_return(workspace, quarter)
    imputed.class_missing(workspace, quarter)
    classified.class_part(workspace, quarter)
    cell_leaf(workspace, quarter)
    cell_published(workspace, quarter)
    cell_crossed(workspace, quarter)
    cell_concentration(workspace, quarter)
    cell_population(workspace, quarter)
    claims.class_check(workspace, quarter)


def cell_leaf(workspace: Workspace, quarter: str) -> Made:
    """The finest cells of a quarter."""
    lake, text = Lake(workspace.lake), statement("indicators", "cell_leaf")

    def fill(path: Path) -> None:
        with unit_engine(workspace) as work:
            work.add(class_part=lake.existing("class_part", [quarter]))
            work.write(text, path)

    return lake.refresh("cell_leaf", quarter, fill, made_from=[*lake.hashes("class_part", [quarter]), text])


def cell_published(workspace: Workspace, quarter: str) -> Made:
    """The cells of every published region and class of a quarter."""
    lake, membership, place = Lake(workspace.lake), arrow_tables()["membership"], places(workspace)
    texts = [statement("indicators", name) for name in (*ADDED, "cell_published")]

    def fill(path: Path) -> None:
        paths = lake.existing("class_part", [quarter])
        with unit_engine(workspace) as work:
            work.add(class_part=paths, membership=membership, place=place)
            add_up(work, sum(pq.read_metadata(one).num_rows for one in paths), place)
            work.write(texts[-1], path)

    made_from = [*lake.hashes("class_part", [quarter]), *texts, table_hash(membership), table_hash(place)]
    return lake.refresh("cell_published", quarter, fill, made_from=made_from)


def add_up(work: Engine, parts: int, place: pa.Table, *, at_once: int = AT_ONCE) -> None:
    """Keep ``ADDED``, so many counties after the other that the groups of their parts find room.

    Args:
        work: with class_part, membership and place.
        parts: how many rows class_part has.
        place: county, region.
        at_once: parts whose counties are looked at together, if they have as many as others.
    """
    first, *_, last = ADDED
    work.keep(first, statement("indicators", first))
    counties = sorted(set(place["county"].to_pylist()))
    size = max(1, len(counties) * at_once // max(parts, 1))
    for start in range(0, len(counties), size):
        work.add(chosen=pa.table({"county": counties[start : start + size]}))
        for name in _BY_COUNTY:
            (work.append if start else work.keep)(name, statement("indicators", name))
    work.keep(last, statement("indicators", last))


def cell_crossed(workspace: Workspace, quarter: str) -> Made:
    """Units that crossed the threshold within the year, with what they had a year ago."""
    lake, text = Lake(workspace.lake), statement("indicators", "cell_crossed")
    last = classified.year_before(workspace, quarter)

    def fill(path: Path) -> None:
        with unit_engine(workspace) as work:
            work.add(class_part=lake.existing("class_part", [quarter]), last_return=last)
            work.write(text, path)

    made_from = [*lake.hashes("class_part", [quarter]), *classified.last_hashes(lake, last), text]
    return lake.refresh("cell_crossed", quarter, fill, made_from=made_from)


def cell_concentration(workspace: Workspace, quarter: str) -> Made:
    """How concentrated the core and its divisions are in a quarter."""
    lake, text = Lake(workspace.lake), statement("indicators", "cell_concentration")
    membership, place = arrow_tables()["membership"], places(workspace)

    def fill(path: Path) -> None:
        with unit_engine(workspace) as work:
            work.add(class_part=lake.existing("class_part", [quarter]), membership=membership, place=place)
            work.write(text, path)

    made_from = [*lake.hashes("class_part", [quarter]), text, table_hash(membership), table_hash(place)]
    return lake.refresh("cell_concentration", quarter, fill, made_from=made_from)


def cell_population(workspace: Workspace, quarter: str) -> Made:
    """Registered units of a quarter, and those that came and left."""
    lake, text = Lake(workspace.lake), statement("indicators", "cell_population")
    membership, place, inputs = arrow_tables()["membership"], places(workspace), ("core_register", "core_change")

    def fill(path: Path) -> None:
        with unit_engine(workspace) as work:
            work.add(membership=membership, place=place)
            work.add(**{table: lake.existing(table, [quarter]) for table in inputs})
            work.write(text, path, {"quarter": quarter, "last_day": Quarter.parse(quarter).last_day})

    made_from = [
        *(digest for table in inputs for digest in lake.hashes(table, [quarter])),
        *(text, statement("pipelines", "functions"), table_hash(membership), table_hash(place)),
    ]
    return lake.refresh("cell_population", quarter, fill, made_from=made_from)


def cell_adoption(workspace: Workspace) -> Made:
    """Firms that use digital technology, by year, region and sector."""
    lake, text = Lake(workspace.lake), statement("indicators", "cell_adoption")
    functions = statement("pipelines", "functions")
    place, sectors = places(workspace), survey_sectors()

    def fill(path: Path) -> None:
        with unit_engine(workspace) as work:
            work.add(core_digital_use=lake.existing("core_digital_use"), place=place, sector_of=sectors)
            work.write(text, path)

    made_from = [*lake.hashes("core_digital_use"), text, functions, table_hash(place), table_hash(sectors)]
    return lake.refresh("cell_adoption", ALL, fill, made_from=made_from)


def places(workspace: Workspace) -> pa.Table:
    """Which regions a county belongs to: itself and the workspace's place."""
    city = workspace.city
    pairs = [(c.code, region) for c in city.counties for region in (c.code, city.code)]
    return pa.table(
        {
            "county": pa.array([county for county, _ in pairs], pa.string()),
            "region": pa.array([region for _, region in pairs], pa.string()),
        }
    )


def survey_sectors() -> pa.Table:
    """Division → the sectors of the digital-use survey: all, the secondary or tertiary sector, and industry."""
    pairs = [
        (place.division, sector)
        for place in load_standard().sectors.values()
        for sector in ("all", place.three_sector, place.sector)
        if sector in SURVEY_SECTORS
    ]
    return pa.table(
        {
            "division": pa.array([division for division, _ in pairs], pa.string()),
            "sector": pa.array([sector for _, sector in pairs], pa.string()),
        }
    )
