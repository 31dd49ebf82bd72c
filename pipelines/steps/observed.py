"""Observations: every number that may be shown, for a release quarter and what was known on a day.

Belongs here: gathering the evidence known at ``as_of``. Does not belong here: how a number is made (indicators).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from classification import arrow_tables
from classification.errors import InputError, NotKnownError
from indicators.measure import Evidence, measure
from indicators.quarter import Quarter, quarters_between
from indicators.vintage import FLASH, PRELIMINARY
from pipelines import clock
from pipelines.contracts import contract
from pipelines.engine import statement
from pipelines.ingest.receipts import receipts
from pipelines.lake import Lake, Made, write_table
from pipelines.provenance import code_hash
from pipelines.steps.cells import stale
from pipelines.steps.imputed import RESAMPLED_SQL, resampled
from pipelines.steps.missing import annual_coverage, fourth_quarters
from pipelines.workspace import Workspace

SMALL = {
    "accounts": "core_account",
    "prices": "core_price",
    "published": "core_published",
    "annual": "cell_annual",
    "adoption": "cell_adoption",
    "efficiency": "core_efficiency",
    "coefficients": "core_coefficient",
    "routes": "core_route",
    "volumes": "core_volume",
    "below": "core_below",
    "proxies": "core_proxy",
    "controls": "core_control",
    "capital": "core_capital",
    "capital_setting": "core_capital_setting",
    "io_sector": "core_io_sector",
    "io_flow": "core_io_flow",
    "sizes": "cell_size",
    "dispatch": "cell_ledger",
    "index_scheme": "core_index_scheme",
}
CELLS = {
    "leaf": "cell_leaf",
    "cells": "cell_published",
    "concentration": "cell_concentration",
    "population": "cell_population",
    "crossed": "cell_crossed",
}


def history(workspace: Workspace, quarter: str) -> list[str]:
    """The quarters whose cells a release of ``quarter`` needs: all from the workspace's first to its own.

    Empty for a workspace without firms: what is published needs no cells.

    Raises:
        InputError: the quarter is none that the workspace can release.
    """
    city, wanted = workspace.city, Quarter.parse(quarter)
    if wanted not in city.release_quarters:
        first, last = city.release_quarters[0], city.release_quarters[-1]
        zh, en = (
            (
                "改早 first_quarter（其后 base_quarters 个季度只作基期）",
                "an earlier first_quarter, or fewer base_quarters",
            )
            if wanted < first
            else ("改晚 last_quarter", "a later last_quarter")
        )
        raise InputError(
            f"{quarter} 不在可发布的期间 {first}—{last} 内。请核对期别，或在 city.toml 中{zh}。",
            f"{quarter} is outside {first} to {last}, which can be released; check it, or set {en} in city.toml.",
            where=quarter,
        )
    return [str(q) for q in quarters_between(city.quarters[0], wanted)] if city.has_firms else []


def day_of_knowledge(
    workspace: Workspace, quarter: str, as_of: str = "", *, today: dt.date | None = None, flash: bool = False
) -> dt.date:
    """The day whose knowledge a release uses: the one named, else the quarter's release date, or that of its flash.

    Where that date has not come yet, or nothing of the quarter had arrived by then (files of past years handed
    in at once), it is today; the day stands on everything that is released.

    Raises:
        InputError: the text is not a date.
    """
    if as_of:
        try:
            return dt.date.fromisoformat(as_of)
        except ValueError:
            raise InputError(
                f"数据截止日“{as_of}”不是日期，请写成 2024-01-20 的形式。",
                f"as_of {as_of!r} is not a date; write it like 2024-01-20.",
            ) from None
    now = today or clock.today()
    city, period = workspace.city, Quarter.parse(quarter)
    due = city.flash_date(period) if flash else city.release_date(period)
    arrived = receipts(workspace)
    own = [receipt for receipt in arrived if receipt.quarter == quarter] or arrived
    punctual = any(receipt.received_at <= due for receipt in own)
    return due if due <= now and punctual else now


def evidence(workspace: Workspace, quarter: str, as_of: dt.date, *, flash: bool = False) -> Evidence:
    """The cells and small tables of all quarters up to the release quarter, as known on a day.

    Measured and imputed cells are both there; which of them count follows from the vintage.

    Raises:
        InputError: cells of some quarters are missing; all are named.
    """
    lake, needed = Lake(workspace.lake), history(workspace, quarter)
    frames = {name: known_cells(lake, table, needed, as_of).to_pandas() for name, table in CELLS.items()}
    frames |= {name: lake.read(table).to_pandas() for name, table in SMALL.items()}
    city = workspace.city
    # Without firms there are no returns to count.
    closing = annual_coverage(workspace, needed, as_of).to_pandas() if needed else pd.DataFrame()
    return Evidence(
        **frames,
        closing=closing,
        closed_from=city.annual_coverage,
        resampled=resampled(workspace, quarter, as_of).to_pandas() if flash and needed else pd.DataFrame(),
        membership=arrow_tables()["membership"].to_pandas(),
        place=city.code,
        counties=tuple(county.code for county in city.counties),
        first_release=city.release_quarters[0],
        vintage=vintage(flash=flash),
    )


def vintage(*, flash: bool) -> str:
    """What all own figures of a release are: imputation is on for a flash, and off from the preliminary vintage on."""
    return FLASH if flash else PRELIMINARY


def observation(workspace: Workspace, quarter: str, as_of: dt.date, *, flash: bool = False) -> Made:
    """Make the observations of a release quarter, of the preliminary vintage or of a flash.

    Raises:
        InputError: tables that it rests on are missing or older than the files received; all are named.
    """
    lake, needed = Lake(workspace.lake), history(workspace, quarter)
    refuse_stale(workspace, quarter)
    made_from = [
        str(as_of),
        vintage(flash=flash),
        workspace.city.model_dump_json(),
        code_hash("indicators", "classification"),
        *(statement("pipelines", name) for name in ("annual_coverage", *(RESAMPLED_SQL if flash else ()))),
        *(digest for table in CELLS.values() if needed for digest in lake.hashes(table, needed)),
        *(digest for table in SMALL.values() for digest in lake.hashes(table)),
        *(lake.hashes("core_return", years) if (years := fourth_quarters(needed)) else []),
        *(lake.hashes("core_annual") if needed else []),
        *(lake.hashes("class_return", [quarter]) if flash and needed else []),
    ]

    def fill(path: Path) -> None:
        frame = measure(evidence(workspace, quarter, as_of, flash=flash), Quarter.parse(quarter), as_of)
        schema = contract("observation").schema
        write_table(pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False), path)

    return lake.refresh("observation", quarter, fill, made_from=made_from)


def refuse_stale(workspace: Workspace, quarter: str) -> None:
    """Refuse to go on from tables that are not as the files received and the code of today would make them.

    Raises:
        InputError: tables that a release of the quarter rests on are missing or behind; all are named.
    """
    if behind := stale(workspace, history(workspace, quarter)):
        raise InputError(
            f"以下各期尚未汇总，或收到新资料后尚未重算：{'、'.join(behind)}。请先收数（shuce run {quarter}）。",
            f"Cells are missing or older than the files received: {', '.join(behind)}. Run shuce run {quarter}.",
            where=quarter,
        )


def known_cells(lake: Lake, table: str, quarters: list[str], as_of: dt.date) -> pa.Table:
    """The cells of quarters as known on a day; no rows where no quarter is needed.

    Raises:
        InputError: cells are missing; the quarters are named.
        NotKnownError: those of some quarters were all learnt later; the quarters are named.
    """
    known = [("known_from", "<=", as_of), ("known_to", ">", as_of)]
    paths = lake.existing(table, quarters) if quarters else []
    tables = [pq.read_table(path, filters=known, partitioning=None) for path in paths]
    later = [path.stem for path, rows in zip(paths, tables, strict=True) if not len(rows) and _holds_rows(path)]
    if later:
        raise NotKnownError(
            f"截至 {as_of}，{'、'.join(later)} 的报表、增加值率或剥离系数尚未到齐。请改用更晚的数据截止日（--as-of）。",
            f"As of {as_of}, returns, rates or coefficients of {', '.join(later)} were lacking; take a later --as-of.",
            where=table,
        )
    return pa.concat_tables([contract(table).schema.empty_table(), *tables], promote_options="permissive")


def _holds_rows(path: Path) -> bool:
    return bool(pq.read_metadata(path).num_rows)
