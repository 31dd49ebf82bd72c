"""The gate between a release (L2) and what leaves the house: the task force's copy (L1) and the public one (L0).

Belongs here: the rules in force and their approval, and which observations pass. Does not belong here: choosing what to
hide (indicators.disclosure), gathering what units contribute (steps), folders and files (exported).
"""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import pandas as pd
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from classification.errors import InputError
from indicators.catalogue import indicators
from indicators.disclosure import Pattern, PatternRules
from indicators.measure import dispatch
from indicators.observation import KEY
from indicators.quarter import Quarter
from pipelines import clock
from pipelines.release.display import WITHHELD_ZH
from pipelines.release.rounded import Figure, figures, roughly_told, to_step
from pipelines.workspace import Workspace

Level = Literal["L1", "L0"]
SETTINGS: Final = "disclosure.toml"
HIDDEN: Final = "C"
ROUNDED: Final = "R"
_HOUSE: Final = "L2"
# What a public copy shows of a place: the place as a whole, the core and its divisions.
_PUBLIC_CLASS: Final = 2
_YEAR: Final = 4  # the length of a period that is a year


Terms = tuple[tuple[str, str], ...]
Cell = tuple[str, str]
_ENTRY: Final = """
[[approval]]
release = "{release}"
approved_by = ""
approved_on = {today}
embargo = {now}
"""
_FOLDED: Final = (
    "为使单个单位不被推断，类别先向上归并，再隐去个别数：下列各块不能单独公布的格子过多，并入上一级，不列出：{}；"
    "格数见 manifest.json 的 blocks。"
)
_SCOPE: Final = "公开稿只列全市的核心产业合计和大类，以及已公布的核算数和其他机构公布的数。"
_SAME: Final = "一格在任何一期不能公布，各期都隐去；为使其不能由合计倒算，另隐去少数其他格子。"
_UNCHANGED: Final = (
    "有的增速、拉动和贡献率连同上年公布数会说出上年同期基数，从而说出个别单位的进退或更正：其中可比价累计增速和拉动，"
    "修约到十分之一、二分之一或一个百分点足以保护的列修约数（上标R，各修约到多少见 manifest.json 的 rounded），"
    "其余以※隐去；人数各季对照会说出个别单位的，人数和劳动生产率也以※隐去。"
)
_LEFT_OUT: Final = (
    "有的指标建立在单位资料上，未能证明不透露单个单位，全部或部分不列出：{}；名单见 manifest.json 的 left_out。"
)


class Limits(BaseModel):
    """The rules in force and who approved them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_count: int = Field(ge=3)
    dominance: tuple[tuple[int, float], ...]
    p_percent: float = Field(gt=0, lt=1)
    fold: float = Field(gt=0, le=1)
    approved_by: str = ""
    approved_on: str = ""

    @property
    def rules(self) -> PatternRules:
        """As disclosure control takes them."""
        return PatternRules(self.min_count, self.dominance, self.p_percent, self.fold)

    @property
    def answers(self) -> PatternRules:
        """As disclosure control takes them for both sides of a rate: ``min_count`` units must have a part in each."""
        some = (self.min_count - 1, 1.0)
        return PatternRules(self.min_count, (*self.dominance, some), self.p_percent, self.fold)


class Approval(BaseModel):
    """The approval of the public copy of one release: by whom, when, and before which time nobody may have it.

    The name of a release ends in the hash of what is in it, so that another cut of the quarter is not approved by it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: str
    approved_by: str = Field(min_length=1)
    approved_on: dt.date
    embargo: AwareDatetime

    @property
    def said(self) -> dict[str, str]:
        """As manifest and log of access state it; of which release they say themselves."""
        return {
            "approved_by": self.approved_by,
            "approved_on": self.approved_on.isoformat(),
            "embargo": self.embargo.isoformat(),
        }


