"""What single units put into the cells of a release, and into the differences that its readers can work out (L3).

Belongs here: contributions as disclosure control takes them. Does not belong here: choosing what to hide
(indicators.disclosure), what passes (release.gate), laying copies out (exported).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Final

import pandas as pd
import pyarrow as pa

from classification import arrow_tables, labels
from classification.errors import InputError
from indicators.disclosure import PatternRules
from indicators.measure import full_cells
from indicators.measure.full_span import LEAF
from indicators.measure.routes import VOLUME, VOLUME_FLAGGED
from indicators.penetration import survey_rates
from indicators.quarter import Quarter
from pipelines.engine import statement
from pipelines.engines import local_engine
from pipelines.lake import Lake
from pipelines.steps.cells import survey_sectors
from pipelines.steps.observed import evidence, history
from pipelines.workspace import Workspace

# Items of which last year's figure stands in the same release twice: as last year's level, and as this year's base.
VA: Final = "va"
BASED: Final = (VA, "revenue")
# Counted, not added up within the year, and reported alike again and again by many units.
STEADY: Final = "staff"
_KEY: Final = ["period", "region", "class", "unit", "part"]
_AMOUNTS: Final = ["value", "whole"]
# Of what the base of a finest cell is made, by the factor it is carried with; of what units gave if by none of these.
_BASE_OF: Final = {"leaf": "level", VOLUME: "now", VOLUME_FLAGGED: "now"}
_CORE: Final = ("core", "01", "02", "03", "04")
_FINEST: Final = 2  # the level of the finest published classes, the total being 0
_OTHER: Final = "other"  # firms of no part of the economy of which there is a rate
_BY_UNIT: Final = "SELECT * REPLACE (coalesce(unit, row_id) AS county) FROM answers"


@dataclass(frozen=True)
class Table:
    """What units put into cells that add up among themselves: of which regions and classes, and under which rules."""

    told: pd.DataFrame
    whole: str
    regions: Sequence[str]
    classes: Mapping[str, str]
    rules: PatternRules


@cache
def classes() -> dict[str, str]:
    """The core, its divisions and their groups, each with the class above it."""
    tree = labels()
    digital = tree[(tree["scheme"] == "digital") & (tree["level"] <= _FINEST)]
    above = dict(zip(digital["class"], digital["parent"], strict=True))
    return {name: over for name, over in above.items() if name in _CORE or over in _CORE}


def contributions(workspace: Workspace, quarter: str, as_of: dt.date) -> pd.DataFrame:
    """What every unit adds to every finest class, by quarter and item, within the year and in the quarter alone.

    Args:
        workspace: whose units.
        quarter: the release quarter; all quarters up to it are told.
        as_of: the day whose knowledge counts.

    Returns:
        ``period, region, class, unit, part, value, whole``; a period is ``2023Q4 va``, or ``2023Q4 va alone`` for the
        quarter alone. A unit is the head of all that report under it (``heads``), a part what one of them has in one
        industry; whole is the amount on its return that value is the part of, before shares and rates. Value added is
        carried to the months that the release tells (``carried``), so that it adds up to what stands there.

    Raises:
        InputError: no firms report to the workspace; or what its cells are carried by was not known on the day.
    """
    lake, quarters = Lake(workspace.lake), history(workspace, quarter)
    if not quarters:
        raise InputError(
            "该工作区没有企业数据，发布的全部是公布数，无须导出。",
            "This workspace has no units; all that it releases is public already.",
        )
    finest = pa.table({"class": [name for name in classes() if _level_of(name) == _FINEST]})
    with local_engine(workspace) as work:
        work.add(class_part=lake.existing("class_part", quarters), class_return=lake.existing("class_return", quarters))
        work.add(membership=arrow_tables()["membership"], finest=finest, carried=carried(workspace, quarter, as_of))
        parts = work.rows(statement("pipelines", "protected_part"), {"as_of": as_of}).to_pandas()
    told = parts.assign(period=parts["quarter"] + " " + parts["item"]).rename(columns={"county": "region"})
    return _of_heads(with_alone(told[[*_KEY, *_AMOUNTS]], _AMOUNTS), heads(workspace, quarter))


def carried(workspace: Workspace, quarter: str, as_of: dt.date) -> pa.Table:
    """What a release makes of what its finest cells reported: services are a month late, some classes go by volume.

    A cell that reports late and is carried by its own last year has last year's level for its base, whatever its units
    gave as theirs; on the volume route a base is shared as the class is now.

    Arguments and errors are those of ``contributions``.

    Returns:
        ``quarter, year_ago, county, sector, gbt, de``, the factor of value added ``va_factor``, and of what its base is
        made, ``base_of`` (base, now, level), with the factor ``base_factor``.

    Source: indicators.measure, full_span and routes.
    """
    known = evidence(workspace, quarter, as_of).at(Quarter.parse(quarter), as_of)
    key = ["quarter", *LEAF]
    told = full_cells(known, Quarter.parse(quarter)).set_index(key)
    reported = known.leaf.groupby(key)[["va", "va_base"]].sum().reindex(told.index)
    base_of = told["factor_level"].map(_BASE_OF).fillna("base")
    over = reported["va_base"].where(base_of != "now", reported["va"])
    found = pd.DataFrame({
        "va_factor": (told["va"] / reported["va"]).where(reported["va"] != 0, 1.0),
        "base_of": base_of,
        "base_factor": (told["base"] / over).where(over != 0, 1.0),
    }).reset_index()  # fmt: skip
    ago = _renamed(found["quarter"], lambda text: str(Quarter.parse(text) - 4))
    return pa.Table.from_pandas(found.assign(year_ago=ago), preserve_index=False)


def heads(workspace: Workspace, quarter: str) -> dict[str, str]:
    """Units that belong to another one → the unit at the head of all; they answer as one, and know of each other.

    The links are those last told by the register, whatever the day whose figures are asked for: that two units belong
    together only ever protects less than it seems, so a link that was learnt late holds for earlier figures as well.

    Args:
        workspace: whose register.
        quarter: the last whose register counts.
    """
    lake = Lake(workspace.lake)
    if not (quarters := [each for each in lake.partitions("core_register") if each <= quarter]):
        return {}
    with local_engine(workspace) as work:
        work.add(core_register=lake.existing("core_register", quarters))
        above: dict[str, str] = dict(work.rows(statement("pipelines", "parent_unit")).to_pandas().to_numpy().tolist())
    return {unit: _top(unit, above) for unit in above}


def _top(unit: str, above: Mapping[str, str]) -> str:
    """The last of those above; where a register runs in a circle, the same one from wherever it is entered."""
    seen = [unit]
    while (over := above.get(seen[-1])) is not None:
        if over in seen:
            return min(seen[seen.index(over) :])
        seen.append(over)
    return seen[-1]


def _of_heads(rows: pd.DataFrame, above: Mapping[str, str]) -> pd.DataFrame:
    """Rows by the units that answer for them."""
    return rows.assign(unit=_renamed(rows["unit"], lambda unit: above.get(unit, unit)))[[*_KEY, *_AMOUNTS]]


def _renamed(texts: pd.Series, as_what: Callable[[str], str]) -> pd.Series:
    """Texts renamed, each of the few different ones once."""
    codes, different = pd.factorize(texts)
    return pd.Series(pd.Index([as_what(text) for text in different], dtype="str").take(codes), index=texts.index)


@cache
def surveyed() -> dict[str, dict[str, str]]:
    """Parts of the economy of which surveys of digital use give rates, each with the part above it, by the whole."""
    wholes = {rate.sectors[-1]: rate.sectors[:-1] for rate in survey_rates().values()}
    return {
        whole: {whole: ""} | dict.fromkeys((*parts, _OTHER) if parts else (), whole) for whole, parts in wholes.items()
    }


def answers(workspace: Workspace, quarter: str, as_of: dt.date) -> dict[str, pd.DataFrame]:
    """What every unit adds to both sides of the rates of surveys: what it has of what is counted, and what it has not.

    A unit that answers no adds 0 to those that do and 1 to those that do not, so that a part in which all or none do is
    one of which a side is 0. They are told of the place as a whole alone.

    Args:
        workspace: whose units.
        quarter: the release quarter; all years up to its own are told.
        as_of: the day whose knowledge counts.

    Returns:
        Per whole of ``surveyed`` the columns of ``contributions``; a period is ``2022 cloud yes`` or ``2022 cloud no``.
        Only those of which there are answers.
    """
    with local_engine(workspace) as work:
        work.add(answers=Lake(workspace.lake).existing("core_digital_use"), sector_of=survey_sectors())
        work.view("core_digital_use", _BY_UNIT)
        work.view("place", "SELECT DISTINCT county, county AS region FROM core_digital_use")
        rows = work.rows(statement("indicators", "cell_adoption")).to_pandas()
    known = rows[(pd.to_datetime(rows["known_from"]) <= pd.Timestamp(as_of)) & (rows["year"] <= int(quarter[:4]))]
    newest = known[known["known_from"] == known.groupby("year")["known_from"].transform("max")]
    found = {
        whole: _sides(newest, whole, parts).assign(region=workspace.city.code) for whole, parts in surveyed().items()
    }
    above = heads(workspace, quarter)
    return {whole: _of_heads(told, above) for whole, told in found.items() if len(told)}


def _sides(rows: pd.DataFrame, whole: str, parts: Collection[str]) -> pd.DataFrame:
    """Both sides of the rates of a whole, each unit in its finest part."""
    mine = [name for name, rate in survey_rates().items() if rate.sectors[-1] == whole]
    rows = rows[rows["definition_id"].isin(mine) & rows["sector"].isin(parts)]
    finest = rows.sort_values("sector", key=lambda sector: sector == whole, kind="stable")
    finest = finest.drop_duplicates(["year", "definition_id", "region"])
    classes = finest["sector"].mask((finest["sector"] == whole) & (len(parts) > 1), _OTHER)
    told = finest.assign(unit=finest["region"], **{"class": classes})
    label = told["year"].astype("str") + " " + told["definition_id"]
    sides = {"yes": told["using"], "no": told["surveyed"] - told["using"]}
    return pd.concat(
        [told.assign(period=label + " " + side, part="", value=value, whole=value) for side, value in sides.items()]
    )


def with_alone(told: pd.DataFrame, amounts: Sequence[str]) -> pd.DataFrame:
    """Cumulative amounts and, beside those of each quarter, what it adds to those of the quarter before in the year.

    A unit that left a cell within the year takes out in its next quarter what it had put in: it is in that quarter's
    figure, with a minus. Of what is counted nothing is told of a quarter alone.

    Args:
        told: ``period`` (``2023Q2 va``), whatever tells who and where, amounts.
        amounts: columns that add up within the year.
    """
    return pd.concat([told, _since(told, amounts, 1)], ignore_index=True)


def _with_spans(told: pd.DataFrame, amounts: Sequence[str]) -> pd.DataFrame:
    """The same and what each quarter adds to those of every quarter before in the year (``2023Q3 va since Q1``)."""
    return pd.concat([told, *(_since(told, amounts, quarters) for quarters in (1, 2, 3))], ignore_index=True)


def _since(told: pd.DataFrame, amounts: Sequence[str], quarters: int) -> pd.DataFrame:
    """Cumulative amounts less those of so many quarters before in the year; of one, what a first quarter has itself."""
    sums = told[~told["period"].str.endswith(f" {STEADY}")]
    after = _renamed(sums["period"], lambda period: f"{Quarter.parse(period[:6]) + quarters}{period[6:]}")
    taken = sums.assign(period=after, **{name: -sums[name] for name in amounts})
    taken = taken[(after.str[:4] == sums["period"].str[:4]) & after.isin(set(sums["period"]))]
    less = sums if quarters == 1 else sums[sums["period"].isin(set(taken["period"]))]
    key = [name for name in told.columns if name not in amounts]
    found = pd.concat([less, taken], ignore_index=True).groupby(key)[list(amounts)].sum().reset_index()
    named = _renamed(found["period"], lambda period: f"{period} {_span(period, quarters)}")
    return found.assign(period=named)[list(told.columns)]


def _span(period: str, quarters: int) -> str:
    return "alone" if quarters == 1 else f"since Q{int(period[5]) - quarters}"


def of_periods(told: pd.DataFrame, periods: Collection[str]) -> pd.DataFrame:
    """The contributions to some quarters or years."""
    wanted = [label for label in told["period"].unique() if label.partition(" ")[0] in periods]
    return told[told["period"].isin(wanted)]


def between(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What each unit changed by from one table of contributions to another, with its sign, all else being equal.

    A rate or a share that was revised for all units of an industry moves them by one factor, which readers find by
    comparing cells or quarters and take out. What is then left comes from those alone whose returns say something else,
    or who are not where they were, and it is that which has to be judged: at the rates and shares of ``after``. Many
    units moved by one factor protect none of them.

    Args:
        before: as ``contributions`` gives it.
        after: the same.

    Returns:
        ``period, region, class, unit, value`` in whole yuan or heads; 0 for whoever did not change.
    """
    both = before.merge(after, on=_KEY, how="outer", suffixes=("_before", "_after")).fillna(
        {f"{name}_{side}": 0 for name in _AMOUNTS for side in ("before", "after")}
    )
    kept = (both["whole_before"] / both["whole_after"]).where(both["whole_after"] != 0)
    still = both["value_after"] * kept
    value = both["value_after"] - still.fillna(both["value_before"])
    return both.assign(value=value).groupby(_KEY[:-1])["value"].sum().round().reset_index()


