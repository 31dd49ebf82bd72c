"""What is compared in the cases of prices and volumes."""

from collections.abc import Iterator

from indicators.prices import annual_overlap, index
from tests.scenarios.agreement import Case, Compared
from tests.scenarios.benchmarking.compared import quarterly, yearly


def cpi_manual(case: Case) -> Iterator[Compared]:
    given = case.read("input")
    for (formula, base), published in case.read("expected").groupby(["formula", "base"], sort=False):
        found = index(given, formula=formula, base=base).loc[published["period"]]
        yield Compared(f"{formula}, {base}", found, published["printed"], case.settings["tolerance"])


def qna_annual_overlap(case: Case) -> Iterator[Compared]:
    quarters, year = quarterly(case.read("input")), yearly(case.read("annual"))
    nominal = year["a_quantity"] * year["a_price"] + year["b_quantity"] * year["b_price"]
    a_price, b_price = year.iloc[0][["a_price", "b_price"]]
    at_previous = quarters["a_quantity"] * a_price + quarters["b_quantity"] * b_price
    found = annual_overlap(nominal, at_previous, reference_year=1997) / (nominal.iloc[0] / 4) * 100
    yield Compared("index, 1997 = 100", found, case.read("expected")["chained"], case.settings["tolerance"])
