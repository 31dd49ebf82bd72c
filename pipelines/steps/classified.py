"""Classified tables: each return with its class, its value added, and its share in each class of the digital economy.

Belongs here: vintages, and which coefficients and rates were known when. Does not belong here: how a code is assigned
or a value split (classification), or how a rate is computed (indicators).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, starmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from classification import arrow_tables
from classification.errors import InputError
from classification.sizes import size_table
from indicators.quarter import Quarter
from indicators.rates import annual_rates, known_rates, no_rate
from indicators.uncertainty import METHODS
from pipelines.contracts import contract
from pipelines.engine import Engine, statement
from pipelines.engines import unit_engine
from pipelines.ingest.rows import FOREVER
from pipelines.lake import ALL, TEMPORARY, Lake, Made, join_files, table_hash, write_table
from pipelines.steps import core, raw, register
from pipelines.workspace import Workspace

T = TypeVar("T")
# Statements by package and name, as fingerprints know them: what `view_parts` runs, and what annual cells do.
_SHARES: Final = (
    ("classification", "shares"),
    ("pipelines", "doubted_coefficient"),
    ("pipelines", "lacking_coefficient"),
)
PARTS_SQL: Final = (
    ("pipelines", "functions"),
    ("pipelines", "succession"),
    ("pipelines", "taken"),
    ("pipelines", "returned"),
    ("pipelines", "with_imputed"),
    *_SHARES,
    ("indicators", "rate_for"),
    ("pipelines", "valued"),
    ("pipelines", "doubted_rate"),
    ("pipelines", "lacking_rate"),
    ("pipelines", "class_part"),
)
ANNUAL_SQL: Final = (
    ("pipelines", "functions"),
    ("pipelines", "classed_annual"),
    ("classification", "assign"),
    ("pipelines", "annual_vintages"),
    ("indicators", "income_approach"),
    ("pipelines", "returned_units"),
    *_SHARES,
)
# What tells on which days something was learnt of parts, beside that of the returns.
_LEARNT_SQL: Final = ("last_vintages", "imputed_vintages", "succession_days")


@dataclass(frozen=True)
class Vintage:
    """A stretch of time in which nothing new was learnt about a period."""

    known_from: dt.date
    known_to: dt.date

    @property
    def parameters(self) -> dict[str, object]:
        """The bound parameters of a statement."""
        return {"known_from": self.known_from, "known_to": self.known_to}


@dataclass(frozen=True)
class Known:
    """The days as of which the inputs of a quarter's parts are known: all one and the same but where a change is split.

    Attributes:
        register: who has taken over whom.
        rates: value-added rates.
        coefficients: what of a starred class is digital.
        later: what a class has no rate or coefficient for by its day is taken as known on this one.
    """

    register: dt.date
    rates: dt.date
    coefficients: dt.date
    later: dt.date

    @classmethod
    def on(cls, day: dt.date) -> Known:
        """Everything as known on one day."""
        return cls(day, day, day, day)


def class_return(workspace: Workspace, quarter: str) -> Made:
    """Give each return of a quarter its GB/T class, row for row."""
    lake = Lake(workspace.lake)
    codes = arrow_tables()
    texts = [
        statement("pipelines", "spelled_code"),
        statement("classification", "assign"),
        statement("pipelines", "class_return"),
        statement("pipelines", "ordered_return"),
    ]

    def fill(path: Path) -> None:
        with unit_engine(workspace) as work:
            work.add(core_return=lake.existing("core_return", [quarter]), **codes)
            view_classed(work)
            work.write(statement("pipelines", "ordered_return"), path)

    made_from = [*lake.hashes("core_return", [quarter]), *texts, *map(table_hash, codes.values())]
    return lake.refresh("class_return", quarter, fill, made_from=made_from)


def view_classed(work: Engine) -> None:
    """Make known as ``classed_return`` the returns of core_return with their class, row for row."""
    work.view("units", statement("pipelines", "spelled_code"))
    work.keep("coded", statement("classification", "assign"))
    work.view("classed_return", statement("pipelines", "class_return"))


def class_part(workspace: Workspace, quarter: str) -> Made:
    """Split each assigned return of a quarter over the classes of the digital economy, for every vintage."""
    lake = Lake(workspace.lake)
    last, registers = year_before(workspace, quarter), registers_since(workspace, quarter)
    codes = arrow_tables()

    def fill(path: Path) -> None:
        rates = lake.read("class_rate").to_pandas()
        coefficients = lake.read("core_coefficient").to_pandas()
        period = Quarter.parse(quarter)
        with unit_engine(workspace) as work, TemporaryDirectory(TEMPORARY, dir=path.parent) as folder:
            work.add(
                class_return=lake.existing("class_return", [quarter]), core_map=codes["core_map"], gbt=codes["gbt"]
            )
            work.add(last_return=last, core_register=lake.existing("core_register", registers))
            work.add(class_missing=lake.existing("class_missing", [quarter]))

            def of(vintage: Vintage) -> Path:
                # A file each, in turn: to order the parts of all vintages at once would take the memory of all.
                view_parts(work, vintage, period, rates, coefficients)
                part = Path(folder) / f"{vintage.known_from}.parquet"
                work.write(statement("pipelines", "ordered_part"), part)
                return part

            made = _known(_vintages(work, rates, coefficients, period), of)
            join_files(made, path, contract("class_part").schema)

    made_from = [
        *lake.hashes("class_return", [quarter]),
        *lake.hashes("class_missing", [quarter]),
        *last_hashes(lake, last),
        *lake.hashes("core_register", registers),
        *lake.hashes("class_rate"),
        *lake.hashes("core_coefficient"),
        *(table_hash(codes[name]) for name in ("core_map", "gbt")),
        *starmap(statement, PARTS_SQL),
        *(statement("pipelines", name) for name in ("vintages", *_LEARNT_SQL, "ordered_part")),
        *_code(),
    ]
    return lake.refresh("class_part", quarter, fill, made_from=made_from)


def cell_annual(workspace: Workspace) -> Made:
    """Income-approach value added of all years by county, survey, GB/T class and digital class, for every vintage."""
    fill, made_from = _annual(workspace, "cell_annual", {})
    return Lake(workspace.lake).refresh("cell_annual", ALL, fill, made_from=made_from)


def cell_size(workspace: Workspace, place: pa.Table) -> Made:
    """Firms with an annual return by size, region and digital class, for every vintage.

    Args:
        workspace: where the lake is.
        place: which regions a county belongs to (``steps.cells.places``).
    """
    fill, made_from = _annual(workspace, "cell_size", {"place": place, "size_limit": size_table()})
    return Lake(workspace.lake).refresh("cell_size", ALL, fill, made_from=made_from)


def _annual(workspace: Workspace, table: str, further: dict[str, pa.Table]) -> tuple[Callable[[Path], None], list[str]]:
    """How a table of annual cells is filled by the statement of its name, and what it is made from."""
    lake, terms = Lake(workspace.lake), contract(table)
    codes = arrow_tables() | further

    def fill(path: Path) -> None:
        coefficients = lake.read("core_coefficient").to_pandas()
        with unit_engine(workspace) as work:
            work.add(**further)
            add_annual(work, lake)
            cells = [
                found
                for year, vintages in _annual_vintages(work, coefficients)
                for found in _known(vintages, partial(annual_cells, work, table, year, coefficients))
            ]
        whole = pa.concat_tables([terms.schema.empty_table(), *cells])
        write_table(whole.sort_by([(key, "ascending") for key in terms.key]), path)

    made_from = [
        *lake.hashes("core_annual"),
        *lake.hashes("core_coefficient"),
        *starmap(statement, (*ANNUAL_SQL, ("indicators", table))),
        *map(table_hash, codes.values()),
        *_code(),
    ]
    return fill, made_from


def class_rate(workspace: Workspace) -> Made:
    """Value-added rates by year: the counties' and the city's own, then the province's."""
    lake = Lake(workspace.lake)

    def fill(path: Path) -> None:
        own = annual_rates(lake.read("cell_annual").to_pandas())
        given = _superseded(lake.read("core_rate").to_pandas(), ["year", "code"])
        given = given.assign(region_level="province", county="", units=0)
        both = pd.concat([own, given[own.columns]], ignore_index=True)
        key = list(contract("class_rate").key)
        table = pa.Table.from_pandas(both.sort_values(key), schema=contract("class_rate").schema, preserve_index=False)
        write_table(table, path)

    made_from = [*lake.hashes("cell_annual"), *lake.hashes("core_rate"), *_code()]
    return lake.refresh("class_rate", ALL, fill, made_from=made_from)


