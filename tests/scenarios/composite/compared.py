"""What is compared in the cases of the composite index."""

import pandas as pd

from indicators.composite import aggregate, build_index, normalise, treat_outliers
from indicators.composite import entropy_weights as weights_by_entropy
from tests.scenarios.agreement import Case, whole

Pair = tuple[pd.DataFrame, pd.DataFrame]


def schooling(case: Case) -> Pair:
    frame = case.given.set_index("country")
    ranks = normalise(frame, method="rank")["schooling"]
    found = pd.DataFrame({
        "rank": ranks,
        "zscore": normalise(frame, method="zscore")["schooling"],
        "minmax": normalise(frame)["schooling"],
        "percentile": ranks / len(ranks),
    })  # fmt: skip
    expected = case.expected.set_index("country")
    return found, expected.assign(percentile=expected["percentile"] / 100)


def achievement(case: Case) -> Pair:
    frame, expected = case.given.set_index("country"), case.expected.set_index("country")
    goalposts = {code: tuple(ends) for code, ends in case.settings["goalposts"].items()}
    scaled = normalise(frame, method="goalposts", goalposts=goalposts)
    schemes = pd.read_csv(case.folder / "weights.csv").set_index("indicator")
    found = {}
    for name in expected.columns:
        leaves = pd.DataFrame({"code": schemes.index, "parent": "TAI", "weight": schemes[name].to_numpy()})
        root = pd.DataFrame({"code": ["TAI"], "parent": [None], "weight": [None]})
        found[name] = build_index(scaled, pd.concat([root, leaves])).ranks()
    return pd.DataFrame(found).loc[expected.index], expected


def geometric(case: Case) -> tuple[pd.Series, pd.Series]:
    frame = case.given.set_index("unit")
    return aggregate(frame, dict.fromkeys(frame.columns, 1.0), how="geometric"), case.expected["mean"]


def winsorised(case: Case) -> tuple[list[float], pd.Series]:
    treated = treat_outliers(case.given[["twelve", "eleven"]])
    twelve, _ = treated.attrs["treatments"]
    return [twelve.skew, twelve.kurtosis, treated["eleven"][10]], case.expected["value"]


def entropy(case: Case) -> tuple[pd.Series, pd.Series]:
    return weights_by_entropy(case.given.set_index("unit")), case.expected.set_index("indicator")["weight"]


oecd_tai_schooling = whole(schooling)
oecd_tai_ranks = whole(achievement)
oecd_tai_rounded_weights = whole(achievement)
geometric_mean = whole(geometric)
coinr_winsorised = whole(winsorised)
entropy_weights = whole(entropy)
