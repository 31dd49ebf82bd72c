"""What is compared in the cases of disclosure control."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from indicators.disclosure import audit, primary, protect, table_relations
from tests.scenarios.agreement import Case, Compared

DIMENSIONS = ["sector4", "geo"]
TOTALS = {"sector4": "Total", "geo": "Total"}


def gauss_small_cells(case: Case) -> Iterator[Compared]:
    given, expected = case.given.reset_index(), case.expected.set_index("cell")
    found = {
        name: primary(given, by="v1", unit="index", value="num", **only(rule))["unsafe"]
        for name, rule in case.settings["rules"].items()
    }
    yield Compared("unsafe", pd.DataFrame(found).loc[expected.index], expected, case.settings["tolerance"])


def gauss_rules(case: Case) -> Iterator[Compared]:
    intervals = case.read("intervals").set_index("case")
    for name, expected in case.expected.groupby("case", sort=False):
        cells = judged(case, name, expected, TOTALS)
        yield Compared(f"{name}, unsafe", cells["unsafe"], expected["primary"], case.settings["tolerance"])
        published = intervals.loc[name].set_index(DIMENSIONS)
        found = audit(cells["value"], relations(cells, TOTALS), published.index).loc[published.index]
        # Where nothing holds a cell, the end is infinite in both.
        ends = published[["attacker_low", "attacker_high"]].to_numpy()
        ours = found[["low", "high"]].to_numpy()
        same = np.where(np.isinf(ends) & (ours == ends), 0, ours), np.where(np.isinf(ends), 0, ends)
        yield Compared(f"{name}, intervals", *same, case.settings["tolerance_interval"])


def gauss_hierarchies(case: Case) -> Iterator[Compared]:
    expected, trees = case.expected, case.settings["hierarchies"]
    cells = judged(case, "p15", expected, trees)
    yield Compared("unsafe", cells["unsafe"], expected["primary"], case.settings["tolerance"])
    hidden = cells.index[expected["suppressed"]]
    needs = cells.loc[cells["unsafe"], "protection"]
    found = audit(cells["value"], relations(cells, trees), hidden, protection=needs).loc[needs.index]
    reached = found["high"] >= cells.loc[needs.index, "value"] + needs
    yield Compared("protected above", reached, np.ones(len(needs)), case.settings["tolerance"])


def gauss_optimum(case: Case) -> Iterator[Compared]:
    expected = case.expected
    cells = judged(case, "p15", expected, TOTALS)
    needs = cells.loc[cells["unsafe"], "protection"]
    protection = expected.set_index(DIMENSIONS)["upl_p15"][needs.index]
    yield Compared("protection", needs, protection, case.settings["tolerance_value"])
    hidden = protect(cells["value"], relations(cells, TOTALS), needs)
    best = expected[expected["optimal_suppressed"]]
    yield Compared("cells hidden", len(hidden), len(best), case.settings["tolerance"])
    lost = math.fsum(cells.loc[cell, "value"] for cell in hidden)  # a set has no order
    yield Compared("value hidden", lost, math.fsum(best["value"]), case.settings["tolerance_value"])


def only(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that leave on this rule and no other."""
    return {"min_count": None, "dominance": None, "p_percent": None} | rule


def judged(case: Case, rule: str, expected: pd.DataFrame, trees: Mapping[str, Any]) -> pd.DataFrame:
    """The primary rules on all cells of a table, in the order of the published ones, empty ones too."""
    rows = case.given
    for name in DIMENSIONS:
        rows = rows.assign(**{name: rows[name].map(ancestors(trees[name], rows[name].unique()))}).explode(name)
    empty = expected[DIMENSIONS].assign(company=None, value=0.0)
    found = primary(
        pd.concat([rows, empty]), by=DIMENSIONS, unit="company", value="value", **only(case.settings["rules"][rule])
    )
    return found.loc[list(expected[DIMENSIONS].itertuples(index=False, name=None))]


def ancestors(tree: Any, codes: Any) -> dict[str, list[str]]:
    """Each code with all that it is a part of, itself first."""
    if isinstance(tree, str):
        return {code: [code, tree] for code in codes}
    parent = {child: above for above, children in tree.items() for child in children}
    lines = {}
    for code in codes:
        lines[code] = [code]
        while lines[code][-1] in parent:
            lines[code].append(parent[lines[code][-1]])
    return lines


def relations(cells: pd.DataFrame, trees: Mapping[str, Any]) -> list[Any]:
    """The table adds up."""
    return table_relations(cells, dimensions=DIMENSIONS, hierarchies=trees, value="value")
