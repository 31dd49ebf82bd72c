"""How far the methods are from other people's numbers: one row per case, printed as the table of a methods page.

A case is a folder ``<family>/<NN_name>`` with ``input.csv``, ``expected.csv`` and ``case.toml`` (title, source, method,
tolerance). A family that is listed here has a module ``<family>/checks.py`` whose ``CHECKS`` map a case to a function
that gives the numbers found and those expected, aligned. ``python -m tests.scenarios.agreement FAMILY`` prints the
table; the page holds it between ``<!-- agreement -->`` and ``<!-- /agreement -->``, and a test compares the two.
"""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "docs" / "methods"
OPEN, CLOSE = "<!-- agreement -->", "<!-- /agreement -->"
# Below this a difference is rounding of the machine, and not printed.
NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Case:
    """A worked case as it lies in its folder."""

    name: str
    settings: dict[str, Any]
    given: pd.DataFrame
    expected: pd.DataFrame


Check = Callable[[Case], tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a case came out."""

    case: Case
    numbers: int
    largest: float

    @property
    def holds(self) -> bool:
        return self.largest <= self.case.settings["tolerance"]


def load(name: str, **reading: Any) -> Case:
    """A case by ``family/NN_name``."""
    folder = HERE / name
    settings = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    given, expected = (pd.read_csv(folder / f"{part}.csv", **reading) for part in ("input", "expected"))
    return Case(name, settings, given, expected)


def checks(family: str) -> dict[str, Check]:
    """The checks of a family by the name of the case."""
    found: dict[str, Check] = importlib.import_module(f"tests.scenarios.{family}.checks").CHECKS
    return found


def families() -> list[str]:
    """The families that say how their cases are checked."""
    return sorted(path.parent.name for path in HERE.glob("*/checks.py"))


def agree(family: str, name: str) -> Agreement:
    """A case run; found and expected numbers must be as many."""
    case = load(f"{family}/{name}")
    found, expected = (np.asarray(part, dtype=float).ravel() for part in checks(family)[name](case))
    if found.shape != expected.shape or not found.size:
        raise AssertionError(f"{case.name}: {found.size} numbers found, {expected.size} expected")
    return Agreement(case, found.size, float(np.max(np.abs(found - expected))))


def table(family: str) -> str:
    """The family's cases as a Markdown table."""
    lines = ["| Case | Source | Numbers | Largest difference | Tolerance |", "|---|---|--:|--:|--:|"]
    for name in sorted(checks(family)):
        row = agree(family, name)
        largest = f"< {NOISE:.0e}" if row.largest < NOISE else f"{row.largest:.0e}"
        settings = row.case.settings
        words = (settings["title"], settings["source"], f"{row.numbers:,}", largest, f"{settings['tolerance']:.0e}")
        lines.append(f"| {' | '.join(words)} |")
    return "\n".join(lines)


def printed(family: str) -> str:
    """The table as the page has it."""
    text = (PAGES / f"{family}.md").read_text(encoding="utf-8")
    return text.split(OPEN)[1].split(CLOSE)[0].strip()


if __name__ == "__main__":
    for wanted in sys.argv[1:] or families():
        print(table(wanted), end="\n\n")
