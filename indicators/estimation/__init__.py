"""Estimation: values for missing returns, weights of a sample, and large values kept in bounds.

Belongs here: estimators on plain frames, each in a module of its own. Does not belong here: which units are asked or
missing, and where estimates may stand (pipelines).
"""

from indicators.estimation.expansion import horvitz_thompson
from indicators.estimation.imputation import MARKERS, Level, imputation_levels, ratio_of_means
from indicators.estimation.winsorisation import winsorise

__all__ = ["MARKERS", "Level", "horvitz_thompson", "imputation_levels", "ratio_of_means", "winsorise"]
