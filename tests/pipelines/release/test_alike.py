"""A table or a sentence that mixes price bases, bases or vintages is refused by what builds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from classification.errors import InputError
from pipelines.release import exhibits, sentences, tables
from pipelines.release.alike import KINDS, alike, difference, less
from pipelines.release.cited import Said, link, marked, yi
from pipelines.release.figures import CORE, Figure, Figures, Origin, Span
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_is_refused_whoever_builds_it(city: Made, kind: str) -> None:
    level = [city.figures.get("core_value_added", "rate_method", span, cls=CORE) for span in (NOW, BEFORE)]
    one, other = (figure for figure in level if figure)
    mixed = replace(other, **{kind: {"price": "constant", "base": "comparable", "vintage": "final"}[kind]})
    assert Said(f"本期{yi(one)}亿元，上年同期{yi(other)}亿元。")
    assert Said(f"本期{yi(one)}亿元。上年同期{yi(mixed)}亿元。")  # each its own sentence
    with pytest.raises(InputError, match=rf"本期.*\n?.*混用了不同的{KINDS[kind]}|混用了不同的{KINDS[kind]}"):
        Said(f"本期{yi(one)}亿元，上年同期{yi(mixed)}亿元。")
    assert Said(f"本期{yi(one)}亿元，另一指标{yi(replace(mixed, definition='published'))}亿元。")


_TABLES: dict[str, Callable[[Figures], tables.Table | None]] = {
    "overview": tables.overview,
    "divisions": lambda f: tables.divisions(f, NOW),
    "groups": lambda f: tables.groups(f, NOW),
    "counties": lambda f: tables.counties(f, NOW),
    "penetration": tables.penetration,
    "series": tables.series,
    "pulls": tables.pulls,
}
_EXHIBITS: dict[str, Callable[[Figures], Any]] = {
    "growth_lines": exhibits.growth_lines,
    "quarterly_stack": exhibits.quarterly_stack,
    "pull_stack": lambda f: exhibits.pull_stack(f, NOW),
    "shares": lambda f: exhibits.shares(f, NOW),
    "county_bars": lambda f: exhibits.county_bars(f, NOW),
}
_SENTENCES: dict[str, Callable[[Figures], list[str]]] = {
    "overall": sentences.overall,
    "by_division": lambda f: sentences.by_division(f, NOW),
    "by_county": lambda f: sentences.by_county(f, NOW),
    "key_figures": lambda f: [marked(key.value) + marked(key.change) for key in sentences.key_figures(f)],
}


def shown_by(built: object) -> list[list[Figure | Origin]]:
    """What stands side by side in what was built: the figures of a table, of each sentence the cells that it cites."""
    if isinstance(built, tables.Table):
        return [list(built.figures)] if "vintage" not in built.declared else []
    if isinstance(built, list):
        return [link(text)[1] for whole in built for text in marked(whole).split("。")]
    return shown_by(built.table) if built is not None else []  # type: ignore[attr-defined]


def twins(together: list[Figure | Origin]) -> list[tuple[str, ...]]:
    """Keys of figures beside which another of the same indicator and definition stands."""
    keys = dict.fromkeys(
        (one.indicator, one.definition, one.span, one.period, one.region, one.cls)
        if isinstance(one, Figure)
        else (*one.key[:2], one.key[3], one.key[2], *one.key[4:6])
        for one in together
        if isinstance(one, Figure) or one.table == "observation"
    )
    counts = Counter(key[:2] for key in keys)
    return [key for key in keys if counts[key[:2]] > 1]


@pytest.mark.parametrize("name", [*_TABLES, *_EXHIBITS, *_SENTENCES])
def test_no_builder_lets_two_vintages_of_one_figure_stand_together(city: Made, name: str) -> None:
    """Figures that have a fellow beside them are made one of another vintage: refused, or no longer shown."""
    build = (_TABLES | _EXHIBITS | _SENTENCES)[name]
    pairs = list(dict.fromkeys(key for together in shown_by(build(city.figures)) for key in twins(together)))
    assert pairs
    some = pairs[:: max(1, len(pairs) // 6)]  # all along what is built; each is built anew
    refused = [
        refuses(build, changed(city.figures, *key[:2], Span(*key[2:4]), region=key[4], cls=key[5], vintage="final"))
        for key in some
    ]
    assert any(refused)


def refuses(build: Callable[[Figures], object], mixed: Figures) -> bool:
    """Whether a builder refuses what it would have to mix; what it builds holds one vintage of each indicator."""
    try:
        built = build(mixed)
    except InputError as refusal:
        return "版次" in refusal.zh
    for together in shown_by(built):
        kinds = {
            (one.indicator, one.definition, one.vintage) if isinstance(one, Figure) else (*one.key[:2], one.key[8])
            for one in together
            if isinstance(one, Figure) or one.table == "observation"
        }
        assert len({kind[:2] for kind in kinds}) == len(kinds)
    return False


def test_growth_of_gdp_stands_beside_ours_in_the_same_vintage_alone(city: Made) -> None:
    assert city.figures.gdp_growth(NOW)
    other = changed(city.figures, "gdp_growth", "accounts", NOW, vintage="final")
    assert other.gdp_growth(NOW) is None
    assert "GDP增速" not in "".join(sentences.overall(other))
