"""Disclosure control: rules on whole columns beside one cell at a time, the audit beside one programme per question.

``python -m benchmarks.disclosure``.

Belongs here: what disclosure control costs. Does not belong here: whether it is right (tests, docs/methods), records
and table (ways).

What the choice is held against is the linear relaxation of cell suppression (Fischetti and Salazar 2001): a share of
each cell is hidden, and for every unsafe cell, upwards and downwards, the deviations of all cells that keep the table's
sums and meet its protection are at most what the shares allow. All these attacks are coupled by the shares, 2·n·m
columns for m unsafe among n cells, more than fits; it is solved here with the attacks on a few unsafe cells only. That
leaves rows out, so that the whole relaxation takes longer than what is measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks import ways
from benchmarks.clock import interleaved
from benchmarks.ways import OURS, Found, Stage, scaled
from indicators.disclosure import Relation, audit, primary, protect, table_relations
from indicators.disclosure.attack import Problem, quiet

# Contributions and cells.
COLUMNS: Final = ((10_000, 1_000), (100_000, 10_000), (1_000_000, 100_000))
# Counties, groups of classes, classes in each, units.
CITIES: Final = ((6, 3, 6, 500), (8, 4, 10, 1_000), (12, 5, 20, 3_000))
# Counties by 32 classes by four quarters and their cumulatives.
LINKED: Final = (10, 4, 8, 3_000, 4)
# Unsafe cells whose attacks are in the relaxation.
ATTACKED: Final = 5
# One programme per question is measured on some cells and scaled.
SAMPLE: Final = 10
ALONE: Final = f"one cell at a time (of {SAMPLE})"
EACH: Final = f"a scipy programme per question (of {SAMPLE} cells)"
CHOICE: Final = "the choice itself"
RELAXATION: Final = f"relaxation ({ATTACKED} cells attacked)"
SEED: Final = 20240131
CELL: Final = ["county", "class", "quarter"]

Cell = Any


@dataclass(frozen=True)
class City:
    """A table of counties by classes in groups, by quarters and their cumulatives, with all totals, of made units."""

    counties: int
    groups: int
    classes: int
    units: int
    quarters: int = 1

    @cached_property
    def fine(self) -> pd.DataFrame:
        """``county, class, quarter, unit, value`` of every unit, heavy-tailed, made with a fixed seed."""
        random = np.random.default_rng(SEED)
        many = self.groups * self.classes
        chosen = random.choice(many, self.units, p=_shares(random.pareto(1.2, many) + 0.05))
        places = random.choice(self.counties, self.units, p=_shares(random.pareto(1.2, self.counties) + 0.2))
        sizes = random.lognormal(16, 1.6, self.units)
        return pd.concat([
            pd.DataFrame({
                "county": [f"county {place:02}" for place in places],
                "class": [f"{one // self.classes:02}-{one % self.classes:02}" for one in chosen],
                "quarter": f"Q{quarter}",
                "unit": np.arange(self.units),
                "value": (sizes * random.lognormal(0, 0.1, self.units)).astype("int64"),
            })
            for quarter in range(1, self.quarters + 1)
        ], ignore_index=True)  # fmt: skip

    @cached_property
    def judged(self) -> pd.DataFrame:
        """The primary rules on all cells."""
        sums = [
            self.fine[self.fine["quarter"] <= f"Q{last}"].assign(quarter=f"Q1-{last}")
            for last in range(2, self.quarters + 1)
        ]
        single = pd.concat([self.fine, *sums])
        group = single.assign(**{"class": single["class"].str[:2]})
        rows = pd.concat([single, group, single.assign(**{"class": "T"})])
        return primary(pd.concat([rows, rows.assign(county="T")]), by=CELL, unit="unit", value="value")

    @property
    def needs(self) -> pd.Series:
        """Protection of the unsafe cells."""
        return self.judged["protection"][self.judged["unsafe"]]

    @cached_property
    def relations(self) -> list[Relation]:
        """The table adds up."""
        tree = {f"{group:02}": [f"{group:02}-{one:02}" for one in range(self.classes)] for group in range(self.groups)}
        since = {
            f"Q1-{last}": [f"Q1-{last - 1}" if last > 2 else "Q1", f"Q{last}"] for last in range(2, self.quarters + 1)
        }
        trees: dict[str, Any] = {"county": "T", "class": {"T": list(tree), **tree}, "quarter": since}
        return table_relations(self.judged, dimensions=CELL, hierarchies=trees, value="value")

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """``cell, unit, value`` of the finest cells."""
        return self.fine.assign(cell=self.fine[CELL].apply(tuple, axis=1))


def _shares(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(weights / weights.sum())


def columns(rows: int, cells: int) -> pd.DataFrame:
    """Contributions made with a fixed seed."""
    random = np.random.default_rng(SEED)
    return pd.DataFrame({
        "cell": random.integers(0, cells, rows),
        "unit": random.integers(0, 2 * cells, rows),
        "value": random.lognormal(10, 2, rows).astype("int64"),
    })  # fmt: skip


def at_once(rows: int, cells: int) -> Callable[[], object]:
    """All cells together."""
    frame = columns(rows, cells)
    return lambda: primary(frame, by="cell", unit="unit", value="value")


def one_by_one(rows: int, cells: int) -> Callable[[], object]:
    """Some cells, each by itself."""
    frame = columns(rows, cells)
    some = [cell for _, cell in frame[frame["cell"] < SAMPLE].groupby("cell")]
    return lambda: [primary(cell, by="cell", unit="unit", value="value") for cell in some]


def chosen(*city: int) -> Callable[[], set[Cell]]:
    """What to hide, respondents among the attackers."""
    made = City(*city)
    given = made.judged["value"], made.relations, made.needs
    contributions = made.contributions
    return lambda: protect(*given, contributions=contributions)


def from_readers(*city: int) -> Callable[[], set[Cell]]:
    """What to hide from readers alone, as the relaxation thinks of nobody else."""
    made = City(*city)
    given = made.judged["value"], made.relations, made.needs
    return lambda: protect(*given)


def relaxation(*city: int) -> Callable[[], float]:
    """The relaxation with the attacks on the ``ATTACKED`` cells of the most protection: cells to hide, at least."""
    import highspy
    from scipy.sparse import csr_array, diags_array, eye_array, hstack, kron, vstack

    made = City(*city)
    values = made.judged["value"].to_numpy(dtype="float64")
    values = values / np.median(values[values > 0])
    place = {cell: column for column, cell in enumerate(made.judged.index)}
    needs = made.needs.sort_values(ascending=False)
    scaled = needs.to_numpy() / made.judged["value"].median()
    rows = [(row, place[cell], c) for row, one in enumerate(made.relations) for cell, c in one.terms.items()]
    row, column, coefficient = (np.array(part) for part in zip(*rows, strict=True))
    table = csr_array((coefficient, (row, column)), shape=(len(made.relations), len(values)))
    attacks, size = 2 * ATTACKED, len(values)
    each = eye_array(attacks, format="csr")
    shares = [kron(np.ones((attacks, 1)), diags_array(-most)) for most in (np.full(size, values.max()), values)]
    sums = hstack([csr_array((attacks * len(made.relations), size)), kron(each, table)])
    moves = [hstack([share, kron(each, sign * eye_array(size))]) for share, sign in zip(shares, (1, -1), strict=True)]
    matrix = csr_array(vstack([sums, *moves]))
    low = np.concatenate([np.zeros(sums.shape[0]), np.full(2 * attacks * size, -np.inf)])
    lower = np.concatenate([np.zeros(size), np.full(attacks * size, -np.inf)])
    upper = np.concatenate([np.ones(size), np.full(attacks * size, np.inf)])
    unsafe = [place[cell] for cell in needs.index]
    lower[unsafe] = 1.0
    for number in range(ATTACKED):
        above = size * (1 + 2 * number) + unsafe[number]
        lower[above], upper[above + size] = scaled[number], -min(scaled[number], values[unsafe[number]])
    costs = np.concatenate([np.ones(size), np.zeros(attacks * size)])
    model = Problem(matrix, low, np.zeros(len(low)), lower, upper, costs).model()

    def run() -> float:
        solver = quiet({})
        solver.passModel(model)
        solver.run()
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return float(solver.getInfo().objective_function_value)

    return run


def audited(*city: int) -> Callable[[], object]:
    """The audit of that, every respondent an attacker."""
    made = City(*city)
    hidden = chosen(*city)()
    given = made.judged["value"], made.relations, hidden
    return lambda: audit(*given, protection=made.needs, contributions=made.contributions)


NAMES: Final = {
    from_readers: "protect from readers",
    chosen: "protect from respondents, too",
    audited: "audit, respondents among the attackers",
}


def programme_each(*city: int) -> Callable[[], object]:
    """Outsider's intervals of some cells, one scipy programme for each end."""
    from scipy.optimize import linprog

    made = City(*city)
    hidden = sorted(chosen(*city)())
    place = {cell: column for column, cell in enumerate(hidden)}
    values = made.judged["value"].to_dict()
    matrix, shown = np.zeros((len(made.relations), len(hidden))), np.zeros(len(made.relations))
    for row, relation in enumerate(made.relations):
        for cell, coefficient in relation.terms.items():
            if cell in place:
                matrix[row, place[cell]] = coefficient
            else:
                shown[row] -= coefficient * values[cell]
    costs = [sign * np.eye(len(hidden))[column] for column in range(SAMPLE) for sign in (1, -1)]
    return lambda: [linprog(cost, A_eq=matrix, b_eq=shown) for cost in costs]


