"""What is compared in the cases of penetration."""

from collections.abc import Iterator

import pandas as pd

from indicators.penetration import efficiency_va, growth_accounting, io_complete, io_direct, survey_rate
from tests.scenarios.agreement import Case, Compared


def miller_blair_inputs(case: Case) -> Iterator[Compared]:
    rows = case.given.astype({"sector": str}).set_index("sector")
    flows = rows.drop(columns="output").set_axis(rows.index, axis=1)
    expected = case.expected.assign(share=lambda frame: frame["numerator"] / frame["denominator"])
    for kind, rate in (("direct", io_direct), ("complete", io_complete)):
        published = expected.loc[expected["kind"] == kind, "share"]
        found = rate(flows, rows["output"], "1")[f"rate_io_{kind}"]
        yield Compared(kind, found, published, case.settings["tolerance"])


def ict_capital(case: Case) -> Iterator[Compared]:
    settings = {name: case.settings[name] for name in ("base_year", "r", "delta", "g")}
    found = growth_accounting(case.given, **settings)
    for name in case.expected.columns.drop("year"):
        yield Compared(name, found[name], case.expected[name], case.settings["tolerance"])


def efficiency(case: Case) -> Iterator[Compared]:
    found = efficiency_va(case.given.astype({"division": str}))
    hand = case.expected.iloc[0]
    shares = pd.Series([hand["efficiency_va"] / hand["va"], hand["core_va"] / hand["va"]])
    yield Compared(
        "rate and core share", found[["rate_efficiency_va", "core_share"]], shares, case.settings["tolerance"]
    )


def key_equipment(case: Case) -> Iterator[Compared]:
    found = survey_rate(case.given, definition="numerical_control")["rate_numerical_control"]
    share = case.expected["numerator"] / case.expected["denominator"]
    yield Compared("rate", found, share, case.settings["tolerance"])
