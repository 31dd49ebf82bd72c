"""Estimation from samples: weights of a design, and large values kept in bounds.

Belongs here: estimators on plain frames, each in a module of its own. Does not belong here: which units are asked, and
where estimates may stand (pipelines).
"""

from indicators.estimation.expansion import horvitz_thompson
from indicators.estimation.winsorisation import winsorise

__all__ = ["horvitz_thompson", "winsorise"]
