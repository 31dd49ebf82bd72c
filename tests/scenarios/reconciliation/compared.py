"""What is compared in the cases of reconciliation."""

from collections.abc import Iterator

from indicators.reconciliation import rake
from tests.scenarios.agreement import Case, Compared


def vehicles(case: Case) -> Iterator[Compared]:
    given, published = case.read("input").iloc[0], case.read("expected").iloc[0]
    found = rake(given[["cars", "vans"]], {"total": (["cars", "vans"], given["total"])})
    yield Compared("cells", found, published[["cars", "vans"]], case.settings["tolerance"])


def vehicles_by_province(case: Case) -> Iterator[Compared]:
    given, metadata = case.read("input").iloc[0], case.read("metadata")
    published = case.read("expected").set_index("case")
    for name, alterability in (("all_alterable", None), ("vans_sask_fixed", {"vans_sask": 0})):
        found = rake(given, metadata, alterability=alterability)
        yield Compared(name, found[published.columns], published.loc[name], case.settings["tolerance"])
