"""Copies of a release that may leave the house: what passes the gate, in a folder of its level.

Belongs here: what readers hold already, and in which order gate and builders do their work. Does not belong here: what
passes (judged, release.gate), what to hide (indicators.disclosure), how a folder is laid out (release.cut).

Cost: one pass over the parts of the release's quarters per day of knowledge, seconds of linear programming per year of
history, and what a release of the level's figures costs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from classification.errors import InputError
from indicators.catalogue import catalogue
from indicators.monitored import class_labels
from indicators.quarter import Quarter
from indicators.vintage import FLASH
from pipelines import clock
from pipelines.access import record, refuse_without_purpose
from pipelines.lake import ALL, Lake
from pipelines.provenance import code_hash, lock_hash
from pipelines.release.copies import copy_line, refuse_faults, said_of
from pipelines.release.cut import altered, cut_level, manifest
from pipelines.release.dictionary import conform, region_table
from pipelines.release.document import template_hash
from pipelines.release.gate import (
    Level,
    Passing,
    approval_of,
    blocks_said,
    disclosure,
    held_back,
    of_cells,
    passed,
    rules_said,
    terms,
    told_of,
)
from pipelines.release.issue import STAMPS, Issue
from pipelines.release.read import copies, steps_said
from pipelines.release.snapshot import contents
from pipelines.steps.judged import Known, Published, judged
from pipelines.steps.observed import history, refuse_stale
from pipelines.steps.released import published_cells
from pipelines.workspace import Workspace

_CELLS: Final = "cell_published"


@dataclass(frozen=True)
class Export:
    """A copy that may leave: its folder, what may be shown, how many observations are in it, hidden and left out."""

    folder: Path
    passing: Passing
    observations: int
    hidden: int
    left_out: int


def export(
    workspace: Workspace, release: Path, level: Level, *, purpose: str, now: dt.datetime | None = None
) -> Export:
    """Write what of a release may leave the house at a level, and note who asked and what for.

    Args:
        workspace: whose release. The caller holds it.
        release: the folder of the release.
        level: L1 for the task force, L0 for the public.
        purpose: what for.
        now: the time that approval and embargo are held against; default the clock's.

    Returns:
        The folder ``export/<level>/<quarter>_<as_of>_<level>_<10 hex>`` and what is in it; one that is there already is
        left.

    Raises:
        InputError: no purpose; the rules have no approver; a public copy has no approval or is embargoed; the release
            is a flash, or was not cut from the lake as it is now; an earlier copy is gone, is not as it was logged, or
            does not say what it told; some cell cannot be protected (it is named, with how close it could be bounded).
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
    approval = approval_of(settings, said["release"], as_of, now or clock.now()).said if level == "L0" else {}
    refuse_faults(workspace)
    _refuse_other_ground(workspace, said)
    published = _published(workspace, level)
    observations = pq.read_table(release / "parquet" / "observation.parquet").to_pandas()
    passing = judged(workspace, Known(quarter, as_of, observations), settings, published)
    kept = passed(observations, passing, level, place=workspace.city.code)
    left_out = held_back(observations, kept)
    told = {
        "of": said["release"],
        "rules": rules_said(settings.rules),
        "approval": approval,
        "blocks": blocks_said(passing.found),
        "hidden": sorted(map(list, passing.found.hidden)),
        "unchanged": [[*key, *cell] for key, cells in sorted(passing.unchanged.items()) for cell in sorted(cells)],
        "rounded": [[*figure, step] for figure, step in sorted(passing.rounded.items())],
        "known": {period: passing.held.get(period, said["as_of"]) for period in _periods(kept, level)},
        "left_out": left_out,
        "provenance": {"code": code_hash(), "lock": lock_hash(), "template": template_hash(workspace)},
    }
    words = terms(passing, level, kept, left_out)
    issue = Issue("", Quarter.parse(quarter), as_of, level=level, stamp=STAMPS[level], terms=words)
    line = {"level": level, "quarter": quarter, "as_of": said["as_of"], **told}
    rested_on = _rested_on(workspace, quarter)

    def note(name: str, sha256: str) -> None:
        copied = copy_line({"release": name, **line}, sha256, rested_on)
        asked = {"level": level, "release": said["release"]} | approval
        record(workspace, "export", asked, purpose=purpose, units=0, copied=copied)

    folder = cut_level(workspace, issue, _tables(workspace, level, kept), told, note=note)
    return Export(folder, passing, len(kept), int(kept["value"].isna().sum()), sum(left_out.values()))


