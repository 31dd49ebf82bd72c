"""Ratio of means against the Office for National Statistics and a case worked by hand: values, links, markers."""

from __future__ import annotations

import pandas as pd

from indicators.estimation import ratio_of_means
from indicators.estimation.imputation import LINKS
from tests.scenarios.agreement import Case, whole

KEY = ["unit", "period", "group"]
NUMBERS = ["value", *LINKS, *(f"count_{link}" for link in LINKS)]
WORDS = ["marker", *(f"default_{link}" for link in LINKS)]


def imputed(case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every value with its links and counts; markers and defaults must be the same to the letter."""
    found = ratio_of_means(case.given, unit="unit", period="period", value="value", auxiliary="auxiliary", by="group")
    ordered = found.merge(case.expected[KEY], on=KEY, how="right", validate="one_to_one")
    for column in WORDS:
        if ordered[column].tolist() != case.expected[column].tolist():
            raise AssertionError(f"{case.name}: {column} differs")
    return ordered[NUMBERS], case.expected[NUMBERS]


mixed_runs = whole(imputed)
zero_sums = whole(imputed)
by_hand_years = whole(imputed)
