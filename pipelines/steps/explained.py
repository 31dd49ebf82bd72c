"""What a published figure is made of: from the cell to classes, rates, coefficients, prices, files and units.

Belongs here: the walk down, and what a figure changed by from period to period. Does not belong here: showing it (cli),
why a figure changed between releases (revised).

One walk for every definition of core value added: a level is a sum of cells (``core_cells``), its growth a ratio of two
such sums, and what it changed by since last quarter or last year the same sums by class or county.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from classification import arrow_tables
from classification.errors import InputError
from indicators.measure import GROWN, Changes, Evidence, changes, core_cells, volume_relations
from indicators.quarter import Quarter
from indicators.rates import CODE_LENGTHS, rates_for
from pipelines.engine import statement
from pipelines.engines import local_engine
from pipelines.ingest.receipts import latest
from pipelines.lake import Lake
from pipelines.steps.cells import places
from pipelines.steps.classified import chosen_coefficients
from pipelines.steps.observed import evidence
from pipelines.workspace import Workspace

_ROW_PARTS: Final = ":"
_CORE: Final = "core"
_DIVISIONS: Final = ("01", "02", "03", "04")
_CELL: Final = ["sector", "gbt", "de"]
_LISTED: Final = "、"
# Forms on which a figure rests beside the returns, and what they give.
_REFERENCES: Final = {
    "annual": "年报、增加值率",
    "rate": "增加值率",
    "coefficient": "剥离系数",
    "price": "价格",
    "route": "核算路径",
    "volume": "物量",
}
_FURTHER: Final[Mapping[str, dict[str, str]]] = {
    "full_scope": {"below": "规模以下基数", "proxy": "推算指标", "account_division": "分行业核算数"},
    "benchmarked": {"control": "年度控制数"},
}


@dataclass(frozen=True)
class Explanation:
    """The cumulative figures of core value added under a definition taken apart, as known on the release's day.

    Attributes:
        values: indicator and price basis → the figure that the cells below give.
        cells: a record per survey, GB/T and digital class: ``units, output, reported`` (value added) over the months
            that returns cover, none where nobody reports; ``va`` of the full span (yuan), ``way`` (how it came there)
            and ``factor`` (of the control, or of the move on to the year; 1 without either).
        rates: value-added rates: ``gbt, counties, rate, level, units, source``.
        coefficients: the coefficients of its split classes, above the level of single units.
        prices: price index by division (last year = 1), with the name of the index and its file.
        volumes: the classes on the volume route: ``gbt, indicator, indicator_growth, rho, flagged, source``.
        below: of the full scope, the bases below the threshold by class: ``gbt, de, year, va, proxy, source``.
        files: a record per file: ``sha256, name, gives, received_at, rows``; those of returns with how many rows of
            theirs are in the figure, then what rates, coefficients, prices, volumes … came in, with all their rows.
        units: a record per unit and return, the largest first; empty unless asked for (L3).
        changes: what the figure changed by since last quarter and last year, by class, and of the place by county.
    """

    values: dict[tuple[str, str], float]
    cells: list[dict[str, Any]]
    rates: list[dict[str, Any]]
    coefficients: list[dict[str, Any]]
    prices: list[dict[str, Any]]
    volumes: list[dict[str, Any]]
    below: list[dict[str, Any]]
    files: list[dict[str, Any]]
    units: list[dict[str, Any]]
    changes: dict[str, Changes]


def explain(
    workspace: Workspace,
    quarter: str,
    as_of: dt.date,
    *,
    region: str,
    cls: str,
    definition: str = "rate_method",
    release: str = "",
    flash: bool = False,
    units: bool = False,
) -> Explanation:
    """Walk from core value added of a region and class in a quarter down to what it rests on.

    Args:
        workspace: with the quarter made.
        quarter: the period, cumulative.
        as_of: the day of knowledge, that of the release.
        region: the place or one of its counties.
        cls: ``core``, or a class of the digital economy.
        definition: ``rate_method``, ``full_scope`` or ``benchmarked``.
        release: the release's quarter; by default the period itself.
        flash: whether imputed returns count.
        units: whether units are listed, too.

    Raises:
        InputError: the region or class is unknown, or nothing of it was known on the day; they are named.
    """
    lake, period = Lake(workspace.lake), Quarter.parse(quarter)
    membership, place = arrow_tables()["membership"], places(workspace)
    known = set(membership.filter(pc.equal(membership["scheme"], "digital"))["class"].to_pylist())
    for wanted, there, zh in ((region, workspace.city.regions, "地区"), (cls, known, "类别")):
        if wanted not in there:
            raise InputError(f"没有这个{zh}：{wanted}。", f"Not known here: {wanted}.", where=quarter)
    last = Quarter.parse(release or quarter)
    found = evidence(workspace, str(last), as_of, flash=flash).at(last, as_of)
    mine = _of_figure(core_cells(found, last, definition), membership, _counties(place, region), cls)
    if mine.empty or not (mine["quarter"] == quarter).any():
        raise InputError(
            f"{quarter} 截至 {as_of} 没有 {region} {cls} 的数（{definition}）。",
            f"Nothing of {region} {cls} ({definition}) was known.",
            where=quarter,
        )
    asked = {"class": cls, "region": region, "as_of": as_of, "origins": ["measured", *(["imputed"] if flash else [])]}
    with local_engine(workspace) as work:
        work.add(class_part=lake.existing("class_part", [quarter]), core_return=lake.existing("core_return", [quarter]))
        work.add(membership=membership, place=place)
        reported = work.rows(statement("pipelines", "explained_cell"), asked).to_pandas()
        rows = work.rows(statement("pipelines", "explained_unit"), asked).to_pylist()
    now = mine[mine["quarter"] == quarter]
    counties = _counties(place, region)
    return Explanation(
        values=_values(now),
        cells=_cells(now, reported, _preliminary(found, last, quarter, definition)),
        rates=_rates(lake, {(row["county"], row["gbt"]) for row in rows}, period, as_of),
        coefficients=_coefficients(lake, reported, counties, period, as_of),
        prices=_prices(lake, now, quarter, as_of),
        volumes=_volumes(lake, found, now, period, as_of),
        below=_below(lake, now, counties, period, as_of) if "allocated" in now.columns else [],
        files=[*_files(workspace, [row["row_id"] for row in rows]), *_references(lake, as_of, definition)],
        units=rows if units else [],
        changes={
            by: changes(mine, part, period, found.first_release)
            for by, part in (("class", _class_of(mine, cls)), ("county", mine["county"]))
            if by == "class" or region == workspace.city.code
        },
    )


def _of_figure(cells: pd.DataFrame, membership: pa.Table, counties: set[str], cls: str) -> pd.DataFrame:
    """The cells of a region and class, of all quarters."""
    if cells.empty:
        return cells
    member = membership.filter(pc.equal(membership["class"], cls)).to_pandas()
    digital = pd.MultiIndex.from_frame(member.loc[member["scheme"] == "digital", ["gbt", "de"]])
    return cells[cells["county"].isin(counties) & pd.MultiIndex.from_frame(cells[["gbt", "de"]]).isin(digital)]


def _counties(place: pa.Table, region: str) -> set[str]:
    return set(place.filter(pc.equal(place["region"], region))["county"].to_pylist())


def _class_of(cells: pd.DataFrame, cls: str) -> pd.Series:
    """The part of a class in which a cell lies: its digital class of the next level, below the last its GB/T class."""
    length = {_CORE: 2, **dict.fromkeys(_DIVISIONS, 4)}.get(cls)
    return cells["gbt"] if length is None else cells["de"].str[:length]


def _values(now: pd.DataFrame) -> dict[tuple[str, str], float]:
    found = {("core_value_added", "current"): float(now["va"].sum())}
    base = float(now["base"].sum()) if "base" in now.columns else 0.0
    if base > 0:
        found |= {("core_growth", price): float(now[of].sum()) / base - 1 for price, of in GROWN.items()}
    return found


def _preliminary(found: Evidence, last: Quarter, quarter: str, definition: str) -> pd.Series | None:
    """The preliminary value added of each cell, on which the quarters of a closed year were moved on to the year."""
    if definition != "benchmarked":
        return None
    cells = core_cells(found, last, "rate_method")
    return cells[cells["quarter"] == quarter].groupby(["county", *_CELL])["va"].sum()


def _cells(now: pd.DataFrame, reported: pd.DataFrame, preliminary: pd.Series | None) -> list[dict[str, Any]]:
    """The cells without their counties, the largest first, with what was reported in them."""
    if preliminary is not None:
        before = now.join(preliminary.rename("before"), on=["county", *_CELL])["before"].fillna(0.0)
    else:
        before = now["va"] / now["factor"] if "factor" in now.columns else now["va"]
    allocated = now["kind"].eq("allocated") if "kind" in now.columns else pd.Series(data=False, index=now.index)
    way = now["factor_level"].mask(allocated, "allocated") if "factor_level" in now.columns else "benchmarked"
    sums = (
        now.assign(before=before, way=way, sector=now["sector"].fillna(""))
        .groupby(_CELL)
        .agg(va=("va", "sum"), before=("before", "sum"), way=("way", lambda ways: _LISTED.join(sorted(set(ways)))))
    )
    joined = sums.reset_index().merge(reported.rename(columns={"va": "reported"}), on=_CELL, how="left")
    factor = (joined["va"] / joined["before"].where(joined["before"] != 0)).fillna(1.0)
    return _records(joined.assign(factor=factor).sort_values(["va", *_CELL], ascending=[False, True, True, True]))


def _rates(lake: Lake, cells: set[tuple[str, str]], period: Quarter, as_of: dt.date) -> list[dict[str, Any]]:
    """The value-added rates that the returns of the cells took, with the counties for which each holds."""
    table = lake.read("class_rate").to_pandas()
    known = table[(table["known_from"] <= as_of) & (as_of < table["known_to"])]
    key = ["region_level", "code_level", "year", "county", "code"]
    said = known.set_index(key)[["units", "source"]].sort_index()
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for rate in rates_for(cells, table, year=period.year, as_of=as_of):
        region, level, year = rate.level.split("-")
        own = rate.county if region == "county" else ""
        row = said.loc[(region, level, int(year), own, rate.gbt[: CODE_LENGTHS[level]])]
        record = {"gbt": rate.gbt, "rate": rate.rate, "level": rate.level, "counties": []}
        of = found.setdefault((rate.gbt, rate.level, own), record | {"units": row["units"], "source": row["source"]})
        of["counties"].append(rate.county)
    return [found[key] for key in sorted(found)]


def _coefficients(
    lake: Lake, reported: pd.DataFrame, counties: set[str], period: Quarter, as_of: dt.date
) -> list[dict[str, Any]]:
    """The coefficients at the levels that the cells took, those of single units left out."""
    table = chosen_coefficients(lake.read("core_coefficient").to_pandas(), on=period.last_day, known=as_of)
    levels = reported.assign(level=reported["level_used"].fillna("").str.split(_LISTED)).explode("level")
    used = pd.MultiIndex.from_frame(levels[["gbt", "de", "level"]])
    mine = pd.MultiIndex.from_frame(table[["gbt", "de", "level"]]).isin(used) & table["key"].isin({"*", *counties})
    return _records(table[mine].sort_values(["gbt", "de", "level", "key"]))


def _prices(lake: Lake, now: pd.DataFrame, quarter: str, as_of: dt.date) -> list[dict[str, Any]]:
    rows = _on_day(lake, "core_price", as_of, ["quarter", "division"])
    mine = (rows["quarter"] == quarter) & rows["division"].isin(set(now["gbt"].str[:2]))
    return _records(rows[mine].sort_values("division"))


def _volumes(lake: Lake, found: Evidence, now: pd.DataFrame, period: Quarter, as_of: dt.date) -> list[dict[str, Any]]:
    classes = volume_relations(found, period)
    mine = classes[classes.index.isin(now["gbt"])].reset_index(names="gbt")
    if mine.empty:
        return []
    rows = _on_day(lake, "core_volume", as_of, ["quarter", "indicator"])
    source = rows[rows["quarter"] == str(period)].set_index("indicator")["source"]
    return _records(mine.assign(source=mine["indicator"].map(source)).sort_values("gbt"))


def _below(lake: Lake, now: pd.DataFrame, counties: set[str], period: Quarter, as_of: dt.date) -> list[dict[str, Any]]:
    """The bases below the threshold by class: of the latest year up to the period's."""
    rows = _on_day(lake, "core_below", as_of, ["year", "county", "gbt", "de"])
    rows = rows[rows["year"] <= period.year]
    cells = pd.MultiIndex.from_frame(now[["gbt", "de"]])
    mine = rows["county"].isin(counties) & pd.MultiIndex.from_frame(rows[["gbt", "de"]]).isin(cells)
    mine &= rows["year"] == rows["year"].max()
    by = ["gbt", "de", "year", "proxy", "source"]
    return _records(rows[mine].groupby(by, as_index=False)["va"].sum())


