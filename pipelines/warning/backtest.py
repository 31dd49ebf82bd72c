"""The back-test: what the rules found of downturns that are known to have been, and how often they cried for nothing.

Belongs here: hits, lags and false alarms, from signals and a list of downturns. Does not belong here: making signals
(steps.warned), where the list comes from.
"""

from __future__ import annotations

import csv
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.warning.rules import KINDS, LEVELS, Level, rules

# A signal up to this many quarters after a downturn begins is a hit.
HORIZON: Final = 3
# Growth over a base that was low, or a trend over eight quarters, speaks of a downturn for a year after its end.
AFTER: Final = 4
ANY: Final = "any"
# Level, kind and rule of a score.
Group = tuple[Level, str, str]
_POINT: Final = ("id", "level", "subject", "first", "last", "what")


@dataclass(frozen=True)
class Score:
    """How one rule, or (``rule`` ``any``) the rules of one kind or of all (``kind`` ``any``), did at one level.

    ``points``: downturns; ``hits``: those with a signal within ``HORIZON`` quarters; ``lag``: mean quarters until the
    first; ``quiet``: quarters of subjects without a downturn; ``alarms``: those of them with a signal.
    """

    level: Level
    kind: str
    rule: str
    points: int
    hits: int
    lag: float | None
    quiet: int
    alarms: int

    @property
    def misses(self) -> int:
        """Downturns of which nothing was said in time; of a single rule also those that it is not made for."""
        return self.points - self.hits

    @property
    def hit_rate(self) -> float | None:
        """Hits over downturns; None where there are none."""
        return self.hits / self.points if self.points else None

    @property
    def alarm_rate(self) -> float | None:
        """False alarms over quiet quarters of subjects; None where there are none."""
        return self.alarms / self.quiet if self.quiet else None


def read_points(path: Path) -> pd.DataFrame:
    """The list of downturns: ``id, level, subject (class or unit), first, last, what``.

    Raises:
        InputError: there is no list, a column is missing, a level or a quarter is none, or one ends before it begins.
    """
    if not path.is_file():
        raise InputError(
            f"没有转折点清单 {path.name}，无从回测。合成城市自带一份；实际城市请按列 {'、'.join(_POINT)} 自行列出。",
            f"There is no list of turning points, {path.name}; make one with the columns {', '.join(_POINT)}.",
            where=str(path),
        )
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, start=2):
        where = f"{path.name} 第{number}行"
        if missing := [name for name in _POINT if not row.get(name)]:
            raise InputError(f"缺少：{'、'.join(missing)}。", f"Missing: {', '.join(missing)}.", where=where)
        if row["level"] not in LEVELS or not Quarter.parse(row["first"]) <= Quarter.parse(row["last"]):
            raise InputError(
                f"层级须为 {'、'.join(LEVELS)}，起止季度须先后有序。",
                f"The level must be one of {', '.join(LEVELS)}, and a downturn begins before it ends.",
                where=where,
            )
    return pd.DataFrame(rows, columns=list(_POINT))


def backtest(signals: pd.DataFrame, points: pd.DataFrame, watched: pd.DataFrame) -> list[Score]:
    """Scores by level: of each rule that looks at it, of each kind of rules, of all.

    A class above one with a downturn feels it, too: its signals meanwhile count neither way.

    Args:
        signals: ``level, subject, quarter, kind, rule``.
        points: as ``read_points``; those that begin outside the quarters watched, or whose subject is not
            watched, are left out.
        watched: ``level, subject, quarter`` of everything that the rules looked at.
    """
    seen = {str(name) for name in watched["quarter"]}
    subjects = pd.MultiIndex.from_frame(watched[["level", "subject"]])
    begun = points[points["first"].isin(seen) & pd.MultiIndex.from_frame(points[["level", "subject"]]).isin(subjects)]
    known = watched.merge(signals[["level", "subject", "quarter"]].drop_duplicates())
    fired = signals.merge(known)
    quiet = watched[~_near(watched, points)]
    return [_score(group, _of(fired, group), begun, quiet) for level in LEVELS for group in _groups(level)]


def _groups(level: Level) -> list[Group]:
    """Level, kind and rule of each score of a level: the rules of a kind, then the kind, at last all."""
    found: list[Group] = []
    for kind in KINDS:
        mine = [(level, kind, rule.id) for rule in rules() if rule.kind == kind and level in rule.level]
        found += [*mine, (level, kind, ANY)] if mine else []
    return [*found, (level, ANY, ANY)]


def _of(fired: pd.DataFrame, group: Group) -> pd.DataFrame:
    level, kind, rule = group
    mine = fired["level"] == level
    for column, wanted in (("kind", kind), ("rule", rule)):
        mine &= (fired[column] == wanted) | (wanted == ANY)
    return fired[mine]


def _score(group: Group, fired: pd.DataFrame, points: pd.DataFrame, quiet: pd.DataFrame) -> Score:
    level, kind, rule = group
    mine, calm = points[points["level"] == level], quiet[quiet["level"] == level]
    lags = [lag for point in mine.to_dict("records") if (lag := _lag(fired, point)) is not None]
    false = calm.merge(fired[["level", "subject", "quarter"]].drop_duplicates())
    mean = sum(lags) / len(lags) if lags else None
    return Score(level, kind, rule, len(mine), len(lags), mean, len(calm), len(false))


def _lag(fired: pd.DataFrame, point: Mapping[Hashable, Any]) -> int | None:
    """Quarters from the beginning of a downturn to its first signal, None where there is none in time."""
    first = Quarter.parse(point["first"])
    own = fired[fired["subject"] == point["subject"]]
    lags = (_since(first, quarter) for quarter in own["quarter"])
    return min((lag for lag in lags if 0 <= lag <= HORIZON), default=None)


def _since(first: Quarter, quarter: str) -> int:
    then = Quarter.parse(quarter)
    return (then.year - first.year) * 4 + then.number - first.number


def _near(watched: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """What lies in a downturn or in the year after it, of its subject or of a class above."""
    near = pd.Series(data=False, index=watched.index)
    for point in points.to_dict("records"):
        subject = pd.Series([point["subject"].startswith(name) for name in watched["subject"]], index=watched.index)
        whole = (watched["subject"] == "core") & (point["level"] == "industry")
        last = str(Quarter.parse(point["last"]) + AFTER)
        when = (watched["quarter"] >= point["first"]) & (watched["quarter"] <= last)
        near |= (watched["level"] == point["level"]) & (subject | whole) & when
    return near
