"""Reviewed returns of any number of made-up units, straight into a workspace's lake as the review writes them.

Belongs here: the columns that classifying, splitting and summing read, drawn with a fixed seed. Does not belong here:
files as received (firms), what is measured (scale).

Nothing here is a real unit or resembles one by design: classes, counties and amounts are drawn, heavy-tailed, and no
more is claimed for them than that there are as many of them as there would be. One day of receipt: one vintage.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from classification import arrow_tables
from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.ingest.rows import FOREVER
from pipelines.lake import ALL, Lake, write_table
from pipelines.steps import cells, core, raw, register
from pipelines.workspace import Workspace

QUARTER: Final = Quarter(2023, 1)
RECEIVED: Final = dt.date(2023, 4, 18)
SEED: Final = 20240131
_LEARNT: Final = dt.date(2022, 6, 30)  # when last year's rates and coefficients came
_CHUNK: Final = 1 << 18
_LARGEST: Final = 1e11  # yuan of a quarter; every product of money and a rate stays within 64 bits
_SURVEY: Final = dict.fromkeys("BCD", "industry") | {"E": "construction"} | dict.fromkeys("FH", "trade")
_SETTINGS: Final = """code = "{code}"
name = "演示"
kind = "province"
synthetic = true
first_quarter = "{quarter}"
last_quarter = "{quarter}"
[engine]
memory_limit = "{limit}"
"""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rung:
    """A rung of the ladder: how many units in how many counties."""

    name: str
    units: int
    counties: int


@cache
def _classes() -> pa.Table:
    gbt = arrow_tables()["gbt"]
    return gbt.filter(pc.equal(gbt["level"], "class")).combine_chunks()


def county_codes(counties: int) -> list[str]:
    """Codes of so many made-up counties."""
    return [f"{place:06d}" for place in range(100_001, 100_001 + counties)]


def workspace_of(home: Path, rung: Rung, *, limit: str = "") -> Workspace:
    """A workspace whose quarter has been reviewed: returns, rates and coefficients lie in its lake, nobody is missing.

    Args:
        home: an empty folder.
        rung: how large.
        limit: ``memory_limit`` of the engine; '' for its own.
    """
    home.mkdir(parents=True)
    said = _SETTINGS.format(code="100000", quarter=QUARTER, limit=limit)
    said += "".join(f'[[counties]]\ncode = "{code}"\nname = "{code}"\n' for code in county_codes(rung.counties))
    (home / "city.toml").write_text(said, encoding="utf-8")
    workspace = Workspace(home)
    lake = Lake(workspace.lake)
    cells.reference(workspace)
    for form in core.FIRM_FORMS:
        raw.raw(workspace, form, str(QUARTER))
    register.core_register(workspace, str(QUARTER))
    # With the fingerprint of the review of nothing, so that no step makes the returns again.
    core.core_return(workspace, str(QUARTER))
    fingerprint = lake.note_of("core_return", str(QUARTER)).fingerprint
    lake.write("core_return", str(QUARTER), lambda path: _write(returns(rung), path), fingerprint=fingerprint)
    write_known(lake, rung, QUARTER.year)
    none = contract("class_missing").schema.empty_table()
    lake.write("class_missing", str(QUARTER), lambda path: write_table(none, path), fingerprint="synthetic")
    return workspace


def write_known(lake: Lake, rung: Rung, year: int) -> None:
    """Rates and coefficients by which the returns of a year's quarters are valued and split, straight into a lake.

    They take the place of what the lake has (``cells.reference``), and its fingerprints: no step makes them again.
    """
    for table, rows in (("class_rate", _rates(rung, year - 1)), ("core_coefficient", _coefficients(rung))):
        whole = pa.table({name: rows[name] for name in contract(table).names}).cast(contract(table).schema)
        known = lake.note_of(table, ALL).fingerprint
        lake.write(table, ALL, lambda path, rows=whole: write_table(rows, path), fingerprint=known)  # type: ignore[misc]


def returns(rung: Rung) -> Iterator[pa.Table]:
    """The returns in the order of their row_id, contract core_return, piece by piece."""
    schema = contract("core_return").schema
    for number, start in enumerate(range(0, rung.units, _CHUNK)):
        size = min(_CHUNK, rung.units - start)
        columns = _columns(np.random.default_rng([SEED, number]), start, size, rung)
        yield pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _columns(random: np.random.Generator, start: int, size: int, rung: Rung) -> dict[str, Any]:
    classes = _classes()
    # Some classes and counties have many units, most have few.
    klass = pa.array((random.random(size) ** 2 * len(classes)).astype(np.int64) * 677 % len(classes))
    county = pa.array((random.random(size) ** 2 * rung.counties).astype(np.int64))
    number = pc.utf8_lpad(pa.array(np.arange(start, start + size)).cast(pa.string()), 9, "0")
    code = classes["code"].take(klass)
    lettered = pc.binary_join_element_wise(classes["section"].take(klass), code, "")
    kind = random.random(size)
    survey = pa.array([_SURVEY.get(section, "service") for section in classes["section"].to_pylist()])
    output = np.minimum(random.lognormal(16, 1.8, size), _LARGEST)
    aside = kind > 0.99
    text = pa.scalar("")
    return {
        "quarter": pa.repeat(pa.scalar(str(QUARTER)), size),
        "sector": survey.take(klass),
        "row_id": pc.binary_join_element_wise(pa.scalar("5f0c2a9be1d4"), pa.scalar("1"), number, ":"),
        "known_from": pa.repeat(pa.scalar(RECEIVED), size),
        "known_to": pa.repeat(pa.scalar(FOREVER), size),
        "unit": pc.binary_join_element_wise(pa.scalar("91100000"), number, pa.scalar("X"), ""),
        "name": pc.binary_join_element_wise(pa.scalar("演示"), number, ""),
        "county": pa.array(county_codes(rung.counties)).take(county),
        "gbt_received": pc.case_when(
            pc.make_struct(pa.array(kind < 0.04), pa.array(kind < 0.045)), lettered, pa.scalar("9999"), code
        ),
        "months": pa.repeat(pa.scalar(3), size),
        "output": _yuan(output),
        "output_base": _some(random, output * random.lognormal(-0.05, 0.2, size), 0.98),
        "revenue": _yuan(output * random.lognormal(0, 0.1, size)),
        "revenue_base": _some(random, output * random.lognormal(-0.05, 0.2, size), 0.98),
        "profit": _some(random, output * random.normal(0.05, 0.1, size), 0.99),
        "wages": _some(random, output * random.lognormal(-2, 0.3, size), 0.99),
        "vat": _some(random, output * random.lognormal(-3, 0.3, size), 0.99),
        "receivables": _some(random, output * random.lognormal(-1.5, 0.5, size), 0.95),
        "staff": _some(random, 1 + output / 3e5, 0.99),
        "status": pc.if_else(pa.array(aside), pa.scalar("set_aside"), pa.scalar("accepted")),
        "rules": pc.if_else(pa.array(aside), pa.scalar("H04"), text),
        "queries": pa.repeat(text, size),
    }


def _yuan(values: Floats) -> pa.Array:
    return pa.array(np.rint(values).astype(np.int64))


def _some(random: np.random.Generator, values: Floats, share: float) -> pa.Array:
    return pa.array(np.rint(values).astype(np.int64), mask=random.random(len(values)) > share)


def _rates(rung: Rung, year: int) -> pa.Table:
    """A rate of each division by the province, of each class by the city, and of some classes by some counties."""
    random = np.random.default_rng([SEED, 1 << 20])
    codes = _classes()["code"].to_pylist()
    divisions = sorted({code[:2] for code in codes})
    counties = county_codes(rung.counties)[::20]
    rows = [("province", "", "division", code) for code in divisions]
    rows += [("city", "", "class", code) for code in codes[::2]]
    rows += [("county", county, "class", code) for county in counties for code in codes[::10]]
    region, county, level, code = (list(column) for column in zip(*rows, strict=True))
    micro = random.integers(100_000, 600_000, len(rows))
    return pa.table({
        "year": pa.repeat(pa.scalar(year), len(rows)),
        "known_from": pa.repeat(pa.scalar(_LEARNT), len(rows)),
        "known_to": pa.repeat(pa.scalar(FOREVER), len(rows)),
        "region_level": region, "county": county, "code_level": level, "code": code,
        "rate": _micro(micro),
        "units": pa.repeat(pa.scalar(9), len(rows)),
        "source": pa.repeat(pa.scalar("synthetic"), len(rows)),
    })  # fmt: skip


def _coefficients(rung: Rung) -> pa.Table:
    """Coefficients of all starred classes: the nation's, those of some counties, those of some hundred units."""
    core = arrow_tables()["core_map"].to_pandas()
    starred = core[core["partial"]]
    random = np.random.default_rng([SEED, 1 << 21])
    units = [f"91100000{place:09d}X" for place in range(0, rung.units, max(rung.units // 500, 1))]
    keys = [
        ("nation", "*"),
        *(("county", code) for code in county_codes(rung.counties)[::7]),
        *(("unit", u) for u in units),
    ]
    levels = pd.DataFrame(keys, columns=["level", "key"])
    rows = starred.merge(levels, how="cross")
    micro = random.integers(0, 300_000, len(rows))
    day = {"valid_from": dt.date(2020, 1, 1), "valid_to": FOREVER, "known_from": _LEARNT}
    said = {"method": "expert", "source": "synthetic", "approver": "synthetic"}
    columns = {name: pa.repeat(pa.scalar(value), len(rows)) for name, value in {**day, **said}.items()}
    texts = {name: pa.array(rows[name].tolist(), pa.string()) for name in ("gbt", "de", "level", "key")}
    return pa.table({**columns, **texts, "k": _micro(micro)})


def _micro(values: npt.NDArray[np.int64]) -> pa.Array:
    """Millionths as a share."""
    whole = pa.array(values).cast(pa.decimal128(19, 0))
    return pc.multiply(whole, pa.scalar("0.000001").cast(pa.decimal128(7, 6))).cast(pa.decimal128(7, 6))


def _write(pieces: Iterator[pa.Table], path: Path) -> None:
    how: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "use_dictionary": _REPEATING}
    with pq.ParquetWriter(path, contract("core_return").schema, **how) as writer:
        for piece in pieces:
            writer.write_table(piece, row_group_size=122_880)


_REPEATING: Final = [
    "quarter",
    "sector",
    "known_from",
    "known_to",
    "county",
    "gbt_received",
    "months",
    "status",
    "rules",
    "queries",
]
