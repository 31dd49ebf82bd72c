"""The lights of dispatch 调度灯号: green, yellow, red, and grey for what cannot be judged, cycle after cycle.

Belongs here: from measured progress to a light with its word and reason, and changes of light. Does not belong here:
the five lights of the business cycle (``signals.lights``): there red means overheating, here it means late.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pandas as pd

from indicators.dispatch.schedule import against_schedule
from indicators.dispatch.thresholds import thresholds

GREEN, YELLOW, RED, GREY = "green", "yellow", "red", "grey"
_UNJUDGED: Final = "，不评灯"
_OUT: Final = ["light", "word", "symbol", "reason", "before", "changed"]


@cache
def legend() -> pd.DataFrame:
    """Light, word, symbol, English word and meaning (``lights.csv``); a light is never told by colour alone."""
    with (files(__package__) / "lights.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def lights(measured: pd.DataFrame, limits: Mapping[str, float] | None = None) -> pd.DataFrame:
    """The light of each entry in each cycle, with the reason.

    In this order: silent for two cycles is grey; a start three months overdue or progress more than 30 points behind is
    red; what is in doubt, has no plan or reported no investment is grey; more than 10 points behind or a start overdue
    is yellow, and red when it was so or worse in the cycle before, too: who was further behind is not let off with
    yellow; else green. Within a year red that has nothing to be measured by any more stays red: nobody is rid of it by
    a slip.

    Args:
        measured: ``entry, cycle`` (2023-10)``, scheduled, deviation`` (fractions, missing without a plan or, the
            latter, an investment that counts)``, start_overdue`` (months)``, silent`` (cycles without a report)``,
            doubt`` (what blocks a light, '' for none)``, flag`` (what is doubted and does not block); doubts that do
            not decide the light stand beside its reason.
        limits: thresholds by name; default ``thresholds()``.

    Returns:
        The rows of ``measured`` by entry and cycle with ``light, word, symbol, reason, before`` (the light of the cycle
        before, '' in the first)``, changed``.
    """
    terms = thresholds() if limits is None else limits
    rows = measured.sort_values(["entry", "cycle"], kind="stable").reset_index(drop=True)
    found: list[tuple[str, str]] = []
    run, before = 0, []
    last: Mapping[Any, Any] = {"entry": None}
    for row in rows.to_dict("records"):
        same = row["entry"] == last["entry"]
        run = run if same else 0
        before.append(found[-1][0] if same and found else "")
        light, reason = _judge(row, terms)
        beside = "；".join(filter(None, (row["doubt"], row["flag"]))) if light != GREY else ""
        if light == GREY and before[-1] == RED and _unmeasured(row, last, terms):
            light, reason = RED, f"本期不能评定，维持上期警告：{reason.removesuffix(_UNJUDGED)}"
        run = run + 1 if light in {YELLOW, RED} else 0
        if light == YELLOW and run >= terms["yellow_run"]:
            light, reason = RED, f"连续{run}次黄灯或红灯：{reason}"
        found.append((light, f"{reason}；另存疑：{beside}" if beside else reason))
        last = row
    words = legend().set_index("light")
    rows["light"], rows["reason"] = [light for light, _ in found], [reason for _, reason in found]
    rows["word"], rows["symbol"] = rows["light"].map(words["word"]), rows["light"].map(words["symbol"])
    rows["before"] = before
    rows["changed"] = (rows["before"] != "") & (rows["before"] != rows["light"])
    return rows[[*measured.columns, *_OUT]]


def _judge(row: Mapping[Any, Any], terms: Mapping[str, float]) -> tuple[str, str]:
    """The light of one entry in one cycle by itself, and why."""
    behind, late = row["deviation"], row["start_overdue"]
    lacking = "没有年度计划" if pd.isna(row["scheduled"]) else "没有填报本年累计完成投资"
    progress = f"{lacking}{_UNJUDGED}" if pd.isna(behind) else against_schedule(behind)
    ladder = (
        (row["silent"] >= terms["silent_grey"], GREY, f"连续{row['silent']}期未报"),
        (late >= terms["start_red"], RED, f"逾期未开工{late}个月"),
        (behind < terms["red_below"], RED, progress),
        (row["doubt"] != "", GREY, f"存疑：{row['doubt']}"),
        (pd.isna(behind), GREY, progress),
        (late >= terms["start_yellow"], YELLOW, f"逾期未开工{late}个月"),
        (behind < terms["yellow_below"], YELLOW, progress),
        (True, GREEN, progress),
    )
    return next((light, reason) for burns, light, reason in ladder if burns)


def _unmeasured(row: Mapping[Any, Any], last: Mapping[Any, Any], terms: Mapping[str, float]) -> bool:
    """Whether an entry that reports has nothing to measure its progress by, in the year of the cycle before."""
    silent, same_year = row["silent"] >= terms["silent_grey"], row["cycle"][:4] == last["cycle"][:4]
    return bool(pd.isna(row["deviation"]) and same_year and not silent)


def light_changes(lit: pd.DataFrame, cycle: str) -> pd.DataFrame:
    """The entries whose light changed in a cycle: ``entry, before, light, reason``."""
    now = lit[(lit["cycle"] == cycle) & lit["changed"]]
    return now[["entry", "before", "light", "reason"]].reset_index(drop=True)
