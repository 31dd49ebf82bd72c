"""Benchmarking and temporal disaggregation: quarters (or months) that meet annual (or quarterly) figures.

Belongs here: the public methods, by difference (Denton), by regression on the indicator's error (Cholette-Dagum) and by
regression on indicators (Chow-Lin, Fernández, Litterman, OLS). Does not belong here: adding-up across series
(reconciliation).
"""

from indicators.benchmarking.adjustment import cholette_dagum, denton
from indicators.benchmarking.regression import Disaggregation, chow_lin, fernandez, litterman, ols
from indicators.benchmarking.spans import Conversion

__all__ = [
    "Conversion",
    "Disaggregation",
    "cholette_dagum",
    "chow_lin",
    "denton",
    "fernandez",
    "litterman",
    "ols",
]
