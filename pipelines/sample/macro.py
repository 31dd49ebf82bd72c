"""The macro controls: GDP by three sectors, industry and construction; published for 2021–2022, synthetic otherwise.

Belongs here: control totals, exact to 0.01 亿元, their first estimates and real growth. Does not belong here: how
divisions share them (divisions_account).

Published: 焦作市 2021 and 2022 (GDP and three sectors, real growth). Synthetic, flagged E: 2020, 2023, every quarter,
and industry, construction and divisions 11 and 43 of every year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# 0.01 亿元, by year: primary, industry (sections B–D), construction, divisions 11 + 43 (tertiary), tertiary.
ANNUAL: Final = {
    2020: (13552, 70958, 8731, 693, 106437),
    2021: (14141, 76954, 9466, 754, 113877),
    2022: (14536, 81300, 10000, 796, 118438),
    2023: (14690, 83160, 10420, 814, 125210),
}
# Real growth in % of the year: GDP, primary, secondary, tertiary, industry, construction.
REAL: Final = {
    2020: (1.9, 2.1, 2.6, 1.3, 3.0, 0.4),
    2021: (4.4, 3.1, 2.9, 5.7, 3.2, 0.9),
    2022: (3.3, 5.2, 5.6, 1.3, 5.9, 3.6),
    2023: (4.4, 1.9, 4.8, 4.4, 5.0, 3.2),
}
# How far the cumulative growth of the first three spans stood from the year's, in points.
_PATH: Final = {
    2020: (-8.2, -3.4, -1.2, 0.0),
    2021: (9.6, 5.1, 2.1, 0.0),
    2022: (1.4, 0.2, 0.3, 0.0),
    2023: (-0.7, 0.5, 0.2, 0.0),
}
_SHARES: Final = {
    "primary": (0.118, 0.352, 0.655, 1.0),
    "tertiary": (0.238, 0.484, 0.738, 1.0),
}
# First estimates of the first three spans over what the year-end file says, in 1/10,000.
_FIRST: Final = {2021: (22, -15, 9), 2022: (-18, 12, -8), 2023: (14, -10, 6)}
SERIES: Final = ("gdp", "primary", "secondary", "tertiary", "industry", "construction")


@dataclass(frozen=True)
class Control:
    """Cumulative value added of a span in 0.01 亿元; ``services_of_industry`` are divisions 11 and 43."""

    primary: int
    industry: int
    construction: int
    services_of_industry: int
    tertiary: int

    @property
    def secondary(self) -> int:
        """Industry and construction less the divisions that are tertiary (三次产业划分 2018)."""
        return self.industry + self.construction - self.services_of_industry

    @property
    def gdp(self) -> int:
        """The three sectors together."""
        return self.primary + self.secondary + self.tertiary


def control(year: int, number: int, shares: dict[str, tuple[float, ...]], *, first: bool = False) -> Control:
    """The control totals of January to the end of a quarter.

    Args:
        year: 2020 to 2023.
        number: 1 to 4.
        shares: cumulative share of the year's total by quarter for ``industry`` and ``construction`` (firms' season).
        first: the first estimate, before the year-end file restated the year's earlier quarters.
    """
    primary, industry, construction, services, tertiary = ANNUAL[year]
    at = number - 1
    early = _FIRST.get(year, (0, 0, 0))[at] / 10_000 if first and number < 4 else 0.0
    return Control(
        primary=round(primary * _SHARES["primary"][at]),
        industry=round(industry * shares["industry"][at] * (1 + early)),
        construction=round(construction * shares["construction"][at]),
        services_of_industry=round(services * shares["industry"][at]),
        tertiary=round(tertiary * (_SHARES["tertiary"][at] + _drift(year, at)) * (1 - early / 2)),
    )


def growth(year: int, number: int, series: str) -> float:
    """Cumulative real growth in %, one decimal; the published figure for the year 2021 and 2022."""
    annual = REAL[year][SERIES.index(series)]
    weight = 0.35 if series == "primary" else 1.0
    return round(annual + weight * _PATH[year][number - 1], 1)


def _drift(year: int, at: int) -> float:
    # 2020 began late, 2022 ended early.
    return {2020: (-0.012, -0.008, -0.003, 0.0), 2022: (0.003, 0.0, 0.001, 0.0)}.get(year, (0.0,) * 4)[at]
