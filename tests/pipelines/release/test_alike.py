"""A table or a sentence that mixes price bases, bases or vintages is refused by what builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from classification.errors import InputError
from pipelines.release import sentences, tables
from pipelines.release.alike import KINDS, alike, difference, less
from pipelines.release.figures import CORE, Figure, Figures, Span
from tests.pipelines.release.conftest import Made

NOW, BEFORE = Span("cumulative", "2023Q4"), Span("cumulative", "2022Q4")
OTHER = {"price": "current", "base": "none", "vintage": "final"}


def changed(
    f: Figures, indicator: str, definition: str, span: Span, *, region: str = "", cls: str = "", **kinds: str
) -> Figures:
    """The same figures, but for one of them."""
    key = (indicator, definition, span, region or f.city.code, cls)
    found = f.__dict__["_found"]
    return replace(f, _found=found | {key: [replace(figure, **kinds) for figure in found[key]]})


def growth(**kinds: str) -> Figure:
    said = {"indicator": "core_growth", "definition": "rate_method", "vintage": "preliminary"}
    return Figure(0.05, "比率", "%", 1, **(said | {"price": "constant", "base": "comparable"} | kinds))


@pytest.mark.parametrize("kind", KINDS)
def test_figures_of_one_indicator_are_of_one_kind(kind: str) -> None:
    pair = [growth(), None, growth(**{kind: OTHER[kind]})]
    with pytest.raises(InputError, match=f"{KINDS[kind]}.*\n.*{kind}"):
        alike(pair, "T2")
    alike(pair, "T2", declared=(kind,))
    alike([growth(), growth(definition="published", **{kind: OTHER[kind]})], "T2")
    with pytest.raises(InputError, match=KINDS[kind]):
        less(*(figure for figure in pair if figure))


def test_rates_of_two_indicators_are_compared_at_one_price_basis_and_vintage() -> None:
    gdp = growth(indicator="gdp_growth", base="none")
    assert less(growth(), gdp) == 0
    for kind in ("price", "vintage"):
        with pytest.raises(InputError, match=KINDS[kind]):
            less(growth(), replace(gdp, **{kind: OTHER[kind]}))
    assert difference(growth(), None) is None


# What is changed to another vintage, and what may then not be built.
_OF: dict[str, tuple[dict[str, Any], Callable[[Figures], object]]] = {
    "T2": ({"cls": "01"}, lambda f: tables.divisions(f, NOW)),
    "T4": ({"cls": CORE, "region": "419901"}, lambda f: tables.counties(f, NOW)),
    "序列": ({"cls": CORE, "span": BEFORE}, tables.series),
}


@pytest.mark.parametrize("code", _OF)
def test_a_table_that_mixes_vintages_is_not_built(city: Made, code: str) -> None:
    place, build = _OF[code]
    assert build(city.figures)
    mixed = changed(city.figures, "core_value_added", "rate_method", **({"span": NOW} | place), vintage="final")
    with pytest.raises(InputError, match=code):
        build(mixed)


@pytest.mark.parametrize(
    ("indicator", "span", "cls", "build"),
    [
        ("core_growth", BEFORE, CORE, sentences.overall),
        ("core_growth", NOW, "01", lambda f: sentences.by_division(f, NOW)),
        ("core_pull", NOW, "01", lambda f: sentences.by_division(f, NOW)),
        ("core_share_gdp", BEFORE, CORE, sentences.key_figures),
    ],
)
def test_a_sentence_that_mixes_vintages_is_not_said(
    city: Made, indicator: str, span: Span, cls: str, build: Callable[[Figures], object]
) -> None:
    assert build(city.figures)
    definition = "same_vintage" if indicator == "core_share_gdp" else "rate_method"
    with pytest.raises(InputError, match="版次"):
        build(changed(city.figures, indicator, definition, span, cls=cls, vintage="final"))


def test_growth_of_gdp_stands_beside_ours_in_the_same_vintage_alone(city: Made) -> None:
    assert city.figures.gdp_growth(NOW)
    other = changed(city.figures, "gdp_growth", "accounts", NOW, vintage="final")
    assert other.gdp_growth(NOW) is None
    assert "GDP增速" not in "".join(sentences.overall(other))