def year_before(workspace: Workspace, quarter: str) -> list[Path] | pa.Table:
    """The reviewed returns of the same quarter a year ago, made now where nobody has made them yet.

    They follow from the files received alone, so that a quarter's parts are the same whichever quarter is run first.
    """
    before = Quarter.parse(quarter) - 4
    if before in workspace.city.quarters:
        for form in core.FIRM_FORMS:
            raw.raw(workspace, form, str(before))
        core.core_return(workspace, str(before))
    return returns_before(workspace, quarter)


def returns_before(workspace: Workspace, quarter: str) -> list[Path] | pa.Table:
    """The reviewed returns of the same quarter a year ago; no rows where that lies before the workspace's quarters."""
    before = Quarter.parse(quarter) - 4
    if before not in workspace.city.quarters:
        return contract("core_return").schema.empty_table()
    return Lake(workspace.lake).existing("core_return", [str(before)])


def last_hashes(lake: Lake, last: list[Path] | pa.Table) -> list[str]:
    """The returns of a year ago in a fingerprint, by their notes: they are read only when something is made."""
    return lake.hashes("core_return", [path.stem for path in last]) if isinstance(last, list) else []


def registers_since(workspace: Workspace, quarter: str) -> list[str]:
    """The quarters whose registers tell who was absorbed since the return of a year ago; made now where need be."""
    wanted = quarters_since(workspace, quarter)
    for name in wanted:
        register.core_register(workspace, name)
    return wanted


