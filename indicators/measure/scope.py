"""Full scope 全口径: what reports and what is allocated below the threshold, controlled to the accounts.

Belongs here: adding the two, the control, the indicators of the full scope. Does not belong here: either part (core,
below), the method of raking (reconciliation).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.accounts import divisions
from indicators.measure.below import allocated
from indicators.measure.core import CORE, NON_CORE, growth, share_gdp, with_volume
from indicators.measure.evidence import Evidence
from indicators.measure.levels import by_class, spans, with_place
from indicators.reconciliation import factors, rake

DEFINITION: Final = "full_scope"
_VALUES: Final = ["va", "base", "volume", "allocated", "imputed"]
_CONTROLLED: Final = ["va", "base", "allocated", "imputed"]


def rows(evidence: Evidence, leaf: pd.DataFrame) -> list[pd.DataFrame]:
    """Observation rows of the full scope; none where nothing is known of what lies below the threshold.

    The core of a division may not exceed the division in the accounts (same vintage, same span): where it does, its
    cells are raked to the account, what is allocated and split giving way before what is measured
    (``alterability.csv``), and the factor is shown; the base of a cell moves with it. The place is the sum of its
    counties, the total that of classes.

    Args:
        evidence: what was known.
        leaf: full-span cells.

    Raises:
        InputError: a proxy or price index is missing.

    Source: methods, value added: below threshold, controls.
    """
    both = _uncontrolled(evidence, leaf)
    if both.empty:
        return []
    controlled, factor = _controlled(evidence, both)
    return [*_levels(evidence, with_volume(evidence, controlled)), *factor]


def cells(evidence: Evidence, leaf: pd.DataFrame) -> pd.DataFrame:
    """Cells of the full scope as its figures add them up: ``va, base, volume`` (yuan), ``factor`` of their control."""
    both = _uncontrolled(evidence, leaf)
    return both if both.empty else with_volume(evidence, _controlled(evidence, both)[0])


def _uncontrolled(evidence: Evidence, leaf: pd.DataFrame) -> pd.DataFrame:
    """What reports and what is allocated below the threshold; no rows where nothing is known of the latter."""
    reporting = evidence.released(leaf[leaf["de"] != NON_CORE])
    if reporting.empty or evidence.below.empty:
        return pd.DataFrame()
    below = allocated(evidence, sorted(reporting["quarter"].unique()))
    if below.empty:
        return pd.DataFrame()
    return pd.concat([
        reporting.assign(kind=_kinds(evidence, reporting["gbt"]), allocated=0.0),
        below.assign(kind="allocated", allocated=below["va"], imputed=0.0),
    ], ignore_index=True)  # fmt: skip


def _levels(evidence: Evidence, cells: pd.DataFrame) -> list[pd.DataFrame]:
    digital = evidence.membership[evidence.membership["scheme"] == "digital"]
    classes = digital[(digital["class"] == CORE) | (digital["class"].str.len() <= 4)]
    sums = by_class(cells, classes, _VALUES)
    table = spans(with_place(sums, evidence.place, _VALUES), _VALUES)
    # What is allocated is estimated, and with it every figure in which there is any.
    table = table.assign(estimated=table["estimated"] | (table["allocated"] != 0) | (table["imputed"] != 0))
    cumulative = table[table["span"] == "cumulative"]
    share = make.ratio(cumulative["allocated"], cumulative["va"])
    real, nominal = (growth(table[of], table["base"]) for of in ("volume", "va"))
    found = [
        make.own_rows(table, table["va"], "core_value_added", DEFINITION),
        make.own_rows(table, table["base"], "core_value_added_base", DEFINITION),
        make.own_rows(table, nominal, "core_growth", DEFINITION, form=("current", "comparable")),
        make.own_rows(cumulative, share, "core_allocated_share", DEFINITION),
        *share_gdp(evidence, table, DEFINITION),
    ]
    if evidence.prices.empty:
        return found
    return [*found, make.own_rows(table, real, "core_growth", DEFINITION, form=("constant", "comparable"))]


def _kinds(evidence: Evidence, gbt: pd.Series) -> pd.Series:
    """Whether a class is core in full or split by coefficients."""
    member = evidence.membership
    split = set(member.loc[(member["scheme"] == "sector") & (member["de"] == NON_CORE), "gbt"])
    return gbt.isin(split).map({True: "split", False: "measured"})


@cache
def alterability() -> pd.Series:
    """How readily a value gives way in reconciliation, by the quality of its source (``alterability.csv``)."""
    with (files("indicators.measure") / "alterability.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file).set_index("kind")["c"].astype("float64")


def _controlled(evidence: Evidence, cells: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    accounts = divisions(evidence.accounts)
    wanted = (accounts["region"] == evidence.place) & (accounts["span"] == "cumulative")
    limits = accounts[wanted & (accounts["vintage"] == evidence.vintage)]
    limit = limits.set_index(["period", "industry"])["value"]
    keyed = cells.assign(division=cells["gbt"].str[:2], factor=1.0)
    sums = keyed.groupby(["quarter", "division"])["va"].sum()
    over = sums[sums > limit.reindex(sums.index)]
    for quarter, division in over.index:
        mine = (keyed["quarter"] == quarter) & (keyed["division"] == division)
        values = keyed.loc[mine, "va"]
        moved = rake(
            values,
            {f"{quarter} {division}": (list(values.index), limit[quarter, division])},
            alterability=keyed.loc[mine, "kind"].map(alterability()),
        )
        keyed.loc[mine, "factor"] = factors(values, moved)
    scaled = {name: keyed[name] * keyed["factor"] for name in _CONTROLLED}
    shown = pd.DataFrame({"quarter": over.index.get_level_values(0), "class": over.index.get_level_values(1)})
    shown = shown.assign(region=evidence.place, span="cumulative", estimated=True)
    ratio = pd.Series((limit.reindex(over.index) / over).to_numpy(), index=shown.index, dtype="float64")
    return keyed.assign(**scaled), [make.own_rows(shown, ratio, "core_control_factor", DEFINITION)]
