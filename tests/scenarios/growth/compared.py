"""What is compared in the cases of growth, contribution and pull."""

from collections.abc import Iterator

import pandas as pd

from indicators.growth import contribution, from_cumulative, pull, two_year_average, year_on_year
from tests.scenarios.agreement import Case, Compared
from tests.scenarios.benchmarking.compared import quarterly

PARTS = ["cons", "inv", "net"]


def guangdong_contribution(case: Case) -> Iterator[Compared]:
    """Levels that have the published shares of growth are made up; the method must give shares and pulls back."""
    given, published = (case.read(name).set_index("year") for name in ("input", "expected"))
    shares = given.set_axis(PARTS, axis=1) / 100
    pulls = published[[f"{part}_pull" for part in PARTS]].set_axis(PARTS, axis=1)
    base = pd.Series({"cons": 60.0, "inv": 35.0, "net": 5.0})
    current = {year: base + shares.loc[year] * pulls.loc[year].sum() for year in shares.index}
    found = [pull(now, base) * 100 for now in current.values()]
    yield Compared("pull, points", found, pulls, case.settings["tolerance_pull"])
    found = [contribution(now, base) * 100 for now in current.values()]
    yield Compared("contribution, %", found, shares * 100, case.settings["tolerance_share"])


def national_gdp(case: Case) -> Iterator[Compared]:
    cumulative, single = quarterly(case.read("input")), quarterly(case.read("expected"))
    for series in cumulative:
        yield Compared(
            f"single quarters, {series}",
            from_cumulative(cumulative[series]),
            single[series],
            case.settings["tolerance_single"],
        )
    growth = year_on_year(quarterly(case.read("constant"))["cumulative"]) * 100
    published = quarterly(case.read("growth"))["growth"]
    yield Compared("growth of cumulatives, %", growth[published.index], published, case.settings["tolerance_growth"])


def published_averages(case: Case) -> Iterator[Compared]:
    given = case.read("input").set_index("what") / 100
    found = [two_year_average(*rates) * 100 for rates in given.to_numpy()]
    yield Compared("average, %", found, case.read("expected")["two_year"], case.settings["tolerance"])


two_years_of_a_city = published_averages