def quarters_since(workspace: Workspace, quarter: str) -> list[str]:
    """The quarters since that of the return of a year ago, up to this one."""
    period = Quarter.parse(quarter)
    return [str(period - back) for back in (3, 2, 1, 0) if period - back in workspace.city.quarters]


def chosen_coefficients(coefficients: pd.DataFrame, *, on: dt.date, known: dt.date) -> pd.DataFrame:
    """The coefficients valid on a day as known on another: one method for each class, level and object.

    Args:
        coefficients: rows of core_coefficient.
        on: the last day of the period.
        known: the vintage.
    """
    rows = coefficients[
        (coefficients["valid_from"] <= on) & (on < coefficients["valid_to"]) & (coefficients["known_from"] <= known)
    ]
    vector = ["gbt", "level", "key"]
    ranked = rows.assign(rank=rows["method"].map(METHODS.index))
    # The whole vector comes from one ground and one validity: best method, then the latest known.
    best = ranked.sort_values(["rank", "valid_from", "known_from"], ascending=[True, False, False])
    head = best.drop_duplicates(vector)[[*vector, "method", "valid_from", "known_from"]]
    chosen = ranked.merge(head, on=[*vector, "method", "valid_from", "known_from"], validate="many_to_one")
    return chosen.drop(columns="rank")


def vector_table(coefficients: pd.DataFrame, *, on: dt.date, known: dt.date) -> pa.Table:
    """The coefficients chosen (``chosen_coefficients``): ``gbt, de, level, key, k`` for the statement ``shares``."""
    chosen = chosen_coefficients(coefficients, on=on, known=known)
    schema = pa.schema([(name, pa.string()) for name in ("gbt", "de", "level", "key")] + [("k", pa.decimal128(7, 6))])
    return pa.Table.from_pandas(chosen[schema.names].sort_values(schema.names[:4]), schema=schema, preserve_index=False)


