"""The explorer 数据浏览: one HTML file with all observations of a release, to pick from, look at and take along.

Belongs here: which data the page holds, in which form. Does not belong here: how they are picked and drawn (its script
and stylesheet in templates).
"""

from __future__ import annotations

from typing import Any, Final

from pipelines.release import pages
from pipelines.release.display import STATUSES, WITHHELD_ZH
from pipelines.release.figures import BASES, PRICES, SPANS, VINTAGES, Figure, Figures
from pipelines.release.issue import Issue
from pipelines.release.notes import synthetic
from pipelines.release.wording import in_points

_TEXTS: Final = (
    "id", "definition_id", "name_zh", "definition_zh", "formula", "assumption_zh", "unit", "topic", "source", "method",
)  # fmt: skip
_COLUMNS: Final = ("indicator", "span", "region", "class", "form", "vintage", "authority", "level")


def render(f: Figures, issue: Issue) -> str:
    """The explorer of a release as one self-contained page.

    Args:
        f: the release's figures.
        issue: what the release is called.
    """
    title = f"数据浏览 · {f.city.name} · {issue.period}"
    said = synthetic(f.city) if f.city.synthetic else ""
    body = pages.markup("explorer.html.j2", f=f, issue=issue, legal=WITHHELD_ZH, synthetic=said)
    data = {"release": issue.name, "as_of": str(issue.as_of), "place": f.city.code, **contents(f)}
    return pages.framed(title, body, styles=["explorer.css"], script="explorer.js", data=data, bold=True)


def contents(f: Figures) -> dict[str, Any]:
    """The observations as series: what differs by period alone stands in one row.

    Returns:
        ``words``: per column the words that there are, each a list of its parts (code, Chinese name …); ``series``: per
        column the place of each series' word; ``periods``: per kind of span its periods; ``start``: the place of a
        series' first period; ``values``: its values in the stored unit from there on, null where there is none or it
        is withheld; ``status``: one mark per period, a blank where there is no observation; ``steps``: of a series with
        what is told rounded, the step of each period in percentage points, 0 where there is none; of others nothing.
    """
    series: dict[tuple[tuple[Any, ...], ...], dict[str, Figure]] = {}
    # In the order of the catalogue: what a page shows first is the figure that the house is known for.
    place = {key: n for n, key in enumerate(f.catalogue)}
    for figure in sorted(f.everything(), key=lambda figure: place[figure.indicator, figure.definition]):
        series.setdefault(tuple(_words(f, figure).values()), {})[figure.period] = figure
    kinds = {span: [s for s in series if s[1][0] == span] for span in SPANS}
    periods = {span: sorted({period for key in keys for period in series[key]}) for span, keys in kinds.items()}
    order = [key for keys in kinds.values() for key in keys]
    rows = [_row(series[key], periods[key[1][0]]) for key in order]
    words = [list(dict.fromkeys(key[n] for key in series)) for n in range(len(_COLUMNS))]
    places = [{word: n for n, word in enumerate(found)} for found in words]
    return {
        "words": dict(zip(_COLUMNS, words, strict=True)),
        "series": {name: [places[n][key[n]] for key in order] for n, name in enumerate(_COLUMNS)},
        "periods": periods,
        "statuses": STATUSES,
        **{name: [row[n] for row in rows] for n, name in enumerate(("start", "values", "status", "steps"))},
    }


def _words(f: Figures, figure: Figure) -> dict[str, tuple[Any, ...]]:
    """What a series is, column by column."""
    entry = f.catalogue[figure.indicator, figure.definition]
    shown = (figure.display_unit, figure.decimals)
    named = f.class_name(figure.indicator, figure.cls) if figure.cls else ""
    found = (
        (*(entry[name] for name in _TEXTS), *shown),
        (figure.span, SPANS[figure.span]),
        (figure.region, f.regions.get(figure.region, figure.region)),
        (figure.cls, named),
        (figure.price, figure.base, PRICES[figure.price], BASES[figure.base]),
        (figure.vintage, VINTAGES[figure.vintage]),
        (figure.authority,),
        (figure.release_level,),
    )
    return dict(zip(_COLUMNS, found, strict=True))


def _row(figures: dict[str, Figure], periods: list[str]) -> tuple[int, list[float | None], str, list[float | None]]:
    """Start, values, marks and steps of a series; what is withheld leaves no value in the page."""
    span = [n for n, period in enumerate(periods) if period in figures]
    found = [figures.get(period) for period in periods[span[0] : span[-1] + 1]]
    values = [figure.value if figure and not figure.withheld else None for figure in found]
    marks = "".join(figure.status if figure else " " for figure in found)
    steps = [_short(float(in_points(figure.step))) if figure else 0 for figure in found]
    return span[0], [_short(value) for value in values], marks, steps if any(steps) else []


def _short(value: float | None) -> float | None:
    """A whole number without its “.0”."""
    return int(value) if value is not None and value.is_integer() else value
