"""What is compared in the cases of shares."""

from collections.abc import Iterator

import pandas as pd

from indicators.structure import share_of_gdp, shares
from tests.scenarios.agreement import Case, Compared


def national_core_2023(case: Case) -> Iterator[Compared]:
    """Classes add up to the total; shares of the core, and of GDP in the same vintage and in another."""
    settings, published = case.settings, case.expected.set_index("key")["published"]
    values, tolerance = case.given.set_index("class")["va_100m_yuan"], case.settings["tolerance_pct"]
    yield Compared("total, 亿元", values.sum(), published["total_core_va_100m"], 0.0)
    found = shares(values) * 100
    yield Compared("shares of classes, %", found, [published[f"share_{name}_pct"] for name in found.index], tolerance)
    cell = {"region": "000000", "period": "2023", "span": "annual", "price_basis": "current"}
    core = pd.DataFrame([cell | {"vintage": "census", "value": values.sum()}])
    gdp = pd.DataFrame([
        cell | {"vintage": vintage, "value": settings[f"gdp_{vintage}"]} for vintage in ("preliminary", "census")
    ])  # fmt: skip
    same, mixed = (share_of_gdp(core, gdp, mixed=vintage).loc[0, "value"] * 100 for vintage in (None, "preliminary"))
    yield Compared("share of GDP, one vintage, %", same, published["share_of_gdp_pct"], tolerance)
    yield Compared("share of GDP, vintages mixed, %", mixed, settings["share_of_gdp_preliminary_pct"], tolerance)
