"""Tables of cells are the same bytes whatever the number of threads, the order of rows, and the files they lie in."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classification import arrow_tables
from classification.sizes import size_table
from pipelines import engine as engines
from pipelines.contracts import Column, contract
from pipelines.engine import engine, statement
from pipelines.lake import sha256_of, write_table
from pipelines.steps.cells import ADDED, add_up

# More rows than a group of the engine, so that several threads share the work.
ROWS: Final = 130_000
DAYS: Final = [dt.date(2023, 1, day) for day in (5, 12, 19)]
FAR: Final = dt.date(9999, 12, 31)
COUNTIES: Final = ("990101", "990102", "990103")
PLACE: Final = pa.table({
    "county": [county for county in COUNTIES for _ in range(2)],
    "region": [region for county in COUNTIES for region in (county, "990100")],
})  # fmt: skip
VALID: Final = {"year": 2022, "known_from": DAYS[0], "known_to": FAR}
ASKED: Final = {"quarter": "2023Q1", "as_of": DAYS[1], "place": "990100", "fewest": 3}
SMALL: Final = {"membership": arrow_tables()["membership"], "place": PLACE, "size_limit": size_table()}


def pairs(rows: int, draw: np.random.Generator) -> dict[str, Any]:
    """Classes that go with each other."""
    member = SMALL["membership"].select(["gbt", "de"]).group_by(["gbt", "de"]).aggregate([]).sort_by("gbt")
    found = member.take(pa.array(draw.integers(0, len(member), rows)))
    return {"gbt": found["gbt"], "de": found["de"]}


def column(said: Column, rows: int, draw: np.random.Generator) -> Any:
    """Values as a contract has them; few different ones, so that sums and groups have something to do."""
    words = {"county": COUNTIES, "quarter": ("2023Q1",), "sector": ("industry", "service")}.get(said.name, said.allowed)
    if said.type == "date":
        return [FAR] * rows if said.name == "known_to" else np.array(DAYS)[draw.integers(0, len(DAYS), rows)]
    if said.type == "yuan":
        return draw.integers(-(10**10), 10**12, rows)
    if said.type == "int":
        return draw.integers(0, 5000, rows) if said.name != "months" else np.full(rows, 3)
    if said.name == "row_id":
        return [f"r{n}" for n in range(rows)]
    texts = words or [f"{said.name}{n:04d}" for n in range(4000)]
    return np.array(texts)[draw.integers(0, len(texts), rows)]


@functools.cache
def drawn(table: str, seed: int, rows: int = ROWS) -> pa.Table:
    """Invented rows of a contract."""
    draw, held_to = np.random.Generator(np.random.PCG64(seed)), contract(table)
    made = {said.name: column(said, rows, draw) for said in held_to.columns}
    made |= {name: values for name, values in pairs(rows, draw).items() if name in made}
    return pa.table(made, schema=pa.schema([field.with_nullable(True) for field in held_to.schema]))


@functools.cache
def annual() -> dict[str, pa.Table]:
    """Invented annual returns with their shares, three tenths of a firm being of its class."""
    draw = np.random.Generator(np.random.PCG64(7))
    classes = pairs(ROWS, draw)
    money = {name: draw.integers(0, 10**9, ROWS) for name in ("va", "output", "revenue", "rd", "total_assets")}
    units = [f"u{n:05d}" for n in draw.integers(0, 20_000, ROWS)]
    returned = {"row_id": [f"r{n}" for n in range(ROWS)], "unit": units, "sector": ["industry"] * ROWS}
    returned |= {"county": column(contract("class_part").columns[6], ROWS, draw), "gbt": classes["gbt"]}
    share = {"row_id": returned["row_id"], "de": classes["de"]}
    limits = {name: pa.array([Decimal(k)] * ROWS, pa.decimal128(7, 6)) for name, k in (("k_lo", 0), ("k_hi", 1))}
    return {
        "returned": pa.table(returned | money | {"staff": draw.integers(0, 2000, ROWS)}),
        "share": pa.table(share | limits),
    }


@functools.cache
def owed() -> dict[str, pa.Table]:
    """Invented pairs of what is owed now and was a year ago."""
    draw = np.random.Generator(np.random.PCG64(8))
    money = ("receivables", "receivables_before", "revenue", "revenue_before")
    units = [f"unit{n:04d}" for n in draw.integers(0, 4000, ROWS)]
    said = {"quarter": ["2023Q1"] * ROWS, "row_id": [f"r{n}" for n in range(ROWS)], "unit": units}
    return {"receivables_pair": pa.table(said | {name: draw.integers(1, 10**12, ROWS) for name in money})}


@functools.cache
def judged() -> dict[str, pa.Table]:
    """Invented returns as judged, some units with several, of which some are held by those of their legal units."""
    rows = drawn("core_return", 2)
    places = {"file": pa.array([f"f{n % 7}" for n in range(ROWS)]), "row": pa.array(range(ROWS))}
    whole = pa.table({name: rows[name] for name in rows.column_names} | places)
    units = [f"unit{n:04d}" for n in range(0, 4000, 9)]
    days = {"since": pa.array([DAYS[1]] * len(units)), "until": pa.array([FAR] * len(units))}
    return {"judged": whole, "reviewed": whole, "counted_twice": pa.table({"unit": units} | days)}


@functools.cache
def parted() -> dict[str, pa.Table]:
    """Invented parts of units of which a third have several, and what published cells are made of."""
    rows = drawn("class_part", 1)
    own = pa.array([f"own{n}" if n % 3 else unit for n, unit in enumerate(rows["unit"].to_pylist())])
    class_part = rows.set_column(rows.schema.get_field_index("unit"), "unit", own)
    made = {"class_part": class_part}
    with engine() as work:
        work.add(**SMALL, **made)
        add_up(work, len(rows), PLACE)
        return made | {name: work.rows(f"FROM {name}") for name in ADDED}


INVENTED: Final = {"annual": annual, "owed": owed, "judged": judged, "parted": parted}
CASES: Final[Mapping[str, tuple[str, Mapping[str, Any], Mapping[str, object]]]] = {
    "core_return": ("pipelines", {"judged": "judged", "reviewed": "judged", "counted_twice": "judged"}, {}),
    "cell_leaf": ("indicators", {"class_part": ("class_part", 1)}, {}),
    "cell_published": ("indicators", dict.fromkeys(ADDED[1:], "parted"), {}),
    "touched_unit": ("pipelines", {"part": ("class_part", 1), "part_before": ("class_part", 5)}, {}),
    "cell_concentration": ("indicators", {"class_part": ("class_part", 1)}, {}),
    "cell_crossed": ("indicators", {"class_part": ("class_part", 1), "last_return": ("core_return", 2, 2000)}, {}),
    "cell_population": (
        "indicators",
        {"core_register": ("core_register", 3), "core_change": ("core_change", 4)},
        {"quarter": "2023Q1", "last_day": dt.date(2023, 3, 31)},
    ),
    "unit_change": (
        "pipelines",
        {"core_change": ("core_change", 4), "part": ("class_part", 1), "last_part": ("class_part", 5)},
        ASKED,
    ),
    "firm_fact": (
        "pipelines",
        {
            "class_part": ("class_part", 1),
            "core_change": ("core_change", 4),
            "returned": ("core_return", 2, 2000),
            "receivables_pair": "owed",
        },
        {"as_of": dt.date(2023, 4, 20)},
    ),
    "receivables_fact": (
        "pipelines",
        {"class_part": ("class_part", 1), "receivables_pair": "owed"},
        {"as_of": dt.date(2023, 4, 20), "fewest": 3},
    ),
    "without_largest": (
        "pipelines",
        {"class_part": ("class_part", 1)},
        {"as_of": dt.date(2023, 4, 20), "fewest": 3},
    ),
    "cell_annual": ("indicators", {"returned": "annual", "share": "annual"}, VALID),
    "cell_size": ("indicators", {"returned": "annual", "share": "annual"}, VALID),
}


def inputs(named: Mapping[str, Any]) -> dict[str, pa.Table]:
    return {name: INVENTED[of]()[name] if isinstance(of, str) else drawn(*of) for name, of in named.items()}


def made(folder: Path, text: str, tables: Mapping[str, pa.Table], asked: Mapping[str, object], files: int) -> Path:
    """The table that a statement writes over inputs that lie in some files."""
    folder.mkdir()
    with engine(folder) as work:
        work.add(**SMALL)
        for name, table in tables.items():
            size = -(-len(table) // files)
            paths = [folder / f"{name}{n}.parquet" for n in range(files)]
            for n, path in enumerate(paths):
                write_table(table.slice(n * size, size), path)
            work.add(**{name: paths})
        work.write(text, folder / "out.parquet", asked or None)
    return folder / "out.parquet"


@pytest.mark.parametrize("table", CASES)
def test_neither_threads_nor_order_nor_files_change_a_table(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte; over several files row for row, for the engine takes from a single one what is never null."""
    package, named, asked = CASES[table]
    text, tables = statement(package, table), inputs(named)
    draw, connect, found = np.random.Generator(np.random.PCG64(9)), duckdb.connect, []
    shuffled = {name: rows.take(pa.array(draw.permutation(len(rows)))) for name, rows in tables.items()}
    for n, (threads, given, files) in enumerate(((1, tables, 1), (2, shuffled, 1), (8, shuffled, 1), (8, shuffled, 3))):

        def with_threads(config: dict[str, Any], threads: int = threads) -> duckdb.DuckDBPyConnection:
            return connect(config=config | {"threads": threads})

        monkeypatch.setattr(engines.duckdb, "connect", with_threads)
        found.append(made(tmp_path / str(n), text, given, asked, files))
    *same, parted = found
    assert len({sha256_of(path) for path in same}) == 1
    rows = pq.read_table(same[0])
    assert len(rows)
    assert pq.read_table(parted).cast(rows.schema).equals(rows)
