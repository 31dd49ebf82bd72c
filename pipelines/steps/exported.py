"""Copies of a release that may leave the house: what passes the gate, in a folder of its level.

Belongs here: what units contribute to the cells of a release, and laying the folder out. Does not belong here: what
passes (release.gate), choosing what to hide (indicators.disclosure).

Cost: one pass over the parts of the release's quarters, and some seconds of linear programming.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from classification import arrow_tables, labels
from classification.errors import InputError
from indicators.catalogue import catalogue
from indicators.disclosure import Pattern, pattern
from indicators.monitored import class_labels
from indicators.quarter import Quarter
from indicators.vintage import FLASH
from pipelines.access import record, refuse_without_purpose
from pipelines.engine import engine, statement
from pipelines.lake import Lake, sha256_of, write_table
from pipelines.release.cut import manifest
from pipelines.release.dictionary import region_table
from pipelines.release.display import WITHHELD_ZH
from pipelines.release.gate import HIDDEN, Level, approval_of, disclosure, held_back, passed, rules_said
from pipelines.release.package import harmless
from pipelines.steps.observed import history
from pipelines.workspace import Workspace

ITEMS: Final = ("va", "va_base", "revenue", "revenue_base", "staff")
MANIFEST: Final = "manifest.json"
_CORE: Final = ("core", "01", "02", "03", "04")
_FINEST: Final = 2  # the level of the finest published classes, the total being 0
_MODES: Final[dict[str, tuple[int, int]]] = {"L1": (0o750, 0o440), "L0": (0o755, 0o444)}
_BUILDING: Final = ".building-"
_LEGEND: Final = (
    WITHHELD_ZH,
    "核心产业增加值（监测测算）为监测测算数，不是国家或省级统计机构核定的数。",
)


@dataclass(frozen=True)
class Export:
    """A copy that may leave: its folder, what may be shown, how many observations are in it, hidden and left out."""

    folder: Path
    pattern: Pattern
    observations: int
    hidden: int
    left_out: int


def export(
    workspace: Workspace, release: Path, level: Level, *, purpose: str, now: dt.datetime | None = None
) -> Export:
    """Write what of a release may leave the house at a level, and note who asked and what for.

    Args:
        workspace: whose release; its lake still holds the parts that the release rests on.
        release: the folder of the release.
        level: L1 for the task force, L0 for the public.
        purpose: what for.
        now: the time that an embargo is held against; default the clock's.

    Returns:
        The folder ``export/<level>/<release>_<10 hex>`` and what is in it; one that is there already is left.

    Raises:
        InputError: no purpose; the rules have no approver; a public copy has no approval or is embargoed; the release
            is a flash; some cell cannot be protected (it is named, with how close it could be bounded).
    """
    refuse_without_purpose(purpose, "--purpose")
    said, settings = manifest(release), disclosure(workspace)
    if said["vintage"] == FLASH:
        raise InputError(
            "快报含推算数，不导出；请导出该季度的初步数。",
            "A flash holds imputed returns and is not exported; export the preliminary release.",
            where=said["release"],
        )
    quarter, as_of = said["quarter"], dt.date.fromisoformat(said["as_of"])
    if level == "L0":
        approval_of(settings, quarter, now or dt.datetime.now().astimezone())
    place = workspace.city.code
    found = pattern(
        _contributions(workspace, quarter, as_of),
        regions=[county.code for county in workspace.city.counties],
        whole=place,
        classes=_classes(),
        rules=settings.rules.rules,
        withheld=_hidden_before(workspace),
    )
    observations = pq.read_table(release / "parquet" / "observation.parquet").to_pandas()
    kept = passed(observations, found, level, place=place)
    tables = _tables(workspace, kept)
    told = {
        "level": level,
        "release": said["release"],
        "quarter": quarter,
        "as_of": said["as_of"],
        "rules": rules_said(settings.rules),
        "blocks": blocks_said(found),
        "hidden": sorted(map(list, found.hidden)),
        "left_out": held_back(observations, kept),
        "notes": list(_LEGEND),
    }
    record(workspace, "export", {"level": level, "release": said["release"]}, purpose=purpose, units=0)
    folder = _write(workspace.exports(level), said["release"], level, tables, told)
    hidden = int(kept["value"].isna().sum())
    return Export(folder, found, len(kept), hidden, sum(told["left_out"].values()))


def _contributions(workspace: Workspace, quarter: str, as_of: dt.date) -> pd.DataFrame:
    """What every unit adds to every finest class, by quarter and item, within the year and in the quarter alone."""
    lake, quarters = Lake(workspace.lake), history(workspace, quarter)
    if not quarters:
        raise InputError(
            "该工作区没有企业数据，发布的全部是公布数，无须导出。",
            "This workspace has no units; all that it releases is public already.",
        )
    finest = pa.table({"class": [name for name in _classes() if _level_of(name) == _FINEST]})
    with engine(lake.root) as work:
        work.add(class_part=lake.existing("class_part", quarters))
        work.add(membership=arrow_tables()["membership"], finest=finest)
        parts = work.rows(statement("pipelines", "protected_part"), {"as_of": as_of}).to_pandas()
    long = parts.melt(["quarter", "county", "class", "unit"], list(ITEMS), var_name="item")
    both = pd.concat([long, _alone(long[long["item"] != "staff"])], ignore_index=True)
    both = both.assign(period=both["quarter"] + " " + both["item"]).rename(columns={"county": "region"})
    return pd.DataFrame(both[["period", "region", "class", "unit", "value"]])


def _alone(long: pd.DataFrame) -> pd.DataFrame:
    """Single quarters: each cumulative amount less that of the quarter before in the year.

    A unit that left a cell within the year takes out in its next quarter what it had put in: it is in that quarter's
    figure, with a minus.
    """
    after = long["quarter"].map(lambda quarter: str(Quarter.parse(quarter) + 1))
    there = set(long["quarter"])
    taken = long.assign(quarter=after, value=-long["value"])
    taken = taken[(after.str[:4] == long["quarter"].str[:4]) & after.isin(there)]
    cell = ["quarter", "county", "class", "unit", "item"]
    sums = pd.concat([long, taken], ignore_index=True).groupby(cell)["value"].sum().reset_index()
    return sums.assign(item=sums["item"] + " alone")


def _classes() -> dict[str, str]:
    """The core, its divisions and their groups, each with the class above it."""
    tree = labels()
    digital = tree[(tree["scheme"] == "digital") & (tree["level"] <= _FINEST)]
    above = dict(zip(digital["class"], digital["parent"], strict=True))
    return {name: over for name, over in above.items() if name in _CORE or over in _CORE}


def _level_of(name: str) -> int:
    return 0 if name == "core" else len(name) // 2


def _hidden_before(workspace: Workspace) -> set[tuple[str, str]]:
    """Cells that a copy at any level has hidden; they stay hidden."""
    earlier = [path for level in _MODES for path in workspace.exports(level).glob(f"[!.]*/{MANIFEST}")]
    return {tuple(cell) for path in earlier for cell in json.loads(path.read_text(encoding="utf-8"))["hidden"]}


def blocks_said(found: Pattern) -> list[dict[str, Any]]:
    """The blocks in words, as manifest, notes and command line tell them."""
    words = {"whole": "全市", "part": "分县（市、区）"}
    depth = ("核心产业合计", "大类", "中类")
    return [
        {
            "block": f"{words[row['place']]} × {depth[row['level']]}",
            "cells": int(row["cells"]),
            "unsafe": int(row["unsafe"]),
            "folded": bool(row["folded"]),
        }
        for row in found.blocks.to_dict("records")
    ]


def _tables(workspace: Workspace, kept: pd.DataFrame) -> dict[str, pa.Table]:
    used = catalogue().merge(kept[["indicator", "definition_id"]].drop_duplicates(), left_on=["id", "definition_id"],
                             right_on=["indicator", "definition_id"]).drop(columns="indicator")  # fmt: skip
    named = class_labels()
    return {
        "observation": pa.Table.from_pandas(kept, preserve_index=False),
        "catalogue": pa.Table.from_pandas(used.drop(columns="release_level"), preserve_index=False),
        "class_label": pa.Table.from_pandas(named[named["class"].isin(kept["class"])], preserve_index=False),
        "region": region_table(workspace.city),
    }


def _write(root: Path, release: str, level: str, tables: Mapping[str, pa.Table], told: dict[str, Any]) -> Path:
    """Lay the folder out beside its place and move it there in one step; its files are read-only."""
    folder_mode, file_mode = _MODES[level]
    building = root / f"{_BUILDING}{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        for name, table in tables.items():
            write_table(table, building / f"{name}.parquet")
            _write_csv(table, building / f"{name}.csv")
        (building / "说明.txt").write_text(_readme(told), encoding="utf-8")
        files = {path.name: sha256_of(path) for path in sorted(building.iterdir())}
        text = json.dumps(told | {"files": files}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        (building / MANIFEST).write_text(text, encoding="utf-8")
        folder = root / f"{release}_{hashlib.sha256(text.encode()).hexdigest()[:10]}"
        if not folder.exists():
            for path in building.iterdir():
                path.chmod(file_mode)
            building.chmod(folder_mode)
            building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder


def _write_csv(table: pa.Table, path: Path) -> None:
    frame = harmless(table).to_pandas()
    if "value" in frame:
        frame["value"] = frame["value"].astype(object).where(frame["status"] != HIDDEN, "※")
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _readme(told: Mapping[str, Any]) -> str:
    blocks = [
        f"  {block['block']}：{'并入上一级，不单独公布' if block['folded'] else '公布'}"
        f"（{block['cells']} 格，其中 {block['unsafe']} 格不足以单独公布）"
        for block in told["blocks"]
    ]
    lines = [
        f"{told['release']}（{told['level']}，数据截止 {told['as_of']}）",
        *_LEGEND,
        "各类向上归并后再隐去；隐去的格子各期相同：",
        *blocks,
        f"未列入的观测值：{sum(told['left_out'].values())} 个（见 manifest.json 的 left_out）。",
    ]
    return "\n".join(lines) + "\n"