def view_parts(
    work: Engine,
    vintage: Vintage,
    period: Quarter,
    rates: pd.DataFrame,
    coefficients: pd.DataFrame,
    *,
    known: Known | None = None,
) -> None:
    """Make known as ``valid_part`` what each unit contributes to each class at one vintage: one pass over the returns.

    Args:
        work: with class_return, last_return, core_register, class_missing, core_map and gbt.
        vintage: the stretch of time; returns are those valid on its first day.
        period: the quarter.
        rates: the contract class_rate.
        coefficients: the contract core_coefficient.
        known: the days of the other inputs; by default the vintage's first.

    Raises:
        InputError: a class has no rate or no coefficient; the classes are named.
    """
    of = known or Known.on(vintage.known_from)
    valid = {"known": vintage.known_from}
    work.keep("succession", statement("pipelines", "succession"), {"known": of.register, "last_day": period.last_day})
    work.keep("taken", statement("pipelines", "taken"), valid)
    work.view("measured", statement("pipelines", "returned"), valid)
    work.view("returned", statement("pipelines", "with_imputed"), valid)
    on_day = {day: vector_table(coefficients, on=period.last_day, known=day) for day in {of.coefficients, of.later}}
    work.view("assigned", "FROM returned")
    _shares(work, on_day[of.coefficients], on_day[of.later], str(period))
    work.add(known_rate=known_rates(rates, year=period.year, as_of=of.rates, later=of.later))
    work.keep("rate_for", statement("indicators", "rate_for"))
    work.view("valued", statement("pipelines", "valued"))
    if lacking := _lacking_of(work, "rate"):
        raise no_rate(lacking, period.year, of.rates)
    work.view("valid_part", statement("pipelines", "class_part"), vintage.parameters)


def _shares(work: Engine, vectors: pa.Table, later: pa.Table, period: str) -> None:
    """Make ``share`` of ``assigned`` known; a class that has no vector takes those known later, all of them."""
    if lacking := _lacking(work, vectors):
        added = later.filter(pc.is_in(later["gbt"], pa.array(lacking, pa.string())))
        lacking = _lacking(work, pa.concat_tables([vectors.filter(_not_of(vectors, lacking)), added]))
    if lacking:
        raise InputError(
            f"以下带星号的行业小类没有剥离系数：{'、'.join(lacking)}。请在 HS03 剥离系数表中补充后重试。",
            f"No coefficient at any level for starred classes {', '.join(lacking)}; add them to form HS03.",
            where=period,
        )


def _lacking(work: Engine, vectors: pa.Table) -> list[str]:
    """Make ``share`` by these vectors known; the classes that have none for some unit."""
    work.add(coefficient=vectors)
    work.view("share", statement("classification", "shares"))
    return _lacking_of(work, "coefficient")


def _lacking_of(work: Engine, what: str) -> list[str]:
    """The classes of units that have no rate or coefficient; where none is in doubt, no unit is looked at."""
    work.keep("doubted", statement("pipelines", f"doubted_{what}"))
    doubted = len(work.rows("FROM doubted"))
    found: list[str] = work.rows(statement("pipelines", f"lacking_{what}"))["gbt"].to_pylist() if doubted else []
    return found


def _not_of(vectors: pa.Table, classes: list[str]) -> pa.ChunkedArray:
    return pc.invert(pc.is_in(vectors["gbt"], pa.array(classes, pa.string())))


def add_annual(work: Engine, lake: Lake) -> list[int]:
    """Keep the annual returns with their classes for ``annual_cells``; the years of which there are any."""
    work.add(core_annual=lake.existing("core_annual"), **arrow_tables())
    work.view("units", statement("pipelines", "classed_annual"))
    work.keep("classed", statement("classification", "assign"))
    years: list[int] = work.rows(statement("pipelines", "annual_vintages"))["year"].unique().to_pylist()
    return sorted(years)


