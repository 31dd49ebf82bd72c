"""What a published figure is made of: from the cell to classes, rates, coefficients, prices, files and units.

Belongs here: the walk down. Does not belong here: showing it (cli), why a figure changed between releases (revised).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import pyarrow.compute as pc

from classification import arrow_tables
from classification.errors import InputError
from indicators.measure import full_cells
from indicators.quarter import Quarter
from pipelines.engine import engine, statement
from pipelines.ingest.receipts import latest, receipts
from pipelines.lake import Lake
from pipelines.steps.cells import places
from pipelines.steps.observed import evidence
from pipelines.workspace import Workspace

_ROW_PARTS: Final = ":"
# Forms on which a figure rests beside the returns, and what they give.
_REFERENCES: Final = {
    "annual": "增加值率",
    "rate": "增加值率",
    "coefficient": "剥离系数",
    "price": "价格",
    "route": "核算路径",
    "volume": "物量",
}


@dataclass(frozen=True)
class Explanation:
    """A cumulative figure of core value added (rate method) taken apart, as known on the release's day.

    Attributes:
        value: the sum of the cells below, in yuan: what was published, to the yuan.
        cells: a record per survey, GB/T and digital class: ``units, output, va, va_base`` over the months reported
            (yuan), ``rate_level, level_used``, ``full`` of the full span, ``factor_level`` (its way there).
        coefficients: the coefficients of its split classes, above the level of single units.
        prices: price index by division (last year = 1).
        files: a record per file: ``sha256, name, gives, received_at, rows``; those of returns first, then what rates,
            coefficients, prices and volumes came in.
        units: a record per unit and return, the largest first; empty unless asked for (L3).
    """

    value: float
    cells: list[dict[str, Any]]
    coefficients: list[dict[str, Any]]
    prices: list[dict[str, Any]]
    files: list[dict[str, Any]]
    units: list[dict[str, Any]]


def explain(
    workspace: Workspace,
    quarter: str,
    as_of: dt.date,
    *,
    region: str,
    cls: str,
    flash: bool = False,
    units: bool = False,
) -> Explanation:
    """Walk from core value added of a region and class in a quarter down to what it rests on.

    Args:
        workspace: with the quarter made.
        quarter: the period, cumulative.
        as_of: the day of knowledge, that of the release.
        region: the place or one of its counties.
        cls: ``core``, or a division or group of the digital economy.
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
    asked = {"class": cls, "region": region, "as_of": as_of, "origins": ["measured", *(["imputed"] if flash else [])]}
    with engine(lake.root) as work:
        work.add(class_part=lake.existing("class_part", [quarter]), core_return=lake.existing("core_return", [quarter]))
        work.add(membership=membership, place=place)
        cells = work.rows(statement("pipelines", "explained_cell"), asked).to_pandas()
        rows = work.rows(statement("pipelines", "explained_unit"), asked).to_pylist()
    if cells.empty:
        raise InputError(
            f"{quarter} 截至 {as_of} 没有 {region} {cls} 的单位。",
            f"Nothing of {region} {cls} was known.",
            where=quarter,
        )
    found = evidence(workspace, quarter, as_of, flash=flash).at(period, as_of)
    cells = _with_full(cells, full_cells(found, period), place.to_pandas(), region, quarter)
    divisions = sorted(set(cells["gbt"].str[:2]))
    prices = found.prices[(found.prices["quarter"] == quarter) & found.prices["division"].isin(divisions)]
    return Explanation(
        value=float(cells["full"].sum()),
        cells=_records(cells),
        coefficients=_records(_coefficients(found.coefficients, cells, period)),
        prices=_records(prices[["division", "index", "status"]].sort_values("division")),
        files=[*_files(workspace, [row["row_id"] for row in rows]), *_references(workspace, as_of)],
        units=rows if units else [],
    )


def _with_full(cells: pd.DataFrame, full: pd.DataFrame, place: pd.DataFrame, region: str, quarter: str) -> pd.DataFrame:
    """The cells with value added of the full span."""
    counties = place.loc[place["region"] == region, "county"]
    mine = full[(full["quarter"] == quarter) & full["county"].isin(counties)]
    cell = ["sector", "gbt", "de"]
    sums = mine.groupby(cell).agg(
        full=("va", "sum"), factor_level=("factor_level", lambda levels: "、".join(sorted(set(levels))))
    )
    return cells.join(sums, on=cell).fillna({"level_used": ""})


def _coefficients(table: pd.DataFrame, cells: pd.DataFrame, period: Quarter) -> pd.DataFrame:
    pairs = pd.MultiIndex.from_frame(table[["gbt", "de"]]).isin(pd.MultiIndex.from_frame(cells[["gbt", "de"]]))
    valid = (table["valid_from"] <= period.last_day) & (period.last_day < table["valid_to"]) if len(table) else pairs
    return table[pairs & valid & (table["level"] != "unit")].sort_values(["gbt", "de", "level", "key"])


def _files(workspace: Workspace, row_ids: list[str]) -> list[dict[str, Any]]:
    """The files in which the returns lie, those with most rows first; imputed rows lie in none."""
    counts = Counter(row_id.split(_ROW_PARTS)[0] for row_id in row_ids if not row_id.startswith("imputed"))
    known = {receipt.sha256: receipt for receipt in latest(workspace)}
    found = []
    for short, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        receipt = next(receipt for sha, receipt in known.items() if sha.startswith(short))
        found.append(
            {
                "sha256": receipt.sha256,
                "name": receipt.name,
                "gives": "报表",
                "received_at": receipt.received_at,
                "rows": number,
            }
        )
    return found


def _references(workspace: Workspace, as_of: dt.date) -> list[dict[str, Any]]:
    """The files of rates, coefficients, prices and volumes that had come by a day; whole files, so no rows."""
    return [
        {
            "sha256": receipt.sha256,
            "name": receipt.name,
            "gives": _REFERENCES[receipt.form],
            "received_at": receipt.received_at,
            "rows": "",
        }
        for receipt in receipts(workspace)
        if receipt.form in _REFERENCES and receipt.received_at <= as_of
    ]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
