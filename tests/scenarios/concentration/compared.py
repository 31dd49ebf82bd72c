"""What is compared in the cases of concentration and location."""

from collections.abc import Iterator

from indicators.structure import concentration_ratio, herfindahl, leave_one_out_growth, location_quotient
from tests.scenarios.agreement import Case, Compared


def four_firms(case: Case) -> Iterator[Compared]:
    shares, published = case.given["share"], case.expected.iloc[0]
    yield Compared("HHI", herfindahl(shares), published["hhi_points"] / 10_000, case.settings["tolerance"])
    yield Compared("CR3", concentration_ratio(shares, 3), published["cr3_pct"] / 100, case.settings["tolerance"])


def location(case: Case) -> Iterator[Compared]:
    given = case.given.set_index("class")
    found = location_quotient(given["county"], given["city"])
    yield Compared("quotients", found, case.expected["quotient"], case.settings["tolerance"])


def without_largest(case: Case) -> Iterator[Compared]:
    given = case.given.set_index("firm")
    for row in case.expected.itertuples(index=False):
        found = leave_one_out_growth(given["current"], given["base"], k=max(row.left_out, 1))
        growth = found["top_k" if row.left_out else "none"]
        yield Compared(f"without {row.left_out}", growth, row.current / row.base - 1, case.settings["tolerance"])
