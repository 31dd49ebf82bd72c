"""The order of the queue and the border of its top, computed by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from classification.errors import InputError
from pipelines.lake import Lake
from pipelines.review.queue import Queue, Wanted, read_queue
from pipelines.steps.queries import latest_quarter, parts
from tests.pipelines.review.asking import QUARTER, asking, finding, unit


def queue(home: Path, *findings: dict[str, object], coverage: float = 0.95) -> Queue:
    workspace = asking(home, *findings)
    return read_queue(workspace, parts(Lake(workspace.lake), QUARTER), QUARTER, coverage)


def test_units_stand_by_their_largest_score_and_the_top_covers_the_share(tmp_path: Path) -> None:
    # 600 + 250 + 100 + 40 + 10 = 1000, of which 95 % is 950: the first three units reach it exactly.
    found = queue(
        tmp_path,
        finding(5, score=10),
        finding(2, score=250),
        finding(3, score=100),
        finding(1, "C06", score=300),
        finding(1, "B01", score=600),
        finding(4, score=40),
        finding(6, "A12", score=0),
    )
    assert [r.unit for r in found.respondents] == [unit(n) for n in (1, 2, 3, 4, 5, 6)]
    assert [r.place for r in found.respondents] == [1, 2, 3, 4, 5, 6]
    assert [r.top for r in found.respondents] == [True, True, True, False, False, False]
    assert [r.share for r in found.respondents] == [0.6, 0.25, 0.1, 0.04, 0.01, 0]
    assert [r.up_to for r in found.respondents] == [0.6, 0.85, 0.95, 0.99, 1, 1]
    assert [q.rule for q in found.respondents[0].queries] == ["B01", "C06"]
    assert found.sentence == "前 4 条（3 户）覆盖预期影响的 95%，请先核实这些；共 7 条（6 户）待答复。"


def test_one_yuan_more_below_the_border_moves_it(tmp_path: Path) -> None:
    found = queue(tmp_path, finding(1, score=600), finding(2, score=350), finding(3, score=40), finding(4, score=11))
    assert [r.top for r in found.respondents] == [True, True, True, False]


def test_what_is_answered_weighs_nothing(tmp_path: Path) -> None:
    corrected = dt.date(2024, 2, 1)
    found = queue(
        tmp_path,
        finding(1, score=5000, note="订单增加"),
        finding(2, score=4000, known_to=corrected),
        finding(3, score=20),
        finding(4, "A12"),
    )
    assert [(r.unit, r.top) for r in found.respondents] == [
        (unit(3), True),
        (unit(4), False),
        (unit(2), False),
        (unit(1), False),
    ]
    assert {name: found.count(name) for name in ("open", "promised", "confirmed", "resubmitted")} == {
        "open": (2, 2),
        "promised": (0, 0),
        "confirmed": (1, 1),
        "resubmitted": (1, 1),
    }


def test_equal_scores_stand_by_code(tmp_path: Path) -> None:
    found = queue(tmp_path, finding(4, score=50), finding(2, score=50), finding(8, score=50))
    assert [r.unit for r in found.respondents] == [unit(2), unit(4), unit(8)]
    assert all(r.top for r in found.respondents)


def test_a_row_without_a_code_stands_for_itself(tmp_path: Path) -> None:
    found = queue(tmp_path, finding(1, unit=None, name=None, county=None), finding(2, unit=None))
    assert [(r.unit, r.county) for r in found.respondents] == [("", ""), ("", "419901")]


def test_no_impact_and_nothing_open_are_said(tmp_path: Path) -> None:
    none = queue(tmp_path / "a", finding(1), finding(2))
    assert none.sentence == "共 2 条（2 户）待答复，都不影响核心产业增加值总量，可逐户核实。"
    assert not any(r.top for r in none.respondents)
    assert queue(tmp_path / "b").sentence == "没有待答复的查询。"


def test_an_impact_that_cannot_be_told_is_not_called_none(tmp_path: Path) -> None:
    found = queue(tmp_path, finding(1, "C08"), finding(2, "C08"), finding(2, "A05"), finding(3, "C08", note="停产"))
    assert {r.unit: r.unvalued for r in found.respondents} == {unit(1): True, unit(2): False, unit(3): False}
    assert "（1 户的影响无从折算）" in found.sentence


def test_the_queue_is_chosen_from(tmp_path: Path) -> None:
    found = queue(tmp_path, finding(1, score=90), finding(1, "C06"), finding(2, form="F203"), finding(3, note="属实"))

    def chosen(wanted: Wanted, *, top_only: bool = False) -> list[tuple[str, ...]]:
        return [(r.unit, *(q.rule for q in r.queries)) for r in found.chosen(wanted, top_only=top_only)]

    assert chosen(Wanted(rule="C06")) == [(unit(1), "C06")]
    assert chosen(Wanted(form="F203")) == [(unit(2), "B01")]
    assert chosen(Wanted(county="419901")) == [(unit(2), "B01")]
    assert chosen(Wanted(statuses=frozenset({"confirmed"}))) == [(unit(3), "B01")]
    assert chosen(Wanted(), top_only=True) == [(unit(1), "B01", "C06")]


def test_the_latest_quarter_is_one_with_returns(tmp_path: Path) -> None:
    workspace = asking(tmp_path, finding(1))
    assert latest_quarter(Lake(workspace.lake)) == QUARTER
    with pytest.raises(InputError, match="还没有审核过的季度"):
        latest_quarter(Lake(tmp_path / "nowhere"))
