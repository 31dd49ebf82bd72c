"""What is compared in the cases of the income approach."""

from collections.abc import Iterator

from indicators.income import income_approach
from tests.scenarios.agreement import Case, Compared


def investment_income(case: Case) -> Iterator[Compared]:
    """Left in the operating surplus, investment income inflates services by a quarter."""
    published, tolerance = case.expected.iloc[0], case.settings["tolerance"]
    right, wrong = (
        income_approach(frame)["value_added"].iloc[0] for frame in (case.given, case.given.assign(investment_income=0))
    )
    yield Compared("value added, % of revenue", right, published["right"], tolerance)
    yield Compared("with investment income", wrong, published["wrong"], tolerance)
    yield Compared("inflated by, %", (wrong / right - 1) * 100, published["inflated_pct"], tolerance)
