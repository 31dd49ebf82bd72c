"""The back-test on signals and downturns small enough to count by hand; the log of dismissals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from classification.errors import InputError
from pipelines.warning.backtest import ANY, Score, backtest, read_points
from pipelines.warning.dismissals import LOG, Dismissal, append, dismissals
from pipelines.warning.rules import KINDS, rules
from pipelines.workspace import Workspace

QUARTERS = [f"{year}Q{n}" for year in (2022, 2023) for n in (1, 2, 3, 4)]
POINTS = pd.DataFrame(
    [("Z1", "industry", "0304", "2022Q2", "2022Q3", "x"), ("Z2", "industry", "0101", "2021Q4", "2022Q1", "x")],
    columns=["id", "level", "subject", "first", "last", "what"],
)
WATCHED = pd.DataFrame(
    [("industry", subject, quarter) for subject in ("03", "0304", "0101", "0401", "core") for quarter in QUARTERS],
    columns=["level", "subject", "quarter"],
)


def scored(*signals: tuple[str, str, str]) -> dict[str, Score]:
    rules = {"onset": "W01", "trend": "W05"}
    found = pd.DataFrame(signals, columns=["subject", "quarter", "kind"]).assign(level="industry")
    found = found.assign(rule=found["kind"].map(rules))
    scores = [one for one in backtest(found, POINTS, WATCHED) if one.level == "industry"]
    return {one.kind if one.rule == ANY else one.rule: one for one in scores}


def test_hits_lags_and_false_alarms_are_counted() -> None:
    of_class = [("0304", "2022Q3", "onset"), ("0304", "2022Q4", "onset"), ("0304", "2023Q1", "trend")]
    above = [("03", "2022Q3", "onset"), ("core", "2022Q4", "trend")]
    elsewhere = [("0401", "2022Q1", "trend"), ("0401", "2022Q2", "trend"), ("0401", "2030Q1", "onset")]
    found = scored(*of_class, *above, *elsewhere)
    whole = found[ANY]
    # The second downturn began before anything was watched, so it is no hit and no miss. Not quiet are 0304 and 03 from
    # 2022Q2 to 2023Q3, the core from 2022Q1 on, 0101 until 2023Q1: 40 - 6 - 6 - 7 - 5 quarters are left.
    assert (whole.points, whole.hits, whole.lag) == (1, 1, 1.0)
    assert (whole.quiet, whole.alarms) == (16, 2)
    assert whole.alarm_rate == pytest.approx(2 / 16)
    assert (found["onset"].hits, found["onset"].alarms) == (1, 0)
    assert (found["trend"].hits, found["trend"].lag, found["trend"].alarms) == (1, 3.0, 2)
    assert (found["pattern"].hit_rate, found["pattern"].lag) == (0.0, None)


def test_each_rule_is_scored_by_itself_at_the_levels_that_it_looks_at() -> None:
    found = scored(("0304", "2022Q3", "onset"), ("0401", "2022Q1", "trend"))
    assert [name for name in found if name.startswith("W")] == [
        rule.id for kind in KINDS for rule in rules() if rule.kind == kind and "industry" in rule.level
    ]
    assert (found["W01"].hits, found["W01"].misses, found["W01"].alarms) == (1, 0, 0)
    assert (found["W05"].hits, found["W05"].misses, found["W05"].alarms) == (0, 1, 1)
    # A level that no rule of a kind looks at has no line for it.
    kinds = {(one.level, one.kind) for one in backtest(WATCHED.iloc[:0].assign(kind="", rule=""), POINTS, WATCHED)}
    assert {("industry", "pattern"), ("firm", "trend")} <= kinds
    assert not {("sector", "pattern"), ("firm", "pattern")} & kinds
    assert (found["W03"].kind, found["W03"].hits, found["W03"].alarms) == ("onset", 0, 0)


def test_a_signal_too_late_or_before_is_no_hit() -> None:
    assert scored(("0304", "2023Q2", "onset"), ("0304", "2022Q1", "onset"))[ANY].hits == 0


def test_a_level_without_downturns_has_no_rate() -> None:
    found = backtest(WATCHED.iloc[:0].assign(kind="", rule=""), POINTS, WATCHED)
    [firm] = [one for one in found if one.level == "firm" and one.kind == ANY]
    assert (firm.hit_rate, firm.alarm_rate) == (None, None)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("Z1,town,0304,2022Q2,2022Q3,x", "层级"),
        ("Z1,industry,0304,2022Q4,2022Q3,x", "先后"),
        ("Z1,industry,,2022Q2,2022Q3,x", "subject"),
    ],
)
def test_a_list_of_downturns_that_does_not_hold_is_refused(tmp_path: Path, line: str, named: str) -> None:
    path = tmp_path / "turning_points.csv"
    path.write_text(f"id,level,subject,first,last,what\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=named) as refused:
        read_points(path)
    assert "第2行" in str(refused.value.where)


def test_without_a_list_there_is_nothing_to_test_by(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="转折点清单"):
        read_points(tmp_path / "turning_points.csv")


def test_a_dismissal_counts_from_its_day_and_the_last_one_holds(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    first = Dismissal(signal="s", reason="错月所致", by="甲", dismissed_on=dt.date(2024, 1, 22))
    append(place, first)
    append(place, first.model_copy(update={"reason": "集中开票", "dismissed_on": dt.date(2024, 1, 25)}))
    assert dismissals(place, dt.date(2024, 1, 21)) == {}
    assert dismissals(place, dt.date(2024, 1, 22))["s"].reason == "错月所致"
    assert dismissals(place)["s"].reason == "集中开票"


@pytest.mark.parametrize("missing", [{"reason": " "}, {"by": ""}])
def test_nothing_is_dismissed_without_a_reason_and_a_name(missing: dict[str, str], tmp_path: Path) -> None:
    whole = Dismissal(signal="2023Q4-W11-甲厂", reason="r", by="甲", dismissed_on=dt.date(2024, 1, 22))
    with pytest.raises(InputError, match="理由") as refused:
        append(Workspace(tmp_path), whole.model_copy(update=missing))
    assert "甲厂" not in str(refused.value)  # a signal of a firm names the firm
    assert dismissals(Workspace(tmp_path)) == {}


def test_a_line_that_is_no_dismissal_is_named(tmp_path: Path) -> None:
    from pipelines.journal import Journal

    place = Workspace(tmp_path)
    place.log.mkdir()
    Journal(place.log / LOG).append(['{"signal":"s"}'])
    with pytest.raises(InputError, match="第 1 行"):
        dismissals(place)
