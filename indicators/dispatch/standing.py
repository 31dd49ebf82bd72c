"""Where a ledger stands on a day: what holds of each entry, who is on the list, what changed between two days.

Belongs here: reading the history as of a day. Does not belong here: judging what it says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from classification.errors import InputError
from indicators.dispatch.schedule import MONTHS

# Columns that speak of the year of the plan alone, which stands in YEAR.
YEAR: Final = "year"
_OF_YEAR: Final = frozenset({"year_plan", "cum_year", *MONTHS})
_NUMBERS: Final = frozenset({"money", "number", "count", "integer"})
# The order in which reports are taken: of each cell the last one holds.
TAKEN: Final = ["reported_at", "known_from", "turn"]
_TYPES: Final[dict[str, Any]] = dict.fromkeys(_NUMBERS, "float64") | {"date": "datetime64[s]"}
_NOTHING: Final[dict[str, Any]] = dict.fromkeys(_NUMBERS, float("nan")) | {"date": pd.NaT}
_NEEDED: Final = ("entry", "field", "value", "reporter", "reported_at", "known_from", "turn", "row_id")


def entries(
    history: pd.DataFrame,
    day: dt.date,
    kinds: Mapping[str, str],
    *,
    before: tuple[str, ...] = (),
    year: int | None = None,
) -> pd.DataFrame:
    """What holds of each entry of one ledger on a day.

    Of the cells received by then the one that was reported last holds; of one day, the one received last, of those
    the one whose turn was last. Plan and investment of a year hold only until another year is planned.

    Args:
        history: of one ledger, a row per reported cell: ``entry, field, value`` (canonical text, money in yuan)``,
            reporter, reported_at, known_from, turn`` (the order in which reports are taken)``, row_id``.
        day: the day of knowledge.
        kinds: the ledger's columns → their kind (money, number, count, integer, date, flag, code, text).
        before: columns whose value by the report before is wanted too, as ``<column>_before``, and the days of both
            reports, ``<column>_at`` and ``<column>_before_at``.
        year: the last year whose plan and investment count: what is planned early for the next is not of this one.

    Returns:
        By ``entry``: the columns of ``kinds`` (numbers float64, dates datetime64, else text, '' where nothing was
        said), ``last_report``, ``last_reporter``, ``first_known``.

    Raises:
        InputError: a column of the history is missing; it is named.
    """
    if lacking := [name for name in _NEEDED if name not in history]:
        raise InputError(f"台账历史缺少列：{'、'.join(lacking)}。", f"The history lacks columns: {', '.join(lacking)}.")
    known = history[pd.to_datetime(history["known_from"]) <= pd.Timestamp(day)].sort_values(TAKEN, kind="stable")
    by_entry = known.groupby("entry")
    held = known[_of_the_year(known, year)]
    last = held.drop_duplicates(["entry", "field"], keep="last")
    wide = last.pivot(index="entry", columns="field", values="value").reindex(sorted(by_entry.groups))
    out = {name: _typed(wide.get(name), kind, wide.index) for name, kind in kinds.items()}
    for name in before:
        told = held[held["field"] == name]
        earlier = told[told["row_id"] != told.groupby("entry")["row_id"].transform("last")]
        for suffix, rows in (("", told), ("_before", earlier)):
            ended = rows.groupby("entry")[["value", "reported_at"]].last().reindex(wide.index)
            out[f"{name}{suffix}"] = _typed(ended["value"], kinds[name], wide.index)
            out[f"{name}{suffix}_at"] = pd.to_datetime(ended["reported_at"])
    out["last_report"] = pd.to_datetime(by_entry["reported_at"].max().reindex(wide.index))
    out["last_reporter"] = by_entry["reporter"].last().reindex(wide.index)
    out["first_known"] = pd.to_datetime(by_entry["known_from"].min().reindex(wide.index))
    return pd.DataFrame(out, index=wide.index).rename_axis("entry").reset_index()


def _of_the_year(known: pd.DataFrame, until: int | None) -> pd.Series:
    """Which cells hold of the last year planned, up to a year; what one report says is of the year it names.

    A report that names none is of the year named last; before any year is named, of none.
    """
    report = [known[name] for name in ("entry", "reported_at", "known_from")]
    named = pd.to_numeric(known["value"].where(known["field"] == YEAR).replace("", None))
    of = named.groupby(report).transform("last").groupby(known["entry"]).ffill()
    early = ~(of > until) if until is not None else pd.Series(data=True, index=known.index)
    last = of.where(early).groupby(known["entry"]).transform("last")
    bound = known["field"].isin(_OF_YEAR)
    return (early | ~(bound | (known["field"] == YEAR))) & (~bound | last.isna() | (of == last))


def _typed(values: Any, kind: str, index: pd.Index) -> pd.Series:
    typed: pd.Series
    if values is None:
        typed = pd.Series(_NOTHING.get(kind, ""), index=index)
    elif kind in _NUMBERS:
        typed = pd.to_numeric(values.fillna("").replace("", None), errors="raise")
    elif kind == "date":
        typed = pd.to_datetime(values.fillna("").replace("", None), format="%Y-%m-%d")
    else:
        typed = values.fillna("")
    return typed.astype(_TYPES.get(kind, "object"))


def on_list(standing: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The entries that are on their list on a day: in by ``in_date`` (else since first reported) and not out yet."""
    since = standing["in_date"].fillna(standing["first_known"])
    there = (since <= pd.Timestamp(day)) & ~(standing["out_date"] <= pd.Timestamp(day))
    return standing[there].reset_index(drop=True)


