"""A solver that gives up is asked once more, then said to have given up: nothing is safe by default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import highspy
import pytest

from indicators.disclosure import Relation, audit, protect

SUM = Relation({"T": 1, "a": -1, "b": -1}, 0, 0)
VALUES = {"T": 30, "a": 10, "b": 20}
STATUS = highspy.HighsModelStatus
Answers = Callable[[str, Any, int], list[int]]


@pytest.fixture
def gives_up(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Makes the solver's first ``times`` answers a given status; gives its starts from nothing."""

    def fake(kind: str, status: Any, times: int) -> list[int]:
        anew: list[int] = []
        told, cleared = highspy.Highs.getModelStatus, highspy.Highs.clearSolver
        left = times

        def say(solver: Any) -> Any:
            nonlocal left
            of_kind = (kind == "binary") == bool(solver.getLp().integrality_)
            if of_kind and left:
                left -= 1
                return status
            return told(solver)

        def clear(solver: Any) -> Any:
            anew.append(1)
            return cleared(solver)

        monkeypatch.setattr(highspy.Highs, "getModelStatus", say)
        monkeypatch.setattr(highspy.Highs, "clearSolver", clear)
        return anew

    return fake


def test_unknown_is_asked_once_more_from_the_start(gives_up: Answers) -> None:
    expected = audit(VALUES, [SUM], ["a", "b"], protection={"a": 1})
    anew = gives_up("linear", STATUS.kUnknown, 1)
    assert audit(VALUES, [SUM], ["a", "b"], protection={"a": 1}).equals(expected)
    assert anew == [1]


@pytest.mark.parametrize("status", [STATUS.kUnknown, STATUS.kTimeLimit, STATUS.kIterationLimit, STATUS.kSolveError])
@pytest.mark.parametrize("exact", [80, 0])
def test_no_answer_is_an_error_and_not_safe(gives_up: Answers, status: Any, exact: int) -> None:
    gives_up("linear", status, 10**6)
    with pytest.raises(RuntimeError, match="不能判定安全"):
        audit(VALUES, [SUM], ["a", "b"], protection={"a": 1})
    with pytest.raises(RuntimeError, match="不能判定安全"):
        protect(VALUES, [SUM], {"a": 1}, exact=exact)


@pytest.mark.parametrize("status", [STATUS.kUnknown, STATUS.kTimeLimit])
def test_a_choice_that_is_not_proved_is_none(gives_up: Answers, status: Any) -> None:
    gives_up("binary", status, 1)
    with pytest.raises(RuntimeError, match="不能判定安全"):
        protect(VALUES, [SUM], {"a": 1})