class Disclosure(BaseModel):
    """The settings of a workspace."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Limits
    approval: tuple[Approval, ...] = ()


def disclosure(workspace: Workspace) -> Disclosure:
    """The settings in force: the workspace's own, and of what it does not set those that come with the program.

    Raises:
        InputError: the file is not as it should be (the entry is named), or a real city's rules have no approver.
    """
    own = workspace.home / SETTINGS
    packaged = tomllib.loads((files(__package__) / SETTINGS).read_text("utf-8"))
    try:
        entered = tomllib.loads(own.read_text(encoding="utf-8")) if own.exists() else {}
        found = Disclosure.model_validate(packaged | entered)
    except tomllib.TOMLDecodeError as fault:
        raise InputError(f"保密设置无法读取：{fault}。", f"Not a TOML file: {fault}.", where=str(own)) from None
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(
            f"保密设置的 {place} 有误，请对照 docs/export.md 更正（少于三家不得公布；解禁时间须写明时区）。",
            f"{place}: {first['msg']}.",
            where=str(own),
        ) from None
    if not (found.rules.approved_by and found.rules.approved_on) and not workspace.city.synthetic:
        raise InputError(
            f"保密规则尚未经批准：请在 {SETTINGS} 的 [rules] 中写明 approved_by 和 approved_on。",
            "The rules of disclosure control have no approver or no day; enter both under [rules].",
            where=str(own),
        )
    return found


def approval_of(found: Disclosure, release: str, as_of: dt.date, now: dt.datetime) -> Approval:
    """The approval of a release's public copy.

    Args:
        found: the settings in force.
        release: the name of the release.
        as_of: the day whose knowledge the release rests on; nobody can have approved it earlier.
        now: the moment, in any time zone.

    Raises:
        InputError: there is none (what to enter is said), it is of a day to come or before ``as_of``, or the embargo
            has not passed.
    """
    own = [approval for approval in found.approval if approval.release == release]
    if not own:
        minute = now.replace(second=0, microsecond=0).isoformat()
        entry = _ENTRY.format(release=release, today=clock.day_of(now), now=minute)
        raise InputError(
            f"{release} 的公开稿（L0）未经批准。请批准人在工作区的 {SETTINGS} 末尾写入以下五行，填上姓名，"
            f"有解禁时间的改成解禁时间：\n{entry}",
            f"The public copy of {release} has no approval; its approver enters the lines above in {SETTINGS}.",
            where=release,
        )
    last = own[-1]
    if last.approved_on > clock.day_of(now):
        raise InputError(
            f"{release} 的公开稿（L0）批准日期 {last.approved_on} 还没有到，请在 {SETTINGS} 中更正 approved_on。",
            f"The day of its approval, {last.approved_on}, is yet to come; correct approved_on.",
            where=release,
        )
    if last.approved_on < as_of:
        raise InputError(
            f"{release} 的公开稿（L0）批准日期 {last.approved_on} 早于数据截止日 {as_of}，那时还没有这份发布包，"
            f"请在 {SETTINGS} 中更正 approved_on。",
            f"Approved on {last.approved_on}, before its cut-off {as_of}; correct approved_on.",
            where=release,
        )
    if now < last.embargo:
        raise InputError(
            f"{release} 的公开稿（L0）{last.embargo.isoformat(sep=' ', timespec='minutes')} 前不得导出。",
            f"Embargoed until {last.embargo.isoformat()}.",
            where=release,
        )
    return last


@dataclass(frozen=True)
class Gated:
    """An indicator that rests on cells of units and may pass.

    A growth rate beside a level tells last year's base, and so what became of single units since last year's level. A
    ratio beside what it is taken of tells the denominator, which may be another cell.

    Attributes:
        level: the most public one.
        change: whose change it tells, or ''.
        over: whose core it is a ratio of: ``region`` its own region's, ``place`` that of the place as a whole, or ''.
    """

    level: str
    change: str
    over: str

    def cells(self, own: Cell, place: str) -> frozenset[Cell]:
        """The cells that a figure of a cell tells of: its own, and the one it is a ratio of."""
        core = {"region": own[0], "place": place}
        return frozenset({own, (core[self.over], "core")} if self.over else {own})


@dataclass(frozen=True)
class Passing:
    """What may leave.

    Attributes:
        found: the cells by region and class that are shown and hidden; what of the core is folded.
        unchanged: item and year → cells whose change is not told in that year.
        held: quarters, and years of surveys, whose figures stay as they were published → the day of those.
        published: the observations that were published of these.
        rounded: growth and pulls told rounded where the exact ones are not told → the step.
    """

    found: Pattern
    unchanged: Mapping[tuple[str, str], Collection[tuple[str, str]]] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    published: pd.DataFrame = field(default_factory=pd.DataFrame)
    rounded: Mapping[Figure, float] = field(default_factory=dict)


@cache
def gated() -> dict[tuple[str, str], Gated]:
    """The indicators of ``gated.csv``, by indicator and definition."""
    text = (files(__package__) / "gated.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["indicator"], row["definition_id"]): Gated(row["level"], row["change"], row["over"]) for row in rows}


def passed(observations: pd.DataFrame, passing: Passing, level: Level, *, place: str) -> pd.DataFrame:
    """The observations that may leave at a level; a hidden one stays as a row without a value, status C.

    What no unit is behind says itself how far it goes: what accounts and other bodies published is L0, what departments
    report and what follows from input-output tables L1. What rests on cells of units passes where its cell and the one
    it is a ratio of are shown, and a growth where their changes may be told, if only rounded (status R). Of the task
    force's ledgers an amount over fewer than three entries is hidden; everything else does not pass.

    Args:
        observations: of a release (L2).
        passing: what may leave.
        level: L1 for the task force, L0 for the public.
        place: the code of the place as a whole.

    Returns:
        The columns of ``observations`` with ``release_level`` as asked; ``value`` null where hidden.
    """
    found, own = passing.found, of_cells(observations, level)
    cells = pd.Series(list(zip(observations["region"], observations["class"], strict=True)), index=observations.index)
    gated_rows = own & cells.isin(found.shown | found.hidden) & _public(observations, level, place)
    free = observations["release_level"].le(level) & _of_place(observations, level, place) & ~own
    few = _of_few(observations, level)
    late = gated_rows & _of_held(observations, passing.held)
    kept = observations[(gated_rows | free | few) & ~late].copy()
    untold, hidden = _untold(kept, passing.unchanged, place), _of_hidden(kept, found, place)
    rough = untold & ~hidden & roughly_told(kept, passing.rounded)
    covered = (gated_rows[kept.index] & (hidden | (untold & ~rough))) | few[kept.index]
    kept["release_level"] = level
    kept["status"] = kept["status"].mask(covered, HIDDEN)
    kept["value"] = kept["value"].astype("Float64").mask(covered)
    steps = figures(kept[rough]).map(passing.rounded)
    kept.loc[rough, "value"] = [to_step(value, step) for value, step in zip(kept["value"][rough], steps, strict=True)]
    kept["status"] = kept["status"].mask(rough, ROUNDED)
    if passing.held:
        kept = pd.concat([kept, _as_published(passing, level, place)], ignore_index=True)
    return kept.sort_values(KEY, ignore_index=True)


def of_cells(rows: pd.DataFrame, level: Level) -> pd.Series[bool]:
    """Which rows rest on cells of units and may pass to a level."""
    allowed = {key for key, gate in gated().items() if level >= gate.level}
    keys = zip(rows["indicator"], rows["definition_id"], strict=True)
    return pd.Series([key in allowed for key in keys], index=rows.index, dtype=bool)


def _of_few(rows: pd.DataFrame, level: Level) -> pd.Series[bool]:
    """Which rows are amounts of ledgers over so few entries that they stay in the house."""
    stays = rows["release_level"].gt(level) & rows["definition_id"].eq(dispatch.DEFINITION)
    return stays & (level == "L1")


def _public(rows: pd.DataFrame, level: Level, place: str) -> pd.Series[bool]:
    """Which rows are of a place and class that the level shows."""
    core = rows["class"].str.len().le(_PUBLIC_CLASS) | rows["class"].eq("core")
    return _of_place(rows, level, place) & (core | (level == "L1"))


def _of_place(rows: pd.DataFrame, level: Level, place: str) -> pd.Series[bool]:
    """Which rows are of a place that the level shows: the public is told of the place as a whole."""
    return rows["region"].eq(place) | (level == "L1")


def _of_hidden(rows: pd.DataFrame, found: Pattern, place: str) -> pd.Series[bool]:
    """Which rows tell of a cell that is hidden."""
    told = [not found.hidden.isdisjoint(cells) for _, _, cells in _gates(rows, place)]
    return pd.Series(told, index=rows.index, dtype=bool)


def _untold(rows: pd.DataFrame, unchanged: Mapping[tuple[str, str], Collection[Cell]], place: str) -> pd.Series[bool]:
    """Which rows tell a change that may not be told."""
    told = [not cells.isdisjoint(unchanged.get((change, year), ())) for change, year, cells in _gates(rows, place)]
    return pd.Series(told, index=rows.index, dtype=bool)


def _gates(rows: pd.DataFrame, place: str) -> Iterator[tuple[str, str, frozenset[Cell]]]:
    """What each row tells of: whose change and in which year, and of which cells; of none that no unit is behind."""
    said = rows[["indicator", "definition_id", "period", "region", "class"]].itertuples(index=False, name=None)
    gates = gated()
    for indicator, definition, period, region, name in said:
        gate = gates.get((indicator, definition))
        yield ("", "", frozenset()) if gate is None else (gate.change, period[:4], gate.cells((region, name), place))


def _of_held(rows: pd.DataFrame, held: Mapping[str, str]) -> pd.Series[bool]:
    """Rows that tell quarters that stay as they were published, and quarters alone that would give such a one away.

    A quarter alone is the difference of two cumulative figures known on one day; beside the cumulative figure of its
    own quarter it tells that of the quarter before.
    """
    last = told_of(rows)
    quarters = [Quarter.parse(each) for each in held if len(each) > _YEAR]
    after = {str(one + 1) for one in quarters if one.number < 4 and held.get(str(one + 1)) != held[str(one)]}
    return last.isin(list(held)) | (rows["span"].eq("quarter") & last.isin(after))


def told_of(rows: pd.DataFrame) -> pd.Series[str]:
    """The quarter or the year that each row tells of: its period, of last year's published figure that a year ago."""
    own = rows["period"]
    return own.mask(rows["base"] == "published", own.map({each: _year_before(each) for each in set(own)}))


