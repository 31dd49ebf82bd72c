"""Classify and sum the returns of a quarter in several ways that give the same cells in the same order.

Belongs here: the project's own statements, the plainest SQL, polars, pandas, a bare scan, each over one lake.
Does not belong here: the returns (units), the clock, the table of results (scale).

The others are written by hand for these returns alone: they know how codes are spelled here, that nothing was corrected
and nobody is missing, that rates and coefficients are known, and that money fits in 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from benchmarks.units import QUARTER, RECEIVED
from classification import arrow_tables
from indicators.rates import known_rates
from pipelines.contracts import contract
from pipelines.engine import Engine, statement
from pipelines.engines import unit_engine
from pipelines.ingest.rows import FOREVER
from pipelines.lake import Lake
from pipelines.steps.classified import Vintage, vector_table, view_classed, view_parts
from pipelines.workspace import EngineTerms, Workspace

CELL: Final = ["county", "sector", "gbt", "de"]
SUMS: Final = ["units", "va", "va_base", "output"]
# What a cell rests on: the columns that nobody can do without.
NEEDED: Final = ["sector", "unit", "county", "gbt_received", "output", "output_base", "status"]
_MILLION: Final = 1_000_000
_SPARK: Final = {"spark.driver.memory": "8g"}
_LEAF: Final = f"SELECT {', '.join([*CELL, *SUMS])} FROM leaf"

Run = Callable[[], Any]


def ours(home: Path, scope: str) -> Run:
    """The statements of production from reviewed returns to the finest cells, each reading the one before."""
    return _of_production(Workspace(home), scope)


def on_spark(home: Path, scope: str) -> Run:
    """The same statements on Spark within this machine; its Java is started before anything is timed."""
    city = Workspace(home).city
    workspace = Workspace(home, city.model_copy(update={"engine": EngineTerms(kind="spark", settings=_SPARK)}))
    with unit_engine(workspace) as work:
        work.rows("SELECT 1 AS started")
    return _of_production(workspace, scope)


def _of_production(workspace: Workspace, scope: str) -> Run:
    # Named as values, the classes of the core are looked for before anything is looked up for a unit.
    core = ", ".join(f"'{code}'" for code in sorted(set(arrow_tables()["core_map"]["gbt"].to_pylist())))
    asked = {"all": "TRUE", "core": f"gbt IN ({core}) AND de <> 'non_core'"}[scope]

    def run() -> Any:
        with unit_engine(workspace) as work:
            view_cells(work, workspace)
            return work.rows(f"{_LEAF} WHERE {asked}")

    return run


def view_cells(work: Engine, workspace: Workspace) -> None:
    """Make the finest cells of the quarter known as ``leaf``, no table between them and the returns."""
    lake = Lake(workspace.lake)
    work.add(core_return=lake.existing("core_return", [str(QUARTER)]), **arrow_tables())
    view_classed(work)
    work.alias("class_return", "classed_return")
    for table in ("class_missing", "core_register"):
        work.add(**{table: lake.existing(table, [str(QUARTER)])})
    work.add(last_return=contract("core_return").schema.empty_table())
    rates, coefficients = (lake.read(table).to_pandas() for table in ("class_rate", "core_coefficient"))
    view_parts(work, Vintage(RECEIVED, FOREVER), QUARTER, rates, coefficients)
    work.alias("class_part", "valid_part")
    work.view("leaf", statement("indicators", "cell_leaf"))


def by_hand(home: Path, scope: str) -> Run:
    """One SQL statement: numbers for texts in the keys, whole numbers for shares, only the joins needed here."""
    lake = Lake(Workspace(home).lake)
    small = _small(lake)
    whole = {"all": "LEFT", "core": "INNER"}[scope]

    def run() -> Any:
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            for name, table in small.items():
                connection.register(name, table)
            connection.read_parquet(str(_returns(lake))).create_view("core_return")
            return connection.sql(_BY_HAND.format(join=whole)).to_arrow_table()

    return run


def with_polars(home: Path, scope: str) -> Run:
    """A lazy frame of polars, collected in its streaming engine."""
    lake = Lake(Workspace(home).lake)
    small = {name: pl.from_arrow(table).lazy() for name, table in _small(lake).items()}  # type: ignore[union-attr]

    def run() -> Any:
        text, key = pl.col("gbt_received"), ["number", "key"]
        rows = (
            pl.scan_parquet(_returns(lake))
            .filter(pl.col("status") == "accepted")
            .select("sector", "unit", "county", "output", pl.col("output_base").fill_null(0), text.alias("written"))
            .join(small["spelled"], on="written")
        )
        if scope == "core":
            rows = rows.join(small["core"], on="number", how="semi")
        valued = (
            rows.join(small["own_rate"], on=["county", "number"], how="left")
            .join(small["rate"], on="number", how="left")
            .with_columns(rate=pl.coalesce("own", "wide"))
            .with_columns(
                va=_portion(pl.col("output"), pl.col("rate")), va_base=_portion(pl.col("output_base"), pl.col("rate"))
            )
            .join(small["unit_vector"], left_on=["number", "unit"], right_on=key, how="left")
            .join(small["county_vector"], left_on=["number", "county"], right_on=key, how="left")
            .with_columns(vector=pl.coalesce("of_unit", "of_county", pl.lit("*")))
            .join(small["part"], on=["number", "vector"], how="left")
            .with_columns(
                pl.col("de").fill_null("non_core"), pl.col("lo").fill_null(0), pl.col("hi").fill_null(_MILLION)
            )
        )
        pieces = {
            name: _portion(pl.col(name), pl.col("hi")) - _portion(pl.col(name), pl.col("lo")) for name in SUMS[1:]
        }
        found = (
            valued.with_columns(**pieces)
            .group_by("county", "sector", "number", "de")
            .agg(pl.len().alias("units"), *(pl.col(name).sum() for name in SUMS[1:]))
            .join(small["name"], on="number")
        )
        if scope == "core":
            found = found.filter(pl.col("de") != "non_core")
        return found.select(*CELL, *SUMS).sort(CELL).collect(engine="streaming").to_arrow()

    return run


def with_pandas(home: Path, scope: str) -> Run:
    """Data frames in memory, Arrow texts, the columns needed and no others."""
    lake = Lake(Workspace(home).lake)
    small = {name: table.to_pandas() for name, table in _small(lake).items()}

    def run() -> Any:
        rows = pd.read_parquet(_returns(lake), columns=NEEDED, dtype_backend="pyarrow")
        rows = rows[rows["status"] == "accepted"].merge(small["spelled"], left_on="gbt_received", right_on="written")
        if scope == "core":
            rows = rows[rows["number"].isin(small["core"]["number"])]
        rows = rows.merge(small["own_rate"], on=["county", "number"], how="left").merge(
            small["rate"], on="number", how="left"
        )
        rate = rows["own"].fillna(rows["wide"]).astype("int64")
        output, base = rows["output"].astype("int64"), rows["output_base"].fillna(0).astype("int64")
        rows = rows.assign(output=output, va=_portion(output, rate), va_base=_portion(base, rate))
        for vector, key in (("unit_vector", "unit"), ("county_vector", "county")):
            rows = rows.merge(small[vector], left_on=["number", key], right_on=["number", "key"], how="left").drop(
                columns="key"
            )
        rows = rows.assign(vector=rows["of_unit"].fillna(rows["of_county"]).fillna("*"))
        rows = rows.merge(small["part"], on=["number", "vector"], how="left")
        low, high = rows["lo"].fillna(0).astype("int64"), rows["hi"].fillna(_MILLION).astype("int64")
        rows = rows.assign(de=rows["de"].fillna("non_core"), units=1)
        rows = rows.assign(**{name: _portion(rows[name], high) - _portion(rows[name], low) for name in SUMS[1:]})
        found = rows.groupby(["county", "sector", "number", "de"], as_index=False)[SUMS].sum().merge(small["name"])
        if scope == "core":
            found = found[found["de"] != "non_core"]
        return pa.Table.from_pandas(found[[*CELL, *SUMS]].sort_values(CELL), preserve_index=False)

    return run


def bare_scan(home: Path, scope: str) -> Run:  # noqa: ARG001 - all jobs take the same
    """Every value of the columns that are needed, looked at once: the limit."""
    lake = Lake(Workspace(home).lake)
    looked = ", ".join(f"sum({name})" if name.startswith("output") else f"sum(strlen({name}))" for name in NEEDED)

    def run() -> Any:
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            return connection.read_parquet(str(_returns(lake))).aggregate(looked).fetchall()

    return run


WAYS: Final = {
    "ours": ours,
    "hand": by_hand,
    "polars": with_polars,
    "pandas": with_pandas,
    "spark": on_spark,
    "scan": bare_scan,
}

_BY_HAND: Final = f"""
WITH coded AS (
  SELECT r.*, s.number FROM core_return AS r JOIN spelled AS s ON s.written = r.gbt_received WHERE r.status = 'accepted'
), valued AS (
  SELECT r.county, r.sector, r.number, r.unit, r.output,
         (r.output * coalesce(o.own, w.wide) + {_MILLION // 2} * sign(r.output)) // {_MILLION} AS va,
         (coalesce(r.output_base, 0) * coalesce(o.own, w.wide) + {_MILLION // 2} * sign(coalesce(r.output_base, 0)))
           // {_MILLION} AS va_base
  FROM coded AS r
  {{join}} JOIN core AS c ON c.number = r.number
  LEFT JOIN own_rate AS o ON o.county = r.county AND o.number = r.number
  JOIN rate AS w ON w.number = r.number
), split AS (
  SELECT v.*, p.place, coalesce(p.lo, 0) AS lo, coalesce(p.hi, {_MILLION}) AS hi
  FROM valued AS v
  LEFT JOIN unit_vector AS u ON u.number = v.number AND u.key = v.unit
  LEFT JOIN county_vector AS n ON n.number = v.number AND n.key = v.county
  LEFT JOIN part AS p ON p.number = v.number AND p.vector = coalesce(u.of_unit, n.of_county, '*')
), summed AS (
  SELECT CAST(county AS INTEGER) AS region, sector, number, place, COUNT(*) AS units,
         {
    ", ".join(
        f'''SUM((v.{name} * hi + {_MILLION // 2} * sign(v.{name})) // {_MILLION}
           - (v.{name} * lo + {_MILLION // 2} * sign(v.{name})) // {_MILLION})::BIGINT AS {name}'''
        for name in SUMS[1:]
    )
}
  FROM split AS v GROUP BY ALL
)
SELECT lpad(CAST(region AS VARCHAR), 6, '0') AS county, sector, n.gbt, coalesce(d.de, 'non_core') AS de, units,
       va, va_base, output
FROM summed AS s JOIN name AS n ON n.number = s.number LEFT JOIN digital AS d ON d.place = s.place
WHERE '{{join}}' = 'LEFT' OR coalesce(d.de, 'non_core') <> 'non_core'
ORDER BY region, sector, n.gbt, d.de NULLS LAST
"""


def _returns(lake: Lake) -> Path:
    return lake.path("core_return", str(QUARTER))


def _portion(amount: Any, millionths: Any) -> Any:
    """Money is above zero here, but for value added of nothing: half goes up."""
    return (amount * millionths + _MILLION // 2) // _MILLION


def _small(lake: Lake) -> dict[str, pa.Table]:
    """Codes, rates and coefficients laid ready by hand: numbers for classes, millionths for shares."""
    tables = arrow_tables()
    gbt = tables["gbt"].to_pandas()
    gbt = gbt[gbt["level"] == "class"].reset_index(drop=True).rename_axis("number").reset_index()
    core = tables["core_map"].to_pandas().rename(columns={"gbt": "code"}).merge(gbt[["code", "number"]])
    rates = _rates(lake, gbt)
    coefficients = lake.read("core_coefficient").to_pandas()
    vectors = (
        vector_table(coefficients, on=QUARTER.last_day, known=RECEIVED).to_pandas().rename(columns={"gbt": "code"})
    )
    vectors = vectors.merge(gbt[["code", "number"]])
    part = _parts(core, vectors)
    digital = pd.DataFrame({"de": sorted(set(part["de"]))}).rename_axis("place").reset_index()
    chosen = {
        level: vectors[vectors["level"] == level][["number", "key"]].drop_duplicates() for level in ("unit", "county")
    }
    return {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in {
        "spelled": pd.concat([
            pd.DataFrame({"written": gbt["code"], "number": gbt["number"]}),
            pd.DataFrame({"written": gbt["section"] + gbt["code"], "number": gbt["number"]}),
        ]),
        "name": gbt[["number", "code"]].rename(columns={"code": "gbt"}),
        "core": core[["number"]].drop_duplicates(),
        "digital": digital,
        "part": part.merge(digital),
        "unit_vector": chosen["unit"].assign(of_unit=chosen["unit"]["key"]),
        "county_vector": chosen["county"].assign(of_county=chosen["county"]["key"]),
        **rates,
    }.items()}  # fmt: skip


def _rates(lake: Lake, gbt: pd.DataFrame) -> dict[str, pd.DataFrame]:
    known = known_rates(lake.read("class_rate").to_pandas(), year=QUARTER.year, as_of=RECEIVED).to_pandas()
    known = known.assign(micro=[int(rate * _MILLION) for rate in known["rate"]])
    own = known[known["county"] != ""].merge(gbt[["code", "number"]]).rename(columns={"micro": "own"})
    wide = known[known["county"] == ""].set_index("code")["micro"]
    found = [int(wide.get(code, wide.get(code[:2]))) for code in gbt["code"]]
    return {"own_rate": own[["county", "number", "own"]], "rate": gbt[["number"]].assign(wide=found)}


def _parts(core: pd.DataFrame, vectors: pd.DataFrame) -> pd.DataFrame:
    plain = core[~core["partial"]].assign(vector="*", lo=0, hi=_MILLION)
    starred = vectors.assign(micro=[int(k * _MILLION) for k in vectors["k"]]).sort_values(["number", "key", "de"])
    high = starred.groupby(["number", "key"])["micro"].cumsum()
    starred = starred.assign(vector=starred["key"], lo=high - starred["micro"], hi=high)
    rest = starred.groupby(["number", "key"], as_index=False)["hi"].max()
    rest = rest.assign(de="non_core", vector=rest["key"], lo=rest["hi"], hi=_MILLION)
    columns = ["number", "vector", "de", "lo", "hi"]
    parts: pd.DataFrame = pd.concat([plain[columns], starred[columns], rest[columns]], ignore_index=True)
    return parts
