"""Copies of a release that may leave the house: what passes the gate, in a folder of its level.

Belongs here: what readers hold already, and in which order gate and builders do their work. Does not belong here: what
passes (release.gate), what to hide (indicators.disclosure), what units put in (contributed), how a folder is laid out
(release.cut).

Cost: one pass over the parts of the release's quarters per day of knowledge, seconds of linear programming per year of
history, and what a release of the level's figures costs.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from classification.errors import InputError
from indicators.catalogue import catalogue
from indicators.disclosure import exposed, pattern
from indicators.monitored import class_labels
from indicators.observation import KEY
from indicators.quarter import Quarter
from indicators.vintage import FLASH
from pipelines import clock
from pipelines.access import record, refuse_without_purpose
from pipelines.provenance import code_hash, lock_hash
from pipelines.release.cut import cut_level, manifest
from pipelines.release.dictionary import region_table
from pipelines.release.document import template_hash
from pipelines.release.gate import (
    Disclosure,
    Level,
    Passing,
    approval_of,
    blocks_said,
    disclosure,
    ends,
    gated,
    held_back,
    passed,
    rules_said,
    terms,
)
from pipelines.release.issue import STAMPS, Issue
from pipelines.release.read import MANIFEST
from pipelines.steps.contributed import BASED, between, classes, contributions, of_quarters, rebased
from pipelines.workspace import Workspace

LEVELS: Final = ("L1", "L0")


@dataclass(frozen=True)
class Export:
    """A copy that may leave: its folder, what may be shown, how many observations are in it, hidden and left out."""

    folder: Path
    passing: Passing
    observations: int
    hidden: int
    left_out: int


@dataclass(frozen=True)
class Published:
    """What readers hold already, of copies at any level.

    Attributes:
        hidden: cells that some copy hid.
        unchanged: item and year → cells of which some copy kept the change back.
        known: quarter → the day as of which the last copy that told it knew it.
        told: quarter → the last copies that told it.
    """

    hidden: frozenset[tuple[str, str]]
    unchanged: Mapping[tuple[str, str], frozenset[tuple[str, str]]]
    known: Mapping[str, str]
    told: Mapping[str, tuple[Path, ...]]

    def observations(self, quarters: Iterable[str]) -> pd.DataFrame:
        """What was last told of some quarters, that of the task force's copy before the public one's."""
        rows = [_told(folder, quarter) for quarter in quarters for folder in self.told[quarter]]
        return pd.DataFrame(pd.concat(rows, ignore_index=True).drop_duplicates(KEY)) if rows else pd.DataFrame()


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
        The folder ``export/<level>/<quarter>_<as_of>_<level>_<10 hex>`` and what is in it; one that is there already is
        left.

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
        approval_of(settings, quarter, now or clock.now())
    published = _published(workspace)
    passing = _passing(workspace, quarter, as_of, settings, published)
    observations = pq.read_table(release / "parquet" / "observation.parquet").to_pandas()
    kept = passed(observations, passing, level, place=workspace.city.code)
    left_out = held_back(observations, kept)
    told = {
        "of": said["release"],
        "rules": rules_said(settings.rules),
        "blocks": blocks_said(passing.found),
        "hidden": sorted(map(list, passing.found.hidden)),
        "unchanged": [[*key, *cell] for key, cells in sorted(passing.unchanged.items()) for cell in sorted(cells)],
        "known": {quarter: passing.held.get(quarter, said["as_of"]) for quarter in _quarters(kept)},
        "left_out": left_out,
        "provenance": {"code": code_hash(), "lock": lock_hash(), "template": template_hash(workspace)},
    }
    record(workspace, "export", {"level": level, "release": said["release"]}, purpose=purpose, units=0)
    words = terms(passing, level, kept, left_out)
    issue = Issue("", Quarter.parse(quarter), as_of, level=level, stamp=STAMPS[level], terms=words)
    folder = cut_level(workspace, issue, _tables(workspace, level, kept), told)
    return Export(folder, passing, len(kept), int(kept["value"].isna().sum()), sum(left_out.values()))


def _passing(workspace: Workspace, quarter: str, as_of: dt.date, settings: Disclosure, published: Published) -> Passing:
    """What may leave, beside all that readers hold already."""
    place, rules = workspace.city.code, settings.rules.rules
    told = contributions(workspace, quarter, as_of)
    found = pattern(
        told,
        regions=[county.code for county in workspace.city.counties],
        whole=place,
        classes=classes(),
        rules=rules,
        withheld=published.hidden,
    )

    def closed(changes: pd.DataFrame, withheld: Iterable[tuple[str, str]] = ()) -> frozenset[tuple[str, str]]:
        return exposed(changes, found, whole=place, classes=classes(), rules=rules, withheld=set(withheld))

    held: dict[str, str] = {}
    earlier = {quarter: day for quarter, day in published.known.items() if day != as_of.isoformat()}
    for day in sorted(set(earlier.values())):
        before = contributions(workspace, quarter, dt.date.fromisoformat(day))
        for one in sorted(each for each, known in earlier.items() if known == day and each <= quarter):
            was, now = of_quarters(before, [one]), of_quarters(told, [one])
            if closed(between(was, now)):
                held[one] = day
                told = pd.concat([told.drop(now.index), was], ignore_index=True)
    years = sorted({period[:4] for period in told["period"]})
    unchanged = {
        (item, year): cells
        for item in BASED
        for year in years
        if (cells := closed(rebased(told, item, year), published.unchanged.get((item, year), ())))
    }
    return Passing(found, unchanged, held, published.observations(held))


def _published(workspace: Workspace) -> Published:
    """All that copies at any level have said so far."""
    folders = [path.parent for level in LEVELS for path in sorted(workspace.exports(level).glob(f"[!.]*/{MANIFEST}"))]
    said: dict[Path, dict[str, Any]] = {
        folder: json.loads((folder / MANIFEST).read_text(encoding="utf-8")) for folder in folders
    }
    unchanged: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for one in said.values():
        for item, year, region, name in one["unchanged"]:
            unchanged.setdefault((item, year), set()).add((region, name))
    ordered = sorted(said.values(), key=lambda one: str(one["as_of"]))
    last = {quarter: one["as_of"] for one in ordered for quarter in one["known"]}
    return Published(
        hidden=frozenset((region, name) for one in said.values() for region, name in one["hidden"]),
        unchanged={key: frozenset(cells) for key, cells in unchanged.items()},
        known={quarter: day for one in ordered for quarter, day in one["known"].items()},
        told={
            quarter: tuple(folder for folder, one in said.items() if quarter in one["known"] and one["as_of"] == day)
            for quarter, day in last.items()
        },
    )


def _told(folder: Path, quarter: str) -> pd.DataFrame:
    """What a copy says of a quarter."""
    rows = pq.read_table(folder / "parquet" / "observation.parquet").to_pandas()
    return pd.DataFrame(rows[ends(rows) == quarter])


def _quarters(kept: pd.DataFrame) -> list[str]:
    """The quarters for which figures that rest on units are shown."""
    own = {name for name, _ in gated()}
    return sorted(set(kept.loc[kept["indicator"].isin(own) & kept["span"].ne("annual"), "period"]))


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