def annual_cells(
    work: Engine,
    table: str,
    year: int,
    coefficients: pd.DataFrame,
    vintage: Vintage,
    *,
    returned: dt.date | None = None,
    known: dt.date | None = None,
) -> pa.Table:
    """Annual cells of a year at one vintage.

    Args:
        work: after ``add_annual``.
        table: which cells, by their statement.
        year: the year.
        coefficients: the contract core_coefficient.
        vintage: the stretch of time.
        returned: the day as of which returns are known; by default the vintage's first.
        known: the day as of which coefficients are; a class that has none by then takes those of the vintage's first.

    Raises:
        InputError: a class has no coefficient; the classes are named.
    """
    later = vintage.known_from
    work.keep("returned", statement("indicators", "income_approach"), {"year": year, "known": returned or later})
    vectors, others = (
        vector_table(coefficients, on=dt.date(year, 12, 31), known=day) for day in (known or later, later)
    )
    work.view("assigned", statement("pipelines", "returned_units"))
    _shares(work, vectors, others, f"{year}年")
    cells = work.rows(statement("indicators", table), {"year": year, **vintage.parameters})
    return cells.cast(contract(table).schema)


def _annual_vintages(work: Engine, coefficients: pd.DataFrame) -> Iterator[tuple[int, list[Vintage]]]:
    known = work.rows(statement("pipelines", "annual_vintages")).to_pandas()
    for label, rows in known.groupby("year"):
        year = int(str(label))
        valid = coefficients["valid_from"] <= dt.date(year, 12, 31)
        yield year, stretches(rows["known_from"], coefficients.loc[valid, "known_from"])


def _vintages(work: Engine, rates: pd.DataFrame, coefficients: pd.DataFrame, period: Quarter) -> list[Vintage]:
    returned = days(work, "vintages")
    learnt = set(rates.loc[rates["year"] < period.year, "known_from"])
    learnt |= set(coefficients.loc[coefficients["valid_from"] <= period.last_day, "known_from"])
    learnt |= {day for name in _LEARNT_SQL for day in days(work, name)}
    return stretches(returned, learnt)


def days(work: Engine, name: str) -> list[dt.date]:
    """The days that a statement gives."""
    found: list[dt.date] = work.rows(statement("pipelines", name))["known_from"].to_pylist()
    return found


def _code() -> list[str]:
    """The text of what decides over rates, coefficients and vintages: tables made by other code are made again."""
    modules = (__file__, annual_rates.__code__.co_filename)
    return [Path(module).read_text("utf-8") for module in modules]


def stretches(returned: Iterable[dt.date], learnt: Iterable[dt.date]) -> list[Vintage]:
    """The vintages of a period: from each day on which a return arrived or something else was learnt, to the next.

    Args:
        returned: the days on which returns arrived; without one there is no vintage.
        learnt: the days on which rates, coefficients, registers … arrived.
    """
    days = set(returned)
    if not days:
        return []
    # What was known before the first return arrived belongs to the first vintage.
    days |= {day for day in learnt if day > min(days)}
    return [Vintage(start, end) for start, end in pairwise([*sorted(days), FOREVER])]


def _known(vintages: Iterable[Vintage], make: Callable[[Vintage], T]) -> list[T]:
    """What each vintage gives; nothing, where a rate or coefficient that it needs came only later.

    A release as of such a day is refused (observed). Where the rate or coefficient never came, the fault stands.
    """
    made = []
    for vintage in vintages:
        try:
            made.append(make(vintage))
        except InputError:
            if vintage.known_to == FOREVER:
                raise
    return made


def _superseded(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Add known_to: the day on which a later row with the same key arrived."""
    ordered = frame.sort_values([*key, "known_from"])
    following = ordered.groupby(key)["known_from"].shift(-1)
    return ordered.assign(known_to=following.where(following.notna(), FOREVER))
