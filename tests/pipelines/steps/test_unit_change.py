"""What units did, and what it means for level and growth: the statement alone, on a few units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from indicators.comparable import comparable_growth
from pipelines.contracts import contract
from pipelines.engine import engine, statement

DAY, FAR = dt.date(2023, 4, 20), dt.date(9999, 12, 31)
EAST, WEST, CITY = "990101", "990102", "990100"
# unit, county, class, this year, its base, last year (None: not there)
UNITS: list[tuple[str, str, str, int | None, int, int | None]] = [
    ("stays", EAST, "01", 1000, 900, 900),
    *((f"new{n}", EAST, "01", 100, 0, None) for n in range(3)),
    *((f"gone{n}", EAST, "03", None, 0, 50) for n in range(3)),
    ("moved", WEST, "01", 70, 60, 60),
    ("alone", WEST, "03", 30, 0, None),
]
EVENTS = [
    *((f"new{n}", "entry", None) for n in range(3)),
    *((f"gone{n}", "exit", None) for n in range(3)),
    ("moved", "move", WEST),
    ("moved", "recode", "3911"),
    ("alone", "entry", None),
]


def parts(rows: Sequence[tuple[str, str, str, int, int]]) -> pa.Table:
    held_to = contract("class_part")
    zero: dict[str, Any] = {c.name: 0 if c.type in {"yuan", "int"} else "" for c in held_to.columns}
    said = [
        zero
        | {"known_from": dt.date(2023, 1, 1), "known_to": FAR, "origin": "measured", "row_id": f"{unit}{de}"}
        | {"unit": unit, "county": county, "de": de, "va": va, "va_base": base}
        for unit, county, cls, va, base in rows
        for de in (f"{cls}0101",)
    ]
    return pa.Table.from_pylist(said, schema=held_to.schema)


def changes(events: Sequence[tuple[str, str, str | None]] = EVENTS) -> pd.DataFrame:
    now = [(u, county, cls, va, base) for u, county, cls, va, base, _ in UNITS if va is not None]
    then = [
        (u, EAST if u == "moved" else county, cls, last, 0) for u, county, cls, _, _, last in UNITS if last is not None
    ]
    known = {"known_from": dt.date(2023, 1, 1), "known_to": FAR, "quarter": "2023Q1", "kind": "legal"}
    said = [known | {"unit": unit, "event": event, "value_after": after} for unit, event, after in events]
    place = pa.table({"county": [EAST, EAST, WEST, WEST], "region": [EAST, CITY, WEST, CITY]})
    with engine() as work:
        work.add(core_change=pa.Table.from_pylist(said, schema=_nullable("core_change")), place=place)
        work.add(part=parts(now), last_part=parts(then))
        asked = {"quarter": "2023Q1", "as_of": DAY, "place": CITY, "fewest": 3}
        rows = work.rows(statement("pipelines", "unit_change"), asked).cast(contract("unit_change").schema)
    return rows.to_pandas().set_index(["region", "class", "event"])


def _nullable(table: str) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in contract(table).schema])


def test_counts_and_effects() -> None:
    found = changes()
    entry = found.loc[EAST, "core", "entry"]
    assert (entry["units"], entry["value_added"], entry["base_change"]) == (3, 300, 0)
    assert entry["pull"] == round(300 / 900, 12)
    gone = found.loc[CITY, "03", "exit"]
    assert (gone["units"], gone["value_added"], gone["base_change"]) == (3, 0, -150)
    assert (CITY, "core", "entry") in found.index  # in the city the fourth entry has company
    assert found.loc[CITY, "core", "entry"]["units"] == 4


def test_a_unit_counts_once_and_few_units_have_no_value() -> None:
    found = changes()
    west = found.loc[WEST, "core", "other"]  # one that entered and one that was recoded and moved
    assert west["units"] == 2
    assert west[["value_added", "base_change", "pull"]].isna().all()
    assert found.loc[WEST].index.tolist() == [("core", "other")]
    assert found.loc[CITY, "01", "other"]["units"] == 1


def test_the_heir_of_a_merger_stands_beside_what_it_absorbed() -> None:
    mergers = [(f"gone{n}", "merger", "stays") for n in range(3)]
    found = changes(mergers).loc[CITY, "core", "merger"]
    assert found["units"] == 3
    assert found["value_added"] == 1000
    assert found["base_change"] == -150  # the heir reports a base without them


def test_the_base_changes_as_on_the_bridge_of_comparable_growth() -> None:
    current = pd.DataFrame(
        [(u, county, va, base) for u, county, _, va, base, _ in UNITS if va is not None],
        columns=["unit", "county", "value", "base"],
    )
    previous = pd.DataFrame(
        [(u, EAST if u == "moved" else county, last) for u, county, _, _, _, last in UNITS if last is not None],
        columns=["unit", "county", "value"],
    )
    bridge = comparable_growth(current, previous, by="county").bridge.groupby("cause")["value"].sum()
    assert changes().loc[CITY, "core", "exit"]["base_change"] == bridge["exit"]