def _on_day(lake: Lake, table: str, as_of: dt.date, key: list[str]) -> pd.DataFrame:
    """The latest row of each key that was known on a day."""
    rows: pd.DataFrame = lake.read(table).to_pandas()
    return rows[rows["known_from"] <= as_of].sort_values("known_from", kind="stable").drop_duplicates(key, keep="last")


def _files(workspace: Workspace, row_ids: list[str]) -> list[dict[str, Any]]:
    """The files in which the returns lie, those with most rows first; imputed rows lie in none."""
    counts = Counter(row_id.split(_ROW_PARTS)[0] for row_id in row_ids if not row_id.startswith("imputed"))
    known = {receipt.sha256: receipt for receipt in latest(workspace)}
    found = []
    for short, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        receipt = next(receipt for sha, receipt in known.items() if sha.startswith(short))
        named = {"sha256": receipt.sha256, "name": receipt.file, "received_at": receipt.received_at}
        found.append(named | {"gives": "报表", "rows": number})
    return found


def _references(lake: Lake, as_of: dt.date, definition: str) -> list[dict[str, Any]]:
    """The files of rates, coefficients, prices, volumes … that had come by a day, with all their rows."""
    names = {"file_sha": "sha256", "file": "name", "received_at": "received_at"}
    found = []
    for form, gives in (_REFERENCES | _FURTHER.get(definition, {})).items():
        rows = lake.read(f"raw_{form}").select(list(names)).to_pandas()
        counts = rows[rows["received_at"] <= as_of].rename(columns=names).value_counts(sort=False)
        found += _records(counts.rename("rows").reset_index().assign(gives=gives).sort_values(["received_at", "name"]))
    return found


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
