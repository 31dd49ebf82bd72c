"""The other items of the synthetic city's quarterly forms: balance sheet, profit and loss, activity, address.

Belongs here: values that hold together with those of the universe (identities exact, ratios plausible). Does not belong
here: output, revenue, cost, profit, wages, staff (universe), mistakes (planted).

None of these items enters a cell: they are there to be reviewed, and receivables to be warned of.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from classification import arrow_tables
from indicators.quarter import Quarter
from pipelines.sample.credit_code import credit_codes
from pipelines.sample.profile import COUNTIES, COUNTY_NAMES, SURVEYS, Floats, Ints, classes
from pipelines.sample.universe import Flows, Universe, months_covered, position

# Running numbers of legal persons outside the city; the universe never gets that far.
_OUTSIDE: Final = 500_000_000
_FIXED: Final = np.array([0.75, 0.7, 0.55, 0.6])
_INVENTORY: Final = np.array([0.3, 0.04, 0.35, 0.25])


def money_items(universe: Universe, quarter: Quarter, places: Ints, survey: str, flows: Flows) -> dict[str, Ints]:
    """The optional money items of some units of one survey for a quarter, 千元.

    Args:
        universe: the city's units.
        quarter: of the return.
        places: of the units, all of one survey.
        survey: their survey.
        flows: what all units report for the quarter.

    Returns:
        Column → whole thousands of yuan. 资产 = 负债 + 所有者权益 and 利润总额 = 营业利润 + 营业外收入 − 营业外支出
        hold exactly; 营业利润 follows from the items above it within 0.2 % of revenue.
    """
    at, months = SURVEYS.index(survey), months_covered(SURVEYS.index(survey), quarter)
    index, step = universe.units.index[places], position(quarter)
    revenue, cost, tax, profit = (getattr(flows, name)[places] for name in ("revenue", "cost", "tax", "profit"))
    found = _balance_sheet(revenue * (12.0 / months), index, at, step, months, owed=universe.owed(quarter)[places])
    gained, lost = _part(revenue, 0.003 * _draw(index, 11)), _part(revenue, 0.002 * _draw(index, 12))
    operating = profit - gained + lost
    other = _part(revenue, 0.002 * _draw(index, 13))
    investment = np.where(_draw(index, 14) > 0.66, _part(revenue, 0.01 * _draw(index, 15)), 0)
    # What is left between income and profit is expense; where nothing is left, income from shares made the profit.
    unexplained = _part(revenue, 0.002 * (2 * _draw(index, 16 + step) - 1))
    left = revenue - cost - tax - operating + other + investment - unexplained
    expenses = np.maximum(left, _part(revenue, 0.01))
    found |= {
        "main_revenue": _part(revenue, 0.95 + 0.05 * _draw(index, 17)),
        "main_cost": _part(cost, 0.95 + 0.05 * _draw(index, 18)),
        "expenses": expenses,
        "investment_income": investment + expenses - left,
        "other_income": other,
        "operating_profit": operating,
        "non_operating_income": gained,
        "non_operating_expense": lost,
    }
    if survey == "industry":
        found["sales_output"] = _part(flows.output[places], 0.94 + 0.08 * _draw(index, 19 + step))
    return found


def texts(universe: Universe, quarter: Quarter, places: list[int]) -> list[dict[str, str]]:
    """The text items of many units."""
    klass, county, survey = universe.klass(quarter), universe.county(quarter), universe.survey()
    index = universe.units.index
    return [
        _words(int(index[place]), str(classes().gbt[klass[place]]), int(county[place]), int(survey[place]))
        for place in places
    ]


def _words(index: int, gbt: str, county: int, survey: int) -> dict[str, str]:
    elsewhere = index % 37 == 11 and survey != 3
    branch = index % 59 == 7
    return {
        "activity": activities().get(gbt, ""),
        "address": address(county, index),
        "registered_county": COUNTIES[(county + 1) % len(COUNTIES)] if elsewhere else COUNTIES[county],
        "parent_unit": outside_unit(index) if branch else "",
        "note": "",
    }


def address(county: int, index: int) -> str:
    """An address that is plainly synthetic: 示范市甲区演示路12号."""
    return f"示范市{COUNTY_NAMES[county]}演示路{index + 1}号"


def outside_unit(index: int, county: int = 0) -> str:
    """A valid credit code that no unit of the city has."""
    code = credit_codes(np.array([_OUTSIDE + index]), np.array([int(COUNTIES[county])]))[0]
    return bytes(code).decode()


@cache
def activities() -> dict[str, str]:
    """GB/T class → its name, which is what a firm says it does."""
    table = arrow_tables()["gbt"].to_pylist()
    return {row["code"]: row["name_zh"] for row in table if row["level"] == "class"}


def _balance_sheet(
    yearly: Floats, index: Ints, survey: int, step: int, months: int, *, owed: Floats
) -> dict[str, Ints]:
    drift = (1 + 0.004 * step) * (0.97 + 0.06 * _draw(index, 30 + step))
    total = np.maximum(np.rint(yearly * (0.6 + 0.8 * _draw(index, 1)) * drift), 50).astype(np.int64)
    current = _part(total, 0.35 + 0.25 * _draw(index, 2))
    fixed = _part(total - current, _FIXED[survey] * (0.8 + 0.3 * _draw(index, 3)))
    liabilities = _part(total, 0.4 + 0.35 * _draw(index, 6))
    # Receivables follow revenue with more noise than the rest: when customers pay is not up to the unit.
    paid_late = (0.15 + 0.3 * _draw(index, 4)) * (0.9 + 0.2 * _draw(index, 60 + step)) * owed
    return {
        "total_assets": total,
        "current_assets": current,
        "receivables": _part(current, paid_late),
        "inventories": _part(current, _INVENTORY[survey] * (0.5 + _draw(index, 5))),
        "fixed_assets": fixed,
        "accumulated_depreciation": _part(fixed, 0.2 + 0.3 * _draw(index, 7)),
        "depreciation": _part(fixed, (0.05 + 0.02 * _draw(index, 8)) * months / 12),
        "liabilities": liabilities,
        "equity": total - liabilities,
    }


def _part(whole: npt.NDArray[np.int64], share: npt.ArrayLike) -> Ints:
    return np.asarray(np.floor(whole * np.asarray(share)), dtype=np.int64)


def _draw(index: Ints, salt: int) -> Floats:
    """A number in [0, 1) of a unit, without a stream: any part of the city can be made alone."""
    mixed = (index.astype(np.uint64) + np.uint64(salt * 1_000_003)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / 2**53, dtype=np.float64)
