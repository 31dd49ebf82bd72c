"""What is compared in the cases of signals."""

import pandas as pd

from indicators.signals import change_points, cusum, ewma, lights
from tests.scenarios.agreement import Case, whole

SETTINGS = ("target", "sigma", "k", "h", "weight")


def chosen(case: Case) -> dict[str, float]:
    return {name: case.settings[name] for name in SETTINGS if name in case.settings}


def nile(case: Case) -> tuple[list[object], pd.Series]:
    return change_points(case.given.set_index("year")["flow"]), case.expected["value"]


def shift(case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    expected = case.expected.set_index("group")
    return cusum(case.given.set_index("group")["mean"], **chosen(case))[list(expected)], expected


def smooth(case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    expected = case.expected.set_index("sample")
    return ewma(case.given.set_index("sample")["value"], **chosen(case))[list(expected)], expected


def warning(case: Case) -> tuple[pd.Series, pd.Series]:
    found = lights(case.given.set_index("month")["index"])
    assert found["light"].tolist() == case.expected["light"].tolist()
    return found["score"], case.expected["score"]


nile_change = whole(nile)
nist_cusum = whole(shift)
nist_ewma = whole(smooth)
national_warning_index = whole(warning)
