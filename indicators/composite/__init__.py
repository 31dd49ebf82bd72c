"""Composite index: normalise, treat outliers, weigh, aggregate, and say how much of a rank is choice.

Belongs here: the steps from indicators of units to an index, each on plain frames (a row per unit, a column per
indicator). Does not belong here: which indicators a city's scheme has, and their documents (settings of the city).
"""

from indicators.composite.aggregation import aggregate
from indicators.composite.index import CompositeIndex, Step, build_index
from indicators.composite.normalisation import normalise
from indicators.composite.outliers import Treatment, treat_outliers
from indicators.composite.scheme import Scheme, freeze_scheme
from indicators.composite.sensitivity import Sensitivity, sensitivity
from indicators.composite.weights import entropy_weights, with_leaf_weights

__all__ = [
    "CompositeIndex",
    "Scheme",
    "Sensitivity",
    "Step",
    "Treatment",
    "aggregate",
    "build_index",
    "entropy_weights",
    "freeze_scheme",
    "normalise",
    "sensitivity",
    "treat_outliers",
    "with_leaf_weights",
]
