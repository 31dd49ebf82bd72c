"""Penetration 渗透率: each definition under its own name; series of two definitions are never joined.

Belongs here: the definitions, each in a module of its own, and the guard against mixing. Does not belong here: putting
them on a city's evidence (measure). A share of digital industry is 占比, and none of these.
"""

from indicators.penetration.efficiency import efficiency_va
from indicators.penetration.external import external
from indicators.penetration.growth_accounting import growth_accounting
from indicators.penetration.joining import one_definition
from indicators.penetration.surveys import SurveyRate, adoption, survey_rate, survey_rates
from indicators.penetration.tables import io_complete, io_direct

__all__ = [
    "SurveyRate",
    "adoption",
    "efficiency_va",
    "external",
    "growth_accounting",
    "io_complete",
    "io_direct",
    "one_definition",
    "survey_rate",
    "survey_rates",
]