def rebased(told: pd.DataFrame, year: str) -> pd.DataFrame:
    """What the bases of a year tell beside the levels of the year before, unit by unit: entries, exits, corrections.

    Args:
        told: contributions behind what readers hold.
        year: the year of the bases.

    Returns:
        As ``between``: bases less levels of the items of ``BASED``, for the quarters of the year that have both, and
        what these differ by between any two of them: ``2023Q2 va``, ``2023Q2 va alone``, ``2023Q4 va since Q1``.
    """
    kinds = told["period"].str[7:]
    levels = told[kinds.isin(BASED) & (told["period"].str[:4] == str(int(year) - 1))]
    levels = levels.assign(period=year + levels["period"].str[4:])
    bases = told[kinds.str.endswith("_base") & (told["period"].str[:4] == year)]
    bases = bases.assign(period=bases["period"].str.removesuffix("_base"))
    shared = set(levels["period"].str[:6]) & set(bases["period"].str[:6])
    return _with_spans(between(of_periods(levels, shared), of_periods(bases, shared)), ["value"])


def moved(told: pd.DataFrame, item: str) -> pd.DataFrame:
    """What each unit changed by between any two quarters, of an item that many units report alike again and again.

    Args:
        told: contributions behind what readers hold.
        item: of ``ITEMS``.

    Returns:
        As ``between``; a period is ``2022Q4-2023Q2 staff``.
    """
    rows = told[told["period"].str[7:] == item]
    labels = sorted(set(rows["period"]))
    pairs = [
        between(*(rows[rows["period"] == label].assign(period=f"{one[:6]}-{other}") for label in (one, other)))
        for one, other in combinations(labels, 2)
    ]
    return pd.concat(pairs, ignore_index=True) if pairs else rows


def _level_of(name: str) -> int:
    return 0 if name == "core" else len(name) // 2
