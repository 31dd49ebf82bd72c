"""From evidence to observations: everything a release shows, as a function of (evidence, quarter, as_of) alone.

Belongs here: the order of the topics. Each topic is a module of this folder. Does not belong here: formulas (the
modules of ``indicators``) and reading tables (pipelines).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import pandas as pd

from classification.errors import InputError
from indicators.measure import (
    accounts,
    benchmarked,
    capital,
    chains,
    concentration,
    core,
    cycle,
    development,
    digital,
    dispatch,
    firms,
    headline,
    income,
    industries,
    interindustry,
    population,
    published,
    scope,
    sizes,
    uncertain,
)
from indicators.measure.evidence import MEASURED, Evidence, known_then
from indicators.measure.full_span import full_span
from indicators.measure.parts import GROWN, Changes, changes
from indicators.measure.routes import VOLUME, VOLUME_FLAGGED, extrapolated, relations
from indicators.observation import KEY, observations
from indicators.quarter import Quarter

__all__ = [
    "GROWN",
    "MEASURED",
    "Changes",
    "Evidence",
    "changes",
    "core_cells",
    "full_cells",
    "full_span",
    "headline_figures",
    "known_then",
    "measure",
    "volume_relations",
]


# The definitions of core value added whose figures are sums of cells.
_CELLS: Final[Mapping[str, Callable[[Evidence, pd.DataFrame], pd.DataFrame]]] = {
    "rate_method": core.cells,
    scope.DEFINITION: scope.cells,
    benchmarked.DEFINITION: benchmarked.cells,
}


def measure(evidence: Evidence, quarter: Quarter, as_of: dt.date) -> pd.DataFrame:
    """All observations of a release: every released quarter up to ``quarter``, as known at ``as_of``.

    Args:
        evidence: cells and small tables; later or superseded rows are left out here.
        quarter: the release quarter.
        as_of: what was known on this day.

    Returns:
        Observations (``indicators.observation``), sorted by their key; money to 0.01 yuan, rates to 10⁻¹², so that
        bytes repeat. A topic without input is absent; there are no rows without a value. Own figures are of the
        evidence's vintage and of status P, or E where an input is estimated or imputed; sums of ledgers of status A.

    Raises:
        InputError: a quarter is missing in the chain, a division has no price index or no coefficient d, a lagged cell
            has no last year: the periods and codes are named.

    Source: methods, conventions: a run is a function of quarter and day, whatever ran before.
    """
    known = evidence.at(quarter, as_of)
    leaf = full_cells(known, quarter)
    topics = [
        core.rows(known, leaf),
        scope.rows(known, leaf),
        benchmarked.rows(known, leaf),
        income.rows(known),
        accounts.rows(known),
        chains.rows(known, leaf),
        digital.rows(known, leaf),
        firms.rows(known),
        published.rows(known),
        capital.rows(known, quarter),
        interindustry.rows(known),
        industries.rows(known, leaf),
        concentration.rows(known),
        population.rows(known),
        sizes.rows(known),
        dispatch.rows(known),
        uncertain.rows(known, leaf, quarter),
    ]
    # Own rows leave their vintage to the release; accounts and published figures bring theirs.
    own = {"as_of": as_of, "vintage": known.vintage}
    parts = [pd.DataFrame(own | dict(part)) for topic in topics for part in topic if len(part)]
    if not parts:
        return observations([])
    # The same figure may come with the accounts and on the form of published figures; two different ones are refused.
    rows = pd.concat(parts, ignore_index=True)
    # These follow from the figures of other topics.
    further = [*cycle.rows(known, rows), *development.rows(known, quarter, rows)]
    rows = pd.concat([rows, *(pd.DataFrame(own | dict(part)) for part in further)], ignore_index=True)
    return observations(rows.drop_duplicates([*KEY, "value"]))


def core_cells(known: Evidence, quarter: Quarter, definition: str) -> pd.DataFrame:
    """The cells that the figures of core value added under a definition add up, so that each can be taken apart.

    Args:
        known: the evidence at a day.
        quarter: the last quarter.
        definition: ``rate_method``, ``full_scope`` or ``benchmarked``.

    Returns:
        ``quarter, county, gbt, de, va`` (cumulative, yuan) and, where growth is taken on the definition, ``base`` and
        ``volume``; further columns tell where a cell comes from. No rows where the definition has no figure.

    Raises:
        InputError: as ``measure``; the definition is none of these.
    """
    return _cells_of(definition)(known, full_cells(known, quarter))


def headline_figures(known: Evidence, leaf: pd.DataFrame, definition: str) -> pd.DataFrame:
    """The level and growth of core value added under a definition alone, for when they are made many times over.

    Args:
        known: the evidence at a day.
        leaf: full-span cells (``full_cells``); those of some years give the figures of these.
        definition: ``rate_method``, ``full_scope`` or ``benchmarked``, whose quarters rest on all years.

    Returns:
        Of released quarters, cumulative, the core by region and its divisions of the place: ``headline.COLUMNS``. Each
        stands in ``measure`` with the same value.

    Raises:
        InputError: as ``measure``, of what these figures need; the definition is none of these.
    """
    return headline.rows(known, _cells_of(definition)(known, leaf), definition)


def _cells_of(definition: str) -> Callable[[Evidence, pd.DataFrame], pd.DataFrame]:
    if definition not in _CELLS:
        raise InputError(
            f"核心产业增加值没有可拆分到单元的口径“{definition}”，可用：{'、'.join(_CELLS)}。",
            f"No definition {definition!r} of core value added adds up cells; there are {', '.join(_CELLS)}.",
        )
    return _CELLS[definition]


def full_cells(known: Evidence, quarter: Quarter) -> pd.DataFrame:
    """Full-span cells, each class by the route that is laid down for it."""
    return full_span(known.leaf, known.first_release, quarter, route=partial(extrapolated, known))


def volume_relations(known: Evidence, quarter: Quarter) -> pd.DataFrame:
    """The classes of the place that go by volume in a quarter, with indicator and ρ (``routes.relations``)."""
    done = {str(text): rows for text, rows in full_cells(known, quarter).groupby("quarter")}
    now = done[str(quarter)]
    return relations(known, now[now["factor_level"].isin({VOLUME, VOLUME_FLAGGED})], done, quarter)
