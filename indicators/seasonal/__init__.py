"""Seasonal adjustment by X-13ARIMA-SEATS, or by STL where X-13 refuses or is not there; the Spring Festival.

Belongs here: the adjustment of one series, and regressors of the Chinese calendar. Does not belong here: which series
are published adjusted.
"""

from indicators.seasonal.adjustment import SeasonalAdjustment, adjust
from indicators.seasonal.festival import spring_festival, spring_festival_regressors

__all__ = ["SeasonalAdjustment", "adjust", "spring_festival", "spring_festival_regressors"]
