"""Value-added rates: value added over output of a year, and which rate holds for a county's class in a quarter.

Belongs here: computing rates from annual cells and looking them up. Does not belong here: applying them to units
(a statement of the engine).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from itertools import product
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa

from classification.errors import InputError

# Fewer units than this tell more of a firm than of a class: the rate of the wider code is taken instead.
MINIMUM_UNITS: Final = 3
# How many digits of a GB/T code the code of each level has.
CODE_LENGTHS: Final = {"class": 4, "group": 3, "division": 2}
_MICRO: Final = Decimal("0.000001")
_LEVELS: Final = {length: level for level, length in CODE_LENGTHS.items()}
# The search: lengths of code and levels of region, in order.
_STEPS: Final = list(product(_LEVELS, ("county", "city", "province")))
_KNOWN: Final = pa.schema([
    *((name, pa.string()) for name in ("county", "code", "rate_level")),
    ("step", pa.int64()),
    ("rate", pa.decimal128(7, 6)),
])  # fmt: skip
_RATE_FOR: Final = files("indicators") / "sql" / "rate_for.sql"


@dataclass(frozen=True)
class Rate:
    """A rate of a county's class and where it comes from, for example ``city-group-2021``."""

    county: str
    gbt: str
    rate: Decimal
    level: str


def annual_rates(cells: pd.DataFrame, *, minimum_units: int = MINIMUM_UNITS) -> pd.DataFrame:
    """Own rates of a year by class, group and division, of each county and of the city.

    Args:
        cells: annual cells ``year, known_from, known_to, county, sector, gbt, de, units, va, output`` (whole yuan).
            The parts (``de``) of a split class are the same units over again, which count once.
        minimum_units: codes resting on fewer units get no rate.

    Returns:
        ``year, known_from, known_to, region_level, county, code_level, code, rate, units, source``, one row per code of
        a county (level county) and of the city (level city, county empty); rates as Decimal with six places, only those
        strictly between 0 and 1.

    Source: quarterly accounts by the rate method take last year's rate (增加值率法).
    """
    keys = ["year", "known_from", "known_to", "region_level", "county", "code_level", "code"]
    by_class = ["year", "known_from", "known_to", "county", "sector", "gbt"]
    whole = cells.groupby(by_class, as_index=False).agg(
        units=("units", "max"), va=("va", "sum"), output=("output", "sum")
    )
    places = [whole.assign(region_level="county"), whole.assign(region_level="city", county="")]
    levels = [
        place.assign(code=place["gbt"].str[:length], code_level=level)
        .groupby(keys, as_index=False)[["units", "va", "output"]]
        .sum()
        for place in places
        for level, length in CODE_LENGTHS.items()
    ]
    sums = pd.concat(levels, ignore_index=True)
    sums = sums[(sums["units"] >= minimum_units) & (sums["va"] > 0) & (sums["output"] > sums["va"])]
    rates = [
        (Decimal(int(va)) / Decimal(int(output))).quantize(_MICRO, ROUND_HALF_UP)
        for va, output in zip(sums["va"], sums["output"], strict=True)
    ]
    sums = sums.assign(rate=pd.Series(rates, index=sums.index, dtype=object), source="本市年报（收入法）")
    order = ["year", "known_from", "region_level", "county", "code"]
    return sums[[*keys, "rate", "units", "source"]].sort_values(order, ignore_index=True)


def rates_for(
    cells: Iterable[tuple[str, str]], rates: pd.DataFrame, *, year: int, as_of: dt.date, later: dt.date | None = None
) -> list[Rate]:
    """The rate of each county's GB/T class for quarters of ``year``, from the latest earlier year known at ``as_of``.

    The search goes to the class in the county, the city and the province, then to the group, then to the division: what
    a firm makes decides over its rate more than where it stands. Within a step the latest year wins, never the year
    itself or a later one.

    Args:
        cells: counties with four-digit GB/T codes.
        rates: as ``annual_rates`` gives them, the province's table below it.
        year: the year of the quarters.
        as_of: what was known on this day.
        later: a code without any rate by ``as_of`` takes the one known on this day; by default none.

    Raises:
        InputError: codes without any rate, all named.

    Source: methods, value added: class → 中类 → division, county → city → province.
    """
    wanted = sorted(set(cells))
    found = _rate_of(known_rates(rates, year=year, as_of=as_of, later=later), {code for _, code in wanted})
    taken = {cell: found.get(cell) or found.get(("", cell[1])) for cell in wanted}
    if missing := sorted({code for (_, code), rate in taken.items() if rate is None}):
        raise no_rate(missing, year, as_of)
    return [Rate(county, gbt, *rate) for (county, gbt), rate in taken.items() if rate is not None]


def no_rate(codes: Iterable[str], year: int, as_of: dt.date) -> InputError:
    """What is said of classes that have no rate."""
    named = list(codes)
    return InputError(
        f"以下行业小类没有可用的增加值率：{'、'.join(named)}。请在 HS02 增加值率表中补充其大类的增加值率。",
        f"No value-added rate for {', '.join(named)}; add their divisions to form HS02.",
        where=f"{year}年，截至 {as_of}",
    )


def known_rates(rates: pd.DataFrame, *, year: int, as_of: dt.date, later: dt.date | None = None) -> pa.Table:
    """The rates that quarters of ``year`` may take, for the statement ``rate_for``; arguments of ``rates_for``.

    Returns:
        ``county`` ('' but for a county's own), ``code``, ``rate``, ``rate_level`` and ``step``, its place.
    """
    found = [
        _rates_on(rates, year, day).assign(turn=turn)
        for turn, day in enumerate(dict.fromkeys((as_of, later)))
        if day is not None
    ]
    known = pd.concat(found, ignore_index=True)
    place = pd.DataFrame(_STEPS, columns=["length", "region_level"]).rename_axis("place").reset_index()
    step = known.assign(length=known["code"].str.len()).merge(
        place, on=["length", "region_level"], how="left", validate="many_to_one"
    )
    said = step["region_level"] + "-" + step["length"].map(_LEVELS) + "-" + step["year"].astype("string")
    table = known.assign(step=known["turn"] * len(_STEPS) + step["place"], rate_level=said)
    return pa.Table.from_pandas(table[_KNOWN.names], schema=_KNOWN, preserve_index=False)


def _rate_of(known: pa.Table, codes: Collection[str]) -> dict[tuple[str, str], tuple[Decimal, str]]:
    gbt = pa.table({"code": pa.array(sorted(codes), pa.string()), "level": pa.repeat(pa.scalar("class"), len(codes))})
    with duckdb.connect() as engine:
        engine.register("known_rate", known)
        engine.register("gbt", gbt)
        rows = engine.sql(_RATE_FOR.read_text(encoding="utf-8")).fetchall()
    return {(county, gbt): (rate, level) for county, gbt, rate, level in rows}


def _rates_on(rates: pd.DataFrame, year: int, day: dt.date) -> pd.DataFrame:
    """Of each place and code the rate of the latest year before ``year`` that is known on a day."""
    known = rates[(rates["year"] < year) & (rates["known_from"] <= day) & (day < rates["known_to"])]
    return known.sort_values(["year", "known_from"]).drop_duplicates(["region_level", "county", "code"], keep="last")
