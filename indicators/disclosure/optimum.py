"""The fewest cells and figures to hide, exactly: a binary programme that learns what is needed from the attack.

Belongs here: the cuts and the programme over them. Does not belong here: large tables (completion).

Every duty that a choice breaks is put to the whole part, cells that are shown held at their values. By duality the
answer bounds how far the sum can be for every other choice too: ``Σ worth·hidden ≥ need``. That inequality, its
coefficients cut down to the need, joins the programme, until a choice breaks nothing (Fischetti and Salazar 2001).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from indicators.disclosure.attack import Attack, Problem, quiet, unanswered
from indicators.disclosure.choice import Choice, Impossible
from indicators.disclosure.inspection import Duty
from indicators.disclosure.system import Floats, Indices

_NOISE: Final = 1e-9
_MIP: Final[dict[str, Any]] = {"mip_rel_gap": 0.0, "mip_abs_gap": 1e-9, "mip_feasibility_tolerance": 1e-9}


@dataclass(frozen=True, slots=True)
class Cut:
    """``Σ worth·hidden ≥ least``, which every choice meets that breaks nothing.

    Attributes:
        worth: column or figure → coefficient.
        least: right-hand side.
    """

    worth: dict[int, float]
    least: float

    def meets(self, hidden: Collection[int]) -> bool:
        """Whether a choice meets it."""
        return sum(self.worth.get(item, 0.0) for item in hidden) >= self.least - _NOISE


def optimum(choice: Choice) -> set[int]:
    """The fewest optional cells and figures to hide; of such choices one that loses the least value.

    Raises:
        Impossible: no choice is enough.
    """
    cuts: list[Cut] = []
    sizes = choice.sizes[list(choice.optional)]
    fewest = _settled(choice, cuts, np.ones(len(sizes)))
    cuts.append(Cut(dict.fromkeys(choice.optional, -1.0), -float(len(fewest))))
    return _settled(choice, cuts, sizes / max(1.0, float(sizes.max(initial=0.0))))


def _settled(choice: Choice, cuts: list[Cut], costs: Floats) -> set[int]:
    """The cheapest choice that breaks nothing; the cuts that led there are added to ``cuts``."""
    separation = Separation(choice)
    while True:
        hidden = _cheapest(choice.optional, cuts, costs)
        broken = choice.broken(hidden)
        if not broken:
            return hidden
        separation.show(hidden)
        found = [cut for duty in broken if (cut := separation.cut(duty)) and not cut.meets(hidden)]
        cuts += found or [_other_than(hidden, choice.optional)]


def _other_than(hidden: set[int], optional: Sequence[int]) -> Cut:
    """Any choice but this one: for where rounding has blunted every cut."""
    return Cut({item: -1.0 if item in hidden else 1.0 for item in optional}, 1.0 - len(hidden))


def _cheapest(optional: Sequence[int], cuts: Sequence[Cut], costs: Floats) -> set[int]:
    import highspy
    from scipy.sparse import csr_array

    if any(not cut.worth and cut.least > 0 for cut in cuts):
        raise Impossible
    if not optional:
        return set()
    place = {item: position for position, item in enumerate(optional)}
    matrix = csr_array(
        (
            np.array([worth for cut in cuts for worth in cut.worth.values()], dtype="float64"),
            np.array([place[item] for cut in cuts for item in cut.worth], dtype="int32"),
            np.cumsum([0, *(len(cut.worth) for cut in cuts)], dtype="int32"),
        ),
        shape=(len(cuts), len(optional)),
    )
    least, most = np.array([cut.least for cut in cuts]), np.full(len(cuts), np.inf)
    model = Problem(matrix, least, most, np.zeros(len(optional)), np.ones(len(optional)), costs).model()
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(optional)
    solver = quiet(_MIP)
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise Impossible
    if status != highspy.HighsModelStatus.kOptimal:
        raise unanswered(solver.modelStatusToString(status))
    return {item for item, yes in zip(optional, solver.getSolution().col_value, strict=True) if yes > 0.5}


class Separation:
    """The attack on a whole part, shown cells held at their values: its prices make cuts.

    Args:
        choice: the part and what can be hidden.
    """

    def __init__(self, choice: Choice) -> None:
        system = choice.known.system
        self.choice, self.system = choice, system
        self.columns: Indices = np.arange(len(system.cells))
        still = np.zeros(len(system.cells))
        self.attack = Attack(system, still, still)

    def show(self, hidden: Collection[int]) -> None:
        """Sets what is hidden, and with it what is shown."""
        system, figures = self.system, self.choice.figure_rows
        away = np.isin(self.columns, [*hidden, *self.choice.forced])
        self.attack.bound(self.columns, np.where(away, system.floor, 0.0), np.where(away, np.inf, 0.0))
        free = [row for item in hidden for row in figures.get(item, ())]
        low, high = system.low.copy(), system.high.copy()
        low[free], high[free] = -np.inf, np.inf
        self.attack.bound_rows(np.arange(len(low)), low, high)

    def cut(self, duty: Duty) -> Cut | None:
        """An inequality that the choice shown does not meet; None where it meets the duty after all."""
        columns = np.array(duty.columns, dtype="int64")
        own = self.choice.known.own(duty.who)
        sides = (True, False) if duty.up is None else (duty.up,)
        with self.attack.knowing(*own):
            reached = {up: self.attack.reach(columns, up=up) for up in sides}
        if not all(reach.prices.size for reach in reached.values()):
            return None
        worth: dict[int, float] = {}
        for up, reach in reached.items():
            side = self._worth(columns, reach.prices if up else -reach.prices, 1.0 if up else -1.0, own, duty)
            if side is None:
                return None
            worth |= side
        # A duty on cells that need not be hidden holds only where they are.
        if_hidden = [column for column in duty.columns if column in self.choice.optional]
        for column in if_hidden:
            worth[column] = worth.get(column, 0.0) - 1.0
        return Cut(worth, 1.0 - len(if_hidden))

    def _worth(
        self, columns: Indices, prices: Floats, sign: float, own: tuple[Indices, Floats, Floats], duty: Duty
    ) -> dict[int, float] | None:
        """What hiding each thing adds to a bound on how far the sum can be, as a share of what is needed."""
        system, choice = self.system, self.choice
        slope = np.zeros(len(self.columns))
        slope[columns] = sign
        slope = _clean(slope - system.matrix.T @ prices)
        lower, upper = system.floor.copy(), np.full(len(slope), np.inf)
        lower[own[0]], upper[own[0]] = np.maximum(lower[own[0]], own[1]), own[2]
        open_to = _product(slope, lower, upper)
        rows = _product(_clean(prices), system.low, system.high)
        figures = {item: float(rows[of].sum()) for item, of in choice.figure_rows.items() if item in choice.optional}
        missing = duty.need - float(rows.sum()) - float(open_to[list(choice.forced)].sum())
        if duty.up is None:
            missing = _NOISE
        if not missing >= _NOISE:
            return None
        cells = {item: open_to[item] for item in choice.optional if item < len(slope) and open_to[item] > _NOISE}
        turned = {item for item, of in choice.figure_rows.items() if _clean(prices)[of].any()} & figures.keys()
        return {item: min(1.0, worth / missing) for item, worth in cells.items()} | dict.fromkeys(turned, 1.0)


def _clean(numbers: Floats) -> Floats:
    return np.where(np.abs(numbers) < _NOISE, 0.0, numbers)


def _product(slopes: Floats, lower: Floats, upper: Floats) -> Floats:
    """The greatest of slope·x for x between the bounds."""
    with np.errstate(invalid="ignore"):
        return np.where(slopes > 0, slopes * upper, np.where(slopes < 0, slopes * lower, 0.0))
