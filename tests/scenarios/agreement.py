"""How far our methods agree with numbers that somebody else made, and the tables in docs/methods that say so.

A case is a folder ``<family>/<NN_name>`` with ``case.toml`` (title, source, tolerances), ``input.csv`` and
``expected.csv``. What is compared in it is the function ``<name>`` of ``<family>/compared.py``: it takes the case and
yields what it found beside what was published. The same comparison is a test and a line of the table.

    python -m tests.scenarios.agreement                 prints the table of every family
    python -m tests.scenarios.agreement --write         brings the tables in docs/methods up to date

A page asks for tables between ``<!-- agreement: family other_family -->`` and ``<!-- /agreement -->``.
"""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

SCENARIOS = Path(__file__).parent
PAGES = SCENARIOS.parents[1] / "docs" / "methods"
_MARKED = re.compile(r"(<!-- agreement: ([\w ]+) -->\n).*?(<!-- /agreement -->)", re.DOTALL)
_HEADER = (
    "| 案例 Case | 来源 Source | 比较 Compared | n | 最大差 Largest difference | 容差 Tolerance |\n"
    "|---|---|---|--:|--:|--:|\n"
)
# Below this a difference is rounding in the last bits and may vary with the machine.
_NOISE = 1e-10


@dataclass(frozen=True)
class Case:
    """A case as it lies in its folder."""

    family: str
    folder: Path

    @property
    def name(self) -> str:
        """The folder's name without its number."""
        return self.folder.name.partition("_")[2]

    @property
    def settings(self) -> dict[str, Any]:
        """``case.toml``."""
        with (self.folder / "case.toml").open("rb") as file:
            return tomllib.load(file)

    @property
    def given(self) -> pd.DataFrame:
        """``input.csv``."""
        return self.read("input")

    @property
    def expected(self) -> pd.DataFrame:
        """``expected.csv``."""
        return self.read("expected")

    def read(self, name: str, **options: Any) -> pd.DataFrame:
        """A CSV file of the case: ``input``, ``expected`` or another."""
        return pd.read_csv(self.folder / f"{name}.csv", **options)


@dataclass(frozen=True)
class Compared:
    """Numbers of ours beside published ones: the largest difference must not exceed the tolerance.

    With ``relative`` the difference is taken as a fraction of the published number.
    """

    what: str
    found: npt.ArrayLike
    published: npt.ArrayLike
    tolerance: float
    relative: bool = False

    @property
    def count(self) -> int:
        """How many numbers are compared."""
        return int(np.size(np.asarray(self.published)))

    @property
    def difference(self) -> float:
        """The largest difference; infinite when a number of ours is missing or there are too few."""
        found, published = (np.asarray(side, dtype="float64").ravel() for side in (self.found, self.published))
        if found.shape != published.shape or not np.isfinite(found).all() or not published.size:
            return np.inf
        gap = np.abs(found - published)
        return float((gap / np.abs(published) if self.relative else gap).max())


def whole(check: Callable[[Case], tuple[Any, Any]]) -> Callable[[Case], Iterator[Compared]]:
    """A comparison of all numbers of a case at once: ``check`` gives those found and those published, aligned."""

    def compare(case: Case) -> Iterator[Compared]:
        found, published = check(case)
        yield Compared("all numbers", found, published, case.settings["tolerance"])

    return compare


def cases(family: str) -> list[Case]:
    """All cases of a family, in the order of their numbers."""
    return [Case(family, path.parent) for path in sorted((SCENARIOS / family).glob("*/case.toml"))]


def families() -> list[str]:
    """The families that say what is compared in their cases."""
    return sorted(path.parent.name for path in SCENARIOS.glob("*/compared.py"))


def comparisons(case: Case) -> list[Compared]:
    """What is compared in a case."""
    module = importlib.import_module(f"tests.scenarios.{case.family}.compared")
    compare: Callable[[Case], Iterator[Compared]] = getattr(module, case.name)
    return list(compare(case))


def table(family: str) -> str:
    """The agreement table of a family, in Markdown."""
    lines = [
        f"| {' | '.join(cell if not place else '' for cell in (case.settings['title'], case.settings['source']))} "
        f"| {line.what} | {line.count} | {_bound(line)} | {_number(line.tolerance, relative=line.relative)} |\n"
        for case in cases(family)
        for place, line in enumerate(comparisons(case))
    ]
    return _HEADER + "".join(lines)


def renewed(page: str) -> str:
    """A page with its agreement tables as they should be."""
    return _MARKED.sub(lambda match: match[1] + "\n".join(map(table, match[2].split())) + match[3], page)


def _bound(line: Compared) -> str:
    """The difference rounded up to one digit, so that the last bits of a machine do not show."""
    if line.difference == 0:
        return "0"
    if line.difference < _NOISE:
        return f"< {_number(_NOISE, relative=line.relative)}"
    step = 10.0 ** np.floor(np.log10(line.difference))
    return f"≤ {_number(np.ceil(line.difference / step) * step, relative=line.relative)}"


def _number(value: float, *, relative: bool) -> str:
    return f"{value:.1g}{' 相对 relative' if relative else ''}"


def main(arguments: list[str]) -> None:
    """Print the tables, or write them into the pages."""
    if arguments == ["--write"]:
        for path in sorted(PAGES.glob("*.md")):
            path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print("\n".join(table(family) for family in families()))


if __name__ == "__main__":
    main(sys.argv[1:])
