"""What is compared in the cases of estimation."""

import pandas as pd

from indicators.estimation import horvitz_thompson, winsorise
from tests.scenarios.agreement import Case, whole

Pair = tuple[pd.DataFrame, pd.DataFrame]
MARKERS = {"W": 0, "NW_FE": 1, "NW_AG": 2}
COLUMNS = {"calibration": "calibration", "auxiliary": "other"}


def outliers(case: Case) -> Pair:
    there = {name: column for name, column in COLUMNS.items() if column in case.given}
    found = winsorise(case.given, value="question", design="design", cutoff="L", by=["date", "group"], **there)
    columns = ["date", "identifier", "outlier_weight", "marker"]
    found, expected = found[columns], case.expected[columns]
    assert (found["identifier"] == expected["identifier"]).all()
    return tuple(
        frame.assign(marker=frame["marker"].map(MARKERS))[["outlier_weight", "marker"]] for frame in (found, expected)
    )


def weights(case: Case) -> Pair:
    found = horvitz_thompson(
        case.given,
        by="stratum",
        period="period",
        sampled="sampled",
        adjustment="adjustment",
        h="h",
        auxiliary="auxiliary",
        calibration_group="group" if "group" in case.given else None,
        out_of_scope_full=case.settings.get("out_of_scope_full"),
    )
    return found[list(case.expected)], case.expected


winsorised_expansion = whole(outliers)
winsorised_ratio = whole(outliers)
winsorisation_markers = whole(outliers)
winsorised_zero = whole(outliers)
separate_ratio = whole(weights)
combined_ratio = whole(weights)
out_of_scope_below = whole(weights)
out_of_scope_both = whole(weights)
