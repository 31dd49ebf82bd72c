"""Signals: where a series changes level, whether it drifts, when it leaves its band, and what light it shows.

Belongs here: tests and charts on a single series or on counts, from numbers alone. Does not belong here: which series a
city watches, its rules of early warning and their sentences, lights of dispatch (a different legend).
"""

from indicators.signals.changes import MannKendall, change_points, mann_kendall
from indicators.signals.control import cusum, ewma
from indicators.signals.diffusion import diffusion_index
from indicators.signals.lights import lights, warning_index

__all__ = [
    "MannKendall",
    "change_points",
    "cusum",
    "diffusion_index",
    "ewma",
    "lights",
    "mann_kendall",
    "warning_index",
]
