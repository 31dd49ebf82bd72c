"""What somebody can work out about cells: a linear programme that is built once and asked again and again.

Belongs here: HiGHS and its options. Does not belong here: who attacks, and what is safe (audit).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from indicators.disclosure.system import Floats, Indices, System

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# HiGHS's numbers for the simplex methods.
_DUAL: Final = 1
_PRIMAL: Final = 4
# The same bytes on every run: one thread, a fixed seed, no limit of time.
_REPEATABLE: Final[dict[str, Any]] = {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0}
_SIMPLEX: Final[dict[str, Any]] = {
    "presolve": "off",  # a basis is kept from one question to the next
    "solver": "simplex",
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


class Contradiction(Exception):  # noqa: N818 — not an error of the program: its callers name the cells
    """Nothing satisfies all that is said to be known."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a sum of cells can be from its true value.

    Attributes:
        value: the deviation; ±inf where nothing holds it.
        point: deviations of all columns that get there; empty where it is infinite.
        prices: what one unit of each row's bound is worth (dual values); empty where it is infinite.
    """

    value: float
    point: Floats
    prices: Floats


@dataclass(frozen=True, eq=False)
class Problem:
    """A linear programme.

    Attributes:
        matrix: rows × columns.
        low: least value of each row.
        high: greatest value of each row.
        lower: least value of each column.
        upper: greatest value of each column.
        costs: what one unit of each column costs.
    """

    matrix: csr_array
    low: Floats
    high: Floats
    lower: Floats
    upper: Floats
    costs: Floats

    def model(self) -> Any:
        """As HiGHS takes it."""
        import highspy

        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = self.matrix.shape
        model.col_cost_ = self.costs
        model.col_lower_, model.col_upper_ = self.lower, self.upper
        model.row_lower_, model.row_upper_ = self.low, self.high
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = self.matrix.indptr, self.matrix.indices
        model.a_matrix_.value_ = self.matrix.data
        return model

    def with_spare_row(self) -> Problem:
        """The same with one row more, which says nothing yet."""
        from scipy.sparse import csr_array, vstack

        return replace(
            self,
            matrix=csr_array(vstack([self.matrix, csr_array((1, self.matrix.shape[1]))])),
            low=np.append(self.low, -np.inf),
            high=np.append(self.high, np.inf),
        )


class Programme:
    """A linear programme that stays with the solver, so that each question starts from the last answer.

    Args:
        problem: the programme.
        method: ``_PRIMAL`` where costs change between questions, ``_DUAL`` where bounds do.

    Raises:
        Contradiction: nothing satisfies it.
    """

    def __init__(self, problem: Problem, *, method: int) -> None:
        import highspy

        self._solver = quiet(_SIMPLEX | {"simplex_strategy": method})
        self._status = highspy.HighsModelStatus
        self._lower, self._upper = problem.lower.copy(), problem.upper.copy()
        self._solver.passModel(problem.model())
        self._run()

    def bound(self, columns: Indices, lower: Floats, upper: Floats) -> None:
        """Sets the bounds of columns for good."""
        self._lower[columns], self._upper[columns] = lower, upper
        self._bound(columns, lower, upper)

    def bound_rows(self, rows: Indices, low: Floats, high: Floats) -> None:
        """Sets the bounds of rows for good."""
        self._solver.changeRowsBounds(len(rows), rows.astype("int32"), low, high)

    def price(self, columns: Indices, cost: float) -> None:
        """Sets what one unit of these columns costs."""
        if columns.size:
            self._solver.changeColsCost(len(columns), columns.astype("int32"), np.full(len(columns), cost))

    @contextmanager
    def knowing(self, columns: Indices, lower: Floats, upper: Floats) -> Iterator[None]:
        """The same programme as seen by somebody who knows more about these columns."""
        self._bound(columns, np.maximum(lower, self._lower[columns]), np.minimum(upper, self._upper[columns]))
        try:
            yield
        finally:
            self._bound(columns, self._lower[columns], self._upper[columns])

    def _bound(self, columns: Indices, lower: Floats, upper: Floats) -> None:
        if columns.size:
            self._solver.changeColsBounds(len(columns), columns.astype("int32"), lower, upper)

    def _run(self) -> bool:
        """Runs; whether the answer is finite."""
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == self._status.kUnknown:
            # The basis kept from the last question has led astray: begin anew.
            self._solver.clearSolver()
            self._solver.run()
            status = self._solver.getModelStatus()
        if status == self._status.kInfeasible:
            raise Contradiction
        if status not in {self._status.kOptimal, self._status.kUnbounded}:
            raise unanswered(self._solver.modelStatusToString(status))
        return bool(status == self._status.kOptimal)


class Attack(Programme):
    """How far sums of cells can be from their true values; a column is the deviation of a cell."""

    def __init__(self, system: System, lower: Floats, upper: Floats) -> None:
        import highspy

        problem = Problem(system.matrix, system.low, system.high, lower, upper, np.zeros(len(lower)))
        super().__init__(problem, method=_PRIMAL)
        self._senses = {True: highspy.ObjSense.kMaximize, False: highspy.ObjSense.kMinimize}
        self._asked: Indices = np.empty(0, dtype="int64")

    def reach(self, columns: Indices, *, up: bool) -> Reach:
        """The greatest (``up``) or the least sum of the columns."""
        self.price(self._asked, 0.0)
        self.price(columns, 1.0)
        self._asked = columns
        self._solver.changeObjectiveSense(self._senses[up])
        if not self._run():
            return Reach(math.inf if up else -math.inf, np.empty(0), np.empty(0))
        solution = self._solver.getSolution()
        point = np.array(solution.col_value)
        return Reach(float(point[columns].sum()), point, np.array(solution.row_dual))


class Cheapest(Programme):
    """The cheapest way in which a sum of columns comes to something; one further row takes the question."""

    def __init__(self, problem: Problem) -> None:
        self._row = problem.matrix.shape[0]
        super().__init__(problem.with_spare_row(), method=_DUAL)
        # Few cells move: from where none does the way is shorter than from the last answer.
        self._still = self._solver.getBasis()

    def point(self, columns: Indices, signs: Floats, need: float) -> Floats:
        """The columns where ``Σ sign·column ≥ need`` at the least cost.

        Raises:
            Contradiction: it cannot come to that.
        """
        self._solver.setBasis(self._still)
        self._question(columns, signs, need)
        try:
            self._run()
            return np.array(self._solver.getSolution().col_value)
        finally:
            self._question(columns, np.zeros(len(columns)), -np.inf)

    def _question(self, columns: Indices, signs: Floats, need: float) -> None:
        for column, sign in zip(columns.tolist(), signs.tolist(), strict=True):
            self._solver.changeCoeff(self._row, column, sign)
        self._solver.changeRowBounds(self._row, need, np.inf)


def unanswered(said: str) -> RuntimeError:
    """The error that says that the solver gave up: what nobody has answered is never taken for safe."""
    return RuntimeError(f"求解器未能作答，不能判定安全（HiGHS：{said}）。\nThe solver gave no answer (HiGHS: {said}).")


def quiet(options: Mapping[str, Any]) -> Any:
    """A solver that says nothing and gives the same answer on every run."""
    import highspy

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802 — theirs; enabling any prints a banner before it can be silenced
            """None are used."""

    solver: Any = Quiet()  # type: ignore[no-untyped-call]  # highspy has no types
    for option, choice in {**_REPEATABLE, **options}.items():
        solver.setOptionValue(option, choice)
    return solver
