"""Official accounts as observations: GDP, value added by industry and their growth, with their own publisher.

Belongs here: naming what a row of the accounts is. Does not belong here: anything computed from them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from indicators.catalogue import indicator
from indicators.measure.evidence import Evidence
from indicators.measure.rows import quantised

GDP: Final = "GDP"
_DIVISION: Final = r"\d{2}"
_FED_BACK: Final = "L2"


def value_of(accounts: pd.DataFrame, industry: str) -> pd.DataFrame:
    """Levels at current prices of an industry of the accounts (``GDP``, ``secondary``, a division, …)."""
    is_level = (accounts["measure"] == "value") & (accounts["price_basis"] == "current")
    return accounts[is_level & (_industry(accounts) == industry)]


def divisions(accounts: pd.DataFrame) -> pd.DataFrame:
    """Levels at current prices of the two-digit divisions."""
    is_level = (accounts["measure"] == "value") & (accounts["price_basis"] == "current")
    return accounts[is_level & accounts["industry"].str.fullmatch(_DIVISION)]


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of the accounts: levels, and growth (an index of last year = 1 counts as growth).

    A row keeps its own vintage, status and publisher. Divisions are fed back to the place and published nowhere, and
    one that is all digital is a class of the core told another way: they stay in the house. Where growth and index of
    the same cell are both there, growth is taken; growth at current prices is not (it can be had from the levels).
    """
    accounts = evidence.accounts
    if accounts.empty:
        return []
    level = accounts[accounts["measure"] == "value"]
    real = accounts[accounts["price_basis"] == "constant"]
    growth, index = (real[real["measure"] == measure] for measure in ("growth", "index"))
    index = index.assign(value=index["value"] - 1, measure="growth")
    cell = ["region", "industry", "period", "span", "vintage"]
    changes = pd.concat([growth, index], ignore_index=True).drop_duplicates(cell, keep="first")
    return [
        *_split(level, "gdp", "sector_value_added"),
        *_split(changes, "gdp_growth", "sector_growth"),
    ]


def _split(frame: pd.DataFrame, whole: str, part: str) -> list[pd.DataFrame]:
    total = _industry(frame) == GDP
    return [_rows(frame[total].assign(industry=""), whole), _rows(frame[~total], part)]


def _industry(accounts: pd.DataFrame) -> pd.Series:
    return pd.Series(np.where(accounts["industry"].str.upper() == GDP, GDP, accounts["industry"]), index=accounts.index)


def _rows(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    entry = indicator(name, "accounts")
    return pd.DataFrame({
        "indicator": name,
        "definition_id": "accounts",
        "period": frame["period"],
        "span": frame["span"],
        "region": frame["region"],
        "class": frame["industry"],
        "value": quantised(frame["value"], entry.unit),
        "unit": frame["unit"],
        "price_basis": frame["price_basis"],
        "base": entry.forms[0][1],
        "vintage": frame["vintage"],
        "status": frame["status"],
        "authority": frame["authority"],
        "release_level": np.where(frame["industry"].str.fullmatch(_DIVISION), _FED_BACK, entry.release_level),
    })  # fmt: skip
