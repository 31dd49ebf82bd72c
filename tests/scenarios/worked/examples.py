"""Worked examples: for each indicator of the catalogue a number reckoned by hand beside the one that a release says.

Belongs here: the examples (``expected.csv``) and what the release of the city says to each. Does not belong here: the
city (city), the pages that show them (pages).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd

from indicators.catalogue import Indicator, indicator
from indicators.vintage import FLASH, PRELIMINARY
from tests.scenarios.worked.city import observations

_FILE: Final = Path(__file__).parent / "expected.csv"
# What tells the observation; a blank one does not matter.
_KEY: Final = ("indicator", "definition_id", "class", "region", "period", "span", "vintage")
_FORM: Final = ("price_basis", "base")
# The last bits, and money that is kept to 0.01 yuan.
_CLOSE: Final = 1e-9
_SAMPLED: Final = 1e-4


@dataclass(frozen=True)
class Example:
    """One line of ``expected.csv``: which observation, and what it must be, in the indicator's display unit."""

    row: dict[str, str]

    @property
    def entry(self) -> Indicator:
        """The indicator that it is an example of."""
        return indicator(self.row["indicator"], self.row["definition_id"])

    @property
    def by_hand(self) -> float:
        """The value of the expression."""
        return float(eval(self.row["expression"], {"__builtins__": {}, "ln": math.log}))

    @property
    def tolerance(self) -> float:
        """How far the two may lie apart, as a fraction of the value."""
        return float(self.row["tolerance"] or _CLOSE)

    @property
    def sampled(self) -> bool:
        """Whether the release draws at random, so that the two agree but for the error of sampling."""
        return self.tolerance > _SAMPLED

    @property
    def released(self) -> float:
        """What the release says, in the display unit.

        Raises:
            LookupError: the release says nothing, or several things.
        """
        found = observations(FLASH if self.row["vintage"] == FLASH else PRELIMINARY)
        for name in _KEY:
            found = found[found[name] == self.row[name]]
        for name in _FORM:
            found = found[(found[name] == self.row[name]) | (self.row[name] == "")]
        if len(found) != 1:
            raise LookupError(f"{len(found)} observations for {self.row}")
        return float(found["value"].iloc[0]) * self._scale

    @property
    def _scale(self) -> float:
        stored, shown = self.entry.unit, self.entry.display_unit
        if shown == f"亿{stored}":
            return 1e-8
        return 100.0 if shown in {"%", "百分点"} else 1.0


@cache
def examples() -> tuple[Example, ...]:
    """All worked examples, in the order of the file."""
    rows = pd.read_csv(_FILE, dtype="str", keep_default_na=False).to_dict("records")
    return tuple(Example({str(name): str(value) for name, value in row.items()}) for row in rows)