def _rested_on(workspace: Workspace, quarter: str) -> dict[str, str]:
    """The hash of each partition of the lake that was judged, or that the figures are sums of."""
    judged = [(table, one) for table in ("class_part", "class_return", _CELLS) for one in history(workspace, quarter)]
    lake, judged = Lake(workspace.lake), [*judged, ("core_digital_use", ALL)]
    return {f"{table}/{partition}": lake.note_of(table, partition).sha256 for table, partition in judged}


def _refuse_other_ground(workspace: Workspace, said: Mapping[str, Any]) -> None:
    """Refuse a release that the lake of today would not give: what units put in would not be what its figures hold."""
    quarter, as_of = said["quarter"], dt.date.fromisoformat(said["as_of"])
    if broken := altered(workspace.releases / said["release"], said):
        raise InputError(
            f"{said['release']} 与自己的清单不符（{'、'.join(broken)}），不能导出。请从备份恢复，或重新发布。",
            f"{said['release']} is not what its manifest says ({', '.join(broken)}); restore it or cut it again.",
            where=said["release"],
        )
    refuse_stale(workspace, quarter)
    cells = conform(_CELLS, published_cells(workspace, quarter, as_of))
    if asdict(contents({_CELLS: cells})[_CELLS]) != said["tables"][_CELLS]:
        raise InputError(
            f"{said['release']} 发布之后，截至 {as_of} 的汇总变了（补收了截止日以前的文件，或程序、设置有变化），"
            f"不能据现在的单位资料审查。请先重新发布（shuce run {quarter} --as-of {as_of}），再导出。",
            f"What is known as of {as_of} has changed since {said['release']} was cut; its figures cannot be checked "
            f"against the units of today. Cut it again (`shuce run {quarter} --as-of {as_of}`), then export.",
            where=said["release"],
        )


def _published(workspace: Workspace, level: Level) -> Published:
    """All that copies at any level have said so far, and which of it a copy of a level would say again."""
    said = {folder: said_of(folder) for folder in copies(workspace)}
    unchanged: dict[tuple[str, str], set[tuple[str, str]]] = {}
    known: dict[str, set[str]] = {}
    tellers: dict[str, dict[Path, dict[str, Any]]] = {}
    for folder, one in said.items():
        for item, year, region, name in one["unchanged"]:
            unchanged.setdefault((item, year), set()).add((region, name))
        for quarter, day in one["known"].items():
            known.setdefault(quarter, set()).add(day)
            tellers.setdefault(quarter, {})[folder] = one
    told = {quarter: _last(quarter, those, level) for quarter, those in tellers.items()}
    return Published(
        hidden=frozenset((region, name) for one in said.values() for region, name in one["hidden"]),
        unchanged={key: frozenset(cells) for key, cells in unchanged.items()},
        known={quarter: frozenset(days) for quarter, days in known.items()},
        last={quarter: said[folder]["known"][quarter] for quarter, folder in told.items()},
        told=told,
        rough={folder: steps_said(one) for folder, one in said.items()},
    )


def _last(quarter: str, said: Mapping[Path, Mapping[str, Any]], level: Level) -> Path:
    """The last copy that told a quarter: of the level, for only those have all of its rows; if none did, of any."""
    own = [folder for folder, one in said.items() if one["level"] == level] or list(said)
    return max(own, key=lambda folder: (said[folder]["as_of"], said[folder]["known"][quarter], folder.name))


def _periods(kept: pd.DataFrame, level: Level) -> list[str]:
    """The quarters and years for which figures that rest on units are shown."""
    return sorted(set(told_of(kept[of_cells(kept, level)])))


def _tables(workspace: Workspace, level: Level, kept: pd.DataFrame) -> dict[str, pa.Table]:
    """The tables of the level: its observations, and the names of what they speak of."""
    key = ["id", "definition_id"]
    used = kept[["indicator", "definition_id"]].drop_duplicates().set_axis(key, axis=1)
    named = class_labels()
    return {
        "observation": pa.Table.from_pandas(kept, preserve_index=False),
        "catalogue": pa.Table.from_pandas(catalogue().merge(used, on=key).assign(release_level=level)),
        "class_label": pa.Table.from_pandas(named[named["class"].isin(kept["class"])], preserve_index=False),
        "region": region_table(workspace.city),
    }
