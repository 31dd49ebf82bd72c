"""What is compared in the cases of seasonal adjustment."""

from collections.abc import Iterator

import pandas as pd

from indicators.seasonal import adjust
from tests.scenarios.agreement import Case, Compared

TABLES = {
    "seasonal": "seasonal_factor_s10",
    "adjusted": "seasonally_adjusted_s11",
    "trend": "trend_s12",
    "irregular": "irregular_s13",
}


def airline_passengers(case: Case) -> Iterator[Compared]:
    given, published, settings = case.read("input"), case.read("expected"), case.settings
    found = adjust(pd.Series(given["value"].to_numpy(), index=pd.PeriodIndex(given["date"], freq="M")))
    for part, table in TABLES.items():
        yield Compared(part, getattr(found, part), published[table], settings["tolerance_tables"], relative=True)
    model = case.read("expected_model").set_index("parameter")["estimate"].head(3)
    named = {name.rpartition("$")[2]: value for name, value in found.diagnostics["regressors"].items()}
    yield Compared("regressors", [named[name] for name in model.index], model, settings["tolerance_model"])
    criteria = [found.diagnostics["aicc"], found.diagnostics["bic"]]
    yield Compared("AICc, BIC", criteria, [settings["aicc"], settings["bic"]], settings["tolerance_criteria"])
