"""The catalogue: what every indicator is, in Chinese and English, and in which forms it may be stored.

Belongs here: reading and checking ``catalogue.csv``. Does not belong here: computing an indicator, or its labels by
class (classification).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import pandas as pd

from classification.errors import InputError

SPANS: Final = ("quarter", "cumulative", "annual")
PRICE_BASES: Final = ("current", "constant", "none")
BASES: Final = ("published", "comparable", "none")
LEVELS: Final = ("L0", "L1", "L2", "L3")
DIRECTIONS: Final = ("up", "neutral", "down")
# A ratio is stored as a fraction whatever it is shown in.
RATIO: Final = "比率"
HUNDREDTHS: Final = ("%", "百分点")
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "price_basis": PRICE_BASES,
    "bases": BASES,
    "spans": SPANS,
    "direction": DIRECTIONS,
    "release_level": LEVELS,
}
KEY: Final = ["id", "definition_id"]
_TEXT: Final = (
    "id", "definition_id", "name_zh", "name_en", "definition_zh", "formula", "assumption_zh", "unit", "display_unit",
    "direction", "topic", "source", "method", "release_level",
)  # fmt: skip
_OPTIONAL: Final = {"minimum", "maximum"}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the catalogue: an indicator under one definition.

    ``forms`` are the allowed pairs of price basis and base; ``minimum`` and ``maximum`` are bounds of plausibility in
    the stored unit (None: no bound), for a warning and never for altering a number. ``unit`` is what a value is stored
    in, ``display_unit`` what it is shown in: what is shown in % or 百分点 is stored as a fraction (比率: 0.012 is 1.2).
    ``method`` is the page of ``docs/methods`` on its family of methods.
    """

    id: str
    definition_id: str
    name_zh: str
    name_en: str
    definition_zh: str
    formula: str
    assumption_zh: str
    unit: str
    display_unit: str
    decimals: int
    forms: tuple[tuple[str, str], ...]
    spans: tuple[str, ...]
    direction: str
    topic: str
    source: str
    method: str
    release_level: str
    minimum: float | None
    maximum: float | None

    @property
    def page(self) -> str:
        """Its own page and place there: terms, formula, assumptions, source and a worked example."""
        return f"docs/methods/indicators/{self.id}.md#{self.definition_id}"


def catalogue() -> pd.DataFrame:
    """The whole catalogue, one row per indicator and definition, in the order in which topics are presented.

    ``price_basis`` and ``bases`` hold lists separated by ``;`` that belong together by position; a single entry beside
    a longer list stands for all of it: ``constant;current`` beside ``comparable`` allows either price basis on the
    comparable base, and nothing on the published one.

    Returns:
        Columns as in ``catalogue.csv``; ``decimals`` int64, ``minimum`` and ``maximum`` float (missing: no bound).
    """
    return _checked(_read()).copy()


@cache
def indicators() -> dict[tuple[str, str], Indicator]:
    """All indicators by (id, definition_id)."""
    rows = catalogue().to_dict("records")
    return {
        (str(row["id"]), str(row["definition_id"])): _indicator({str(k): v for k, v in row.items()}) for row in rows
    }


def indicator(name: str, definition: str) -> Indicator:
    """The catalogue's entry for an indicator under a definition.

    Raises:
        InputError: the catalogue has no such indicator, or not under that definition.
    """
    found = indicators().get((name, definition))
    if found is not None:
        return found
    known = [known_definition for known_name, known_definition in indicators() if known_name == name]
    if not known:
        raise InputError(f"指标目录中没有“{name}”。", f"The catalogue has no indicator {name!r}.")
    raise InputError(
        f"指标“{name}”没有口径“{definition}”，目录中的口径为：{'、'.join(known)}。",
        f"Indicator {name!r} has no definition {definition!r}; the catalogue has {', '.join(known)}.",
    )


@cache
def _read() -> pd.DataFrame:
    with (files(__package__) / "catalogue.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def _checked(text: pd.DataFrame) -> pd.DataFrame:
    """The catalogue as typed columns, or an error that names the first row that cannot stand.

    Raises:
        InputError: a row lacks an attribute, is there twice, or holds a word that does not exist.
    """
    for column in [name for name in text.columns if name not in _OPTIONAL]:
        _refuse(text, text[column].str.strip() == "", column)
    _refuse(text, text.duplicated(KEY), "id, definition_id")
    for column, allowed in _WORDS.items():
        _refuse(text, ~text[column].str.split(";").explode().isin(allowed).groupby(level=0).all(), column)
    _refuse(text, text["display_unit"].isin(HUNDREDTHS) & (text["unit"] != RATIO), "unit, display_unit")
    sizes = text["price_basis"].str.count(";") + 1, text["bases"].str.count(";") + 1
    _refuse(text, (sizes[0] != sizes[1]) & (sizes[0] > 1) & (sizes[1] > 1), "price_basis, bases")
    _refuse(text, ~text["decimals"].str.fullmatch(r"\d"), "decimals")
    bounds = {column: pd.to_numeric(text[column]).astype("float64") for column in sorted(_OPTIONAL)}
    return text.assign(decimals=text["decimals"].astype("int64"), **bounds)


def _refuse(text: pd.DataFrame, bad: pd.Series[bool], column: str) -> None:
    if bad.any():
        row = text[bad].iloc[0]
        name = f"{row['id']}/{row['definition_id']}"
        raise InputError(
            f"指标目录中“{name}”的“{column}”不成立。",
            f"The catalogue's row {name!r} does not hold in {column!r}.",
            where="catalogue.csv",
        )


def _indicator(row: dict[str, object]) -> Indicator:
    prices, bases = str(row["price_basis"]).split(";"), str(row["bases"]).split(";")
    count = max(len(prices), len(bases))
    forms = zip(prices * (count // len(prices)), bases * (count // len(bases)), strict=True)
    text = {name: str(row[name]) for name in _TEXT}
    return Indicator(
        **text,
        decimals=int(str(row["decimals"])),
        forms=tuple(forms),
        spans=tuple(str(row["spans"]).split(";")),
        minimum=_bound(row["minimum"]),
        maximum=_bound(row["maximum"]),
    )


def _bound(value: object) -> float | None:
    number = float(str(value))
    return None if math.isnan(number) else number
