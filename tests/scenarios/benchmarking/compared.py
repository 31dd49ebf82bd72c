"""What is compared in the cases of benchmarking."""

from collections.abc import Iterator

import pandas as pd

from indicators.benchmarking import cholette_dagum, chow_lin, denton, litterman
from tests.scenarios.agreement import Case, Compared


def imf_qna_denton(case: Case) -> Iterator[Compared]:
    indicator, annual = quarterly(case.read("input"))["indicator"], yearly(case.read("benchmarks"))["annual"]
    expected, settings = case.read("expected"), case.settings
    found = denton(indicator, annual)
    yield Compared("Denton, printed", found, expected["published_1dp"], settings["tolerance_printed"])
    yield Compared("Denton, R", found, expected["r_tempdisagg_denton_cholette"], settings["tolerance_library"])
    limit = cholette_dagum(indicator, annual, rho=1)
    yield Compared("ρ = 1, G-Series", limit, expected["gseries_rho1_lambda1"], settings["tolerance_library"])
    biased = cholette_dagum(indicator, annual)
    yield Compared(
        "ρ = 0.729, bias, G-Series", biased, expected["gseries_rho0729_lambda1_bias3"], settings["tolerance_library"]
    )


def denton_1971(case: Case) -> Iterator[Compared]:
    found = denton(quarterly(case.read("input"))["indicator"], yearly(case.read("benchmarks"))["annual"])
    yield Compared("quarters", found, case.read("expected")["stata"], case.settings["tolerance"])


def swiss_sales(case: Case) -> Iterator[Compared]:
    indicators, annual = quarterly(case.read("input")), yearly(case.read("benchmarks"))["sales"]
    published, settings = quarterly(case.read("expected")), case.settings
    constant = published["denton_constant"].dropna()
    flat = pd.Series(1.0, index=constant.index)
    yield Compared("Denton, no indicator", denton(flat, annual), constant, settings["tolerance"])
    yield Compared("additive, no indicator", denton(flat, annual, proportional=False), constant, settings["tolerance"])
    exports = indicators["exports"]
    yield Compared("Denton, exports", denton(exports, annual), published["denton"], settings["tolerance"])
    models = {"chow_lin": chow_lin(annual, exports), "chow_lin_two": chow_lin(annual, indicators)}
    printed = case.read("expected_coefficients").set_index(["model", "coefficient"])
    for name, found in models.items():
        yield Compared(f"{name}, maxlog", found.values, published[name], settings["tolerance"])
        unit = printed.loc[name, "digits_unit"]
        yield Compared(
            f"{name}, coefficients in units of the last digit",
            found.coefficients / unit,
            printed.loc[name, "printed"] / unit,
            settings["tolerance_printed"],
        )
    months = case.read("input_monthly")
    monthly = pd.Series(months["exports"].to_numpy(), index=pd.PeriodIndex(months["month"], freq="M"), name="exports")
    yield Compared(
        "Litterman, maxlog, months",
        litterman(annual, monthly).values,
        case.read("expected_monthly")["litterman"],
        settings["tolerance_litterman"],
    )


def gseries_sales(case: Case) -> Iterator[Compared]:
    published = quarterly(case.read("expected"))
    indicator, annual = quarterly(case.read("input")), yearly(case.read("benchmarks"))
    found = cholette_dagum(indicator, annual, rho=0.729, lam=1, bias=None).loc[published.index]
    for series in published:
        yield Compared(series, found[series], published[series], case.settings["tolerance"])


def quarterly(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with ``year`` and ``quarter`` on a ``PeriodIndex``."""
    index = pd.PeriodIndex.from_fields(year=frame["year"], quarter=frame["quarter"], freq="Q")
    return frame.drop(columns=["year", "quarter"]).set_axis(index)


def yearly(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with ``year`` on a ``PeriodIndex``."""
    return frame.drop(columns="year").set_axis(pd.PeriodIndex(frame["year"].astype(str), freq="Y"))