def moves(standing: pd.DataFrame, since: dt.date, until: dt.date, *, as_heard: bool = False) -> pd.DataFrame:
    """Who came onto the list and who left it after ``since`` and up to ``until``, with the reason for leaving.

    Args:
        standing: entries as ``entries`` gives them.
        since: the day before the first.
        until: the last day.
        as_heard: an entry that was registered late came on the day on which it was first heard of, so that whoever
            is told week by week is told of it.

    Returns:
        ``entry, name, move`` (in | out)``, on, reason``, in the order of days.
    """
    came = standing["in_date"].fillna(standing["first_known"])
    came = came.clip(lower=standing["first_known"]) if as_heard else came
    parts = [
        standing.assign(move="in", on=came, reason=""),
        standing.assign(move="out", on=standing["out_date"], reason=standing["out_reason"]),
    ]
    both = pd.concat(parts, ignore_index=True)
    within = both[(both["on"] > pd.Timestamp(since)) & (both["on"] <= pd.Timestamp(until))]
    return within[["entry", "name", "move", "on", "reason"]].sort_values(["on", "entry", "move"]).reset_index(drop=True)


def changed_fields(history: pd.DataFrame, since: dt.date, until: dt.date) -> pd.DataFrame:
    """Which cells of a ledger held something else on the later of two days, and who said so.

    Returns:
        ``entry, field, old`` ('' where nothing was said)``, new, reporter, reported_at``; the same again is no change.
    """
    then, now = (_holding(history, day) for day in (since, until))
    joined = now.merge(then[["entry", "field", "value"]], on=["entry", "field"], how="left", suffixes=("", "_old"))
    joined["old"] = joined["value_old"].fillna("")
    differs = joined[joined["old"] != joined["value"]]
    named = differs.rename(columns={"value": "new"})[["entry", "field", "old", "new", "reporter", "reported_at"]]
    return named.sort_values(["entry", "field"]).reset_index(drop=True)


def _holding(history: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    known = history[pd.to_datetime(history["known_from"]) <= pd.Timestamp(day)].sort_values(TAKEN, kind="stable")
    return known.drop_duplicates(["entry", "field"], keep="last")


def held_since(history: pd.DataFrame, day: dt.date) -> pd.Series:
    """By ``(entry, field)`` the day on which what it holds on a day was first known; the same again is no news."""
    known = history[pd.to_datetime(history["known_from"]) <= pd.Timestamp(day)].sort_values(TAKEN, kind="stable")
    cell = [known[name] for name in ("entry", "field")]
    news = known[known["value"] != known["value"].groupby(cell).shift()]
    since: pd.Series = pd.to_datetime(news["known_from"]).groupby([news["entry"], news["field"]]).last()
    return since