def _year_before(period: str) -> str:
    return f"{int(period[:_YEAR]) - 1}{period[_YEAR:]}"


def _as_published(passing: Passing, level: Level, place: str) -> pd.DataFrame:
    """What had been published of the quarters held, less what is hidden by now."""
    rows = passing.published
    rows = rows[of_cells(rows, level) & _public(rows, level, place) & told_of(rows).isin(list(passing.held))]
    covered = _of_hidden(rows, passing.found, place)
    return rows.assign(
        release_level=level,
        status=rows["status"].mask(covered, HIDDEN),
        value=rows["value"].astype("Float64").mask(covered),
    )


def held_back(observations: pd.DataFrame, kept: pd.DataFrame) -> dict[str, int]:
    """How many observations of each indicator and definition did not pass."""
    key = ["indicator", "definition_id"]
    left = observations.groupby(key).size().sub(kept.groupby(key).size(), fill_value=0).astype(int)
    rows = left[left > 0].sort_index().reset_index(name="rows").to_dict("records")
    return {f"{row['indicator']}/{row['definition_id']}": int(row["rows"]) for row in rows}


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


def terms(passing: Passing, level: Level, kept: pd.DataFrame, left_out: Mapping[str, int]) -> Terms:
    """What disclosure control did, in words: what folded, what is hidden, what stays as it was, what is not there.

    Args:
        passing: what may leave.
        level: the level.
        kept: the observations that passed.
        left_out: as ``held_back`` says.

    Returns:
        Pairs of a heading and its text, those that have something to say.
    """
    blocks = blocks_said(passing.found)
    folded = [x["block"] for x in blocks if x["folded"]]
    scope = "" if level == "L1" else _SCOPE
    found = [
        ("归并", f"{scope}{_FOLDED.format('、'.join(folded)) if folded else ''}"),
        ("隐去", f"{WITHHELD_ZH}{_SAME}" if kept["status"].eq(HIDDEN).any() else ""),
        ("变动", _UNCHANGED if any(passing.unchanged.values()) else ""),
        ("修订暂缓", _held_said(passing.held)),
        ("未列入", _LEFT_OUT.format("、".join(topics)) if (topics := _topics(left_out)) else ""),
    ]
    return tuple((heading, text) for heading, text in found if text)


def _held_said(held: Mapping[str, str]) -> str:
    days: dict[str, list[str]] = {}
    for quarter, day in sorted(held.items()):
        days.setdefault(day, []).append(quarter)
    listed = "；".join(f"{'、'.join(quarters)}仍列{day}所知的数" for day, quarters in days.items())
    return f"修订数与已公布数之差会透露个别单位，修订数暂不公布：{listed}，次季的当季数同时不列。" if held else ""


def _topics(left_out: Iterable[str]) -> list[str]:
    """The topics of which indicators that rest on units are left out, each once."""
    entries = (indicators()[indicator, definition] for indicator, definition in (key.split("/") for key in left_out))
    return list(dict.fromkeys(entry.topic for entry in entries if entry.release_level == _HOUSE))


def rules_said(limits: Limits) -> dict[str, Any]:
    """The rules as a manifest states them; the shares themselves stay in the house."""
    return {"min_count": limits.min_count, "approved_by": limits.approved_by, "approved_on": limits.approved_on}
