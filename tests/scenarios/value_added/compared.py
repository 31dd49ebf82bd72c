"""What is compared in the cases of value added."""

from collections.abc import Iterator

import pandas as pd

from indicators.value_added import income_approach
from tests.scenarios.agreement import Case, Compared

PARTS = {
    "劳动者报酬": "compensation",
    "生产税净额": "net_production_tax",
    "固定资产折旧": "depreciation",
    "营业盈余": "operating_surplus",
}


def fujian_income(case: Case) -> Iterator[Compared]:
    mapping = pd.DataFrame({"component": PARTS.values(), "item": PARTS.keys(), "sign": 1})
    found = income_approach(case.read("input"), mapping)["value_added"]
    yield Compared("regional GDP, 亿元", found, case.read("expected")["gdp"], case.settings["tolerance_sum"])
