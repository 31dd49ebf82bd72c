"""What the city is owed follows what it takes in; where it is planted to swell, the rules of early warning say so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from classification import arrow_tables
from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.engine import engine, statement
from pipelines.sample.city import _turning
from pipelines.sample.events import turning_points
from pipelines.sample.items import money_items
from pipelines.sample.profile import SURVEYS, classes
from pipelines.sample.universe import Universe, flows, months_covered
from pipelines.warning.backtest import ANY, Score, backtest, read_points
from pipelines.warning.rules import rule, statement_of

DAY, EARLY, FAR = dt.date(2024, 1, 20), dt.date(2021, 1, 1), dt.date(9999, 12, 31)
QUARTERS = [Quarter(2021, 1) + n for n in range(12)]
Universes = tuple[Universe, list[dict[str, str]]]


def owed(universe: Universe, quarter: Quarter, survey: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who reports, what it is owed and what it took in."""
    values, mine = flows(universe, quarter), universe.survey() == SURVEYS.index(survey)
    places = np.flatnonzero(mine & universe.reporting(quarter))
    return places, money_items(universe, quarter, places, survey, values)["receivables"], values.revenue[places]


def test_receivables_follow_revenue_and_swell_where_they_are_planted(default_universe: Universes) -> None:
    universe, quarter = default_universe[0], Quarter(2022, 4)
    places, receivables, revenue = owed(universe, quarter, "service")
    assert np.corrcoef(np.log(receivables + 1), np.log(revenue + 1))[0, 1] > 0.8
    _, usual, _ = owed(replace(universe, turns=()), quarter, "service")
    hit = np.isin(places, next(point for point in turning_points() if point.id == "Z10").places(universe.units))
    flowing = np.isin(places, np.concatenate([t.places for t in universe.turns if t.item == "flows"]))
    assert hit.any()
    np.testing.assert_allclose(receivables[hit & ~flowing], usual[hit & ~flowing] * 1.4, atol=2)
    np.testing.assert_array_equal(receivables[~hit & ~flowing], usual[~hit & ~flowing])


def tables(universe: Universe) -> dict[str, pa.Table]:
    """Its returns and parts over three years, every firm wholly in the first digital class of its own."""
    digital = dict(reversed([(row["gbt"], row["de"]) for row in arrow_tables()["core_map"].to_pylist()]))
    frames = []
    for quarter in QUARTERS:
        values, klass = flows(universe, quarter), classes().gbt[universe.klass(quarter)]
        for at, survey in enumerate(SURVEYS):
            places, receivables, revenue = owed(universe, quarter, survey)
            said = {"unit": [universe.units.code[place].decode() for place in places], "gbt": klass[places]}
            said |= {"receivables": receivables, "revenue": revenue, "va": values.output[places]}
            said |= {"revenue_base": values.revenue_base[places], "months": months_covered(at, quarter)}
            frames.append(pd.DataFrame(said).assign(quarter=str(quarter), sector=survey))
    rows = pd.concat(frames, ignore_index=True)
    rows = rows.assign(row_id=[f"r{n:06}" for n in range(len(rows))], known_from=EARLY, known_to=FAR, county="419901")
    rows = rows.assign(status="accepted", origin="measured", de=rows["gbt"].map(digital).fillna("non_core"))
    found = {}
    for name, table in (("returned", "core_return"), ("class_part", "class_part")):
        schema = pa.schema([field.with_nullable(True) for field in contract(table).schema])
        found[name] = pa.Table.from_pandas(rows.reindex(columns=schema.names), schema=schema, preserve_index=False)
    return found


@pytest.fixture(scope="module")
def scores(default_universe: Universes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Score]:
    """How each level's rule does over the planted receivables, from what the city's firms report."""
    universe, asked = default_universe[0], {"as_of": DAY}
    listed = tmp_path_factory.mktemp("points") / "turning_points.csv"
    listed.write_text(_turning(universe), encoding="utf-8")
    points = read_points(listed)
    points = points[points["id"].isin([point.id for point in turning_points() if point.item == "receivables"])]
    signal, watched, fired = statement("pipelines", "signal"), [], []
    with engine() as work:
        changes = pa.schema([field.with_nullable(True) for field in contract("core_change").schema]).empty_table()
        work.add(**tables(universe), core_change=changes, membership=arrow_tables()["membership"])
        work.keep("receivables_pair", statement("pipelines", "receivables_pair"), asked)
        work.keep("of_class", statement("pipelines", "receivables_fact"), asked | {"fewest": 3})
        work.keep("of_firm", statement("pipelines", "firm_fact"), asked)
        work.alias("fact", "of_class")
        watched.append(work.rows("SELECT level, class AS subject, quarter FROM fact").to_pandas())
        fired.append(work.rows(statement_of(signal, rule("W09"))).to_pandas().rename(columns={"class": "subject"}))
        work.alias("fact", "of_firm")
        watched.append(work.rows(statement("pipelines", "firm_watched"), {"most": 20}).to_pandas())
        fired.append(work.rows(statement_of(signal, rule("W15"))).to_pandas().rename(columns={"unit": "subject"}))
    whole, found = pd.concat(watched), pd.concat([one[["level", "subject", "quarter"]] for one in fired])
    said = backtest(found.assign(kind="onset", rule=""), points, whole[whole["quarter"] >= "2022Q1"])
    return {one.level: one for one in said if one.kind == "onset" and one.rule == ANY}


def test_the_back_test_finds_what_was_planted_and_false_alarms(scores: dict[str, Score]) -> None:
    planted = {"industry": 3, "sector": 1, "firm": 1}
    assert {level: (one.points, one.hits, one.lag) for level, one in scores.items()} == {
        level: (count, count, 0.0) for level, count in planted.items()
    }
    # Noise alone lets receivables run ahead now and then, as it does in life.
    assert all(0 < one.alarms < 0.1 * one.quiet for one in scores.values())