def rules(times: int) -> Found:
    """All cells together beside one at a time, which is run on some."""
    found = {}
    for rows, cells in COLUMNS:
        timings = interleaved(
            {OURS: partial(at_once, rows, cells), ALONE: partial(one_by_one, rows, cells)}, times=times
        )
        name = f"{rows:,} contributions to {cells:,} cells"
        found[name] = timings | {ALONE: scaled(timings[ALONE], cells / SAMPLE)}
    return found


def audits(times: int) -> Found:
    """The audit of a table with totals beside choosing what to hide, and beside a programme for each question."""
    found = {}
    for city in CITIES:
        made, hidden = City(*city), len(chosen(*city)())
        jobs = {OURS: audited, CHOICE: chosen, EACH: programme_each}
        timings = interleaved({way: partial(job, *city) for way, job in jobs.items()}, times=times)
        found[f"{_sized(made)}, {hidden:,} hidden"] = timings | {EACH: scaled(timings[EACH], hidden / SAMPLE)}
    return found


def linked(times: int) -> Found:
    """What is asked of linked tables beside the relaxation."""
    jobs = {RELAXATION: relaxation} | {name: job for job, name in NAMES.items()}
    timings = interleaved({way: partial(job, *LINKED) for way, job in jobs.items()}, times=times)
    size = _sized(City(*LINKED))
    return {f"{name}: {size}": {OURS: timings[name], RELAXATION: timings[RELAXATION]} for name in NAMES.values()}


def _sized(city: City) -> str:
    return f"{len(city.judged):,} cells of {city.units:,} units, {len(city.needs):,} unsafe"


STAGES: Final = {
    "primary": Stage("Disclosure: primary rules on whole columns, beside one cell at a time", rules),
    "audit": Stage(
        "Disclosure: the audit of a table with totals, respondents among the attackers, beside the choice of what to "
        "hide, and beside what readers can tell by one programme for each question",
        audits,
    ),
    "linked": Stage("Disclosure: quarters and cumulatives linked, beside a part of the relaxation", linked),
}


if __name__ == "__main__":
    ways.main(__doc__, STAGES)
