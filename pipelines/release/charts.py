"""The charts of a report: Altair specifications drawn offline to SVG, each for a wide page, a narrow one and for print.

Belongs here: marks, scales, colours and direct labels. Does not belong here: sentences (the caller writes the title,
which states the finding) and the choice of numbers (tables).

Altair and vl-convert are imported inside the functions: reading a release must not pay for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final

FONT: Final = "Shuce Sans SC"
INK: Final = "#1b2430"
ACCENT: Final = "#1d4f91"
GREY: Final = "#7a828c"
FAINT: Final = "#d9dde2"
# Dark to light in greyscale in the order 01, 03, 04, 02; told apart by lightness alone, so by any eye.
HUES: Final = {"01": "#1d3f6e", "02": "#f3d587", "03": "#237a71", "04": "#dd9274"}
# The lights of dispatch, the worst first; told by symbol and word as well.
LIGHTS: Final = {"red": "#b3261e", "yellow": "#d9a400", "grey": FAINT, "green": "#2f7d4f"}
_DARK: Final = frozenset({LIGHTS["red"], LIGHTS["green"]})
WIDE: Final = 680
NARROW: Final = 326
# Over 156 mm of an official document its letters are 9.6 points high, those of a small table.
PRINT: Final = 600
_FINE: Final = 2
_SIZE: Final = {WIDE: 13, NARROW: 12, PRINT: 13}
_HEIGHT: Final = {WIDE: 270, NARROW: 230, PRINT: 206}
# Rows stand closer in print, so that a chart leaves room for text on its sheet.
_CLOSER: Final = {WIDE: 0, NARROW: 0, PRINT: 6}
# Of a chart's height that is no plot: the axis with its two lines, and padding.
_AXIS: Final = 60

# A description that begins so names the cells a mark comes from, for the page to link (cited).
MARKED: Final = chr(0xE000)

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Drawing:
    """One chart as SVG for a wide page, a narrow one and print, with its text alternative; ``name`` heads it, or ''."""

    wide: str
    narrow: str
    printed: str
    alt: str
    name: str = ""


@dataclass(frozen=True)
class Plan:
    """How to make a chart of a given width."""

    build: Callable[[int], Any]


def drawing(key: str, alt: str, plan: Plan, *, name: str = "", panel: bool = False) -> Drawing:
    """Draw a chart for each page that it stands on.

    Args:
        key: short and unique on the page: ids inside the SVG begin with it.
        alt: what the chart says, in one or two sentences.
        plan: what to draw.
        name: heading of the chart where several stand under one title.
        panel: whether the chart stands beside others, so that it is narrow on every page.
    """
    narrow = _svg(plan, NARROW, f"{key}n", alt)
    if panel:
        return Drawing(narrow, narrow, narrow, alt, name)
    return Drawing(_svg(plan, WIDE, f"{key}w", alt), narrow, _svg(plan, PRINT, f"{key}p", alt), alt, name)


def png(svg: str) -> bytes:
    """A drawing as a bitmap for a Word document, twice as fine as on a page; its letters are those of this package."""
    import vl_convert

    _fonts()
    width, height = svg.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    sized = svg.replace("<svg ", f'<svg font-family="{FONT}" width="{width}" height="{height}" ', 1)
    return bytes(vl_convert.svg_to_png(sized, scale=_FINE))


def lines(records: Sequence[Record], styles: Mapping[str, tuple[str, list[int]]]) -> Plan:
    """Growth lines over quarters: ``period, series, value, label, hollow``; a value that is None breaks the line.

    Args:
        records: one per point; ``label`` is '' but on the last point of a series; ``hollow`` marks E and P.
        styles: series → colour and dash.
    """
    alt = _altair()

    ends = [r for r in records if r["label"]]
    reach = _range([r["value"] for r in records if r["value"] is not None])

    def build(width: int) -> Any:
        spread = _spread([r["value"] for r in ends], _line(width, reach))
        labels = [{**r, "at": at} for r, at in zip(ends, spread, strict=True)]
        domain, colours = list(styles), [colour for colour, _ in styles.values()]
        colour = alt.Color("series:N").scale(domain=domain, range=colours).legend(None)
        stroke = alt.Stroke("series:N").scale(domain=domain, range=colours).legend(None)
        dash = alt.StrokeDash("series:N").scale(domain=domain, range=[d for _, d in styles.values()]).legend(None)
        x = _quarters(records, width)
        y = alt.Y("value:Q").title(None).axis(format=_NUMBER, tickCount=5).scale(zero=True, nice=True)
        base = alt.Chart(alt.Data(values=list(records))).encode(x=x, y=y)
        hollow = {"filled": True, "size": 42, "fill": "white", "opacity": 1, "strokeWidth": 1.8}
        return alt.layer(
            base.mark_line(strokeWidth=2.2).encode(color=colour, strokeDash=dash),
            base.transform_filter("!datum.hollow && datum.value !== null")
            .mark_point(filled=True, size=34, opacity=1)
            .encode(color=colour, description="cited:N"),
            base.transform_filter("datum.hollow").mark_point(**hollow).encode(stroke=stroke, description="cited:N"),
            alt.Chart(alt.Data(values=labels))
            .mark_text(align="left", dx=11, fontWeight="bold")
            .encode(x=x, y=alt.Y("at:Q").title(None), text="label:N", color=colour),
        ).properties(height=_HEIGHT[width])

    return Plan(build)


def stacked(records: Sequence[Record], names: Mapping[str, str], totals: Sequence[Record] = ()) -> Plan:
    """Stacked bars over quarters by core division: ``period, cls, value``; optional totals as dots.

    Args:
        records: one per bar part, quarters in order; parts below zero stack downwards.
        names: class → name; names stand at the right of the last bar.
        totals: ``period, value, label`` (label '' but where it is shown).
    """
    alt = _altair()

    names = {cls: name for cls, name in names.items() if any(r["cls"] == cls for r in records)}
    last = {r["cls"]: r["value"] for r in records if r["period"] == records[-1]["period"]}
    heights = [sum(v for v in _by_period(records, p) if v > 0) for p in {r["period"] for r in records}]
    depths = [sum(v for v in _by_period(records, p) if v < 0) for p in {r["period"] for r in records}]
    reach = _range([*heights, *depths, *(r["value"] for r in totals)])

    def build(width: int) -> Any:
        spread = _spread(_middles([last.get(c, 0.0) for c in names]), _line(width, reach))
        labels = [
            {"period": records[-1]["period"], "cls": c, "at": at, "text": name}
            for (c, name), at in zip(names.items(), spread, strict=True)
        ]
        codes = list(names)
        colour = alt.Color("cls:N").scale(domain=codes, range=[HUES[c] for c in codes]).legend(None)
        x = _quarters(records, width)
        bars = alt.Chart(alt.Data(values=list(records))).mark_bar().encode(
            x=x,
            y=alt.Y("value:Q").title(None).axis(format=_NUMBER, tickCount=5),
            color=colour,
            order=alt.Order("cls:N"),
            description="cited:N",
        )  # fmt: skip
        # Names begin at the right edge of the plot, however many bars there are.
        named = alt.Chart(alt.Data(values=labels)).encode(x=alt.value("width"), y=alt.Y("at:Q").title(None))
        layers: list[Any] = [
            bars,
            named.mark_point(shape="square", filled=True, size=80, opacity=1, xOffset=5).encode(color=colour),
            named.mark_text(align="left", dx=14, color=INK).encode(text="text:N"),
        ]
        if totals:
            points = alt.Chart(alt.Data(values=list(totals))).encode(x=x, y="value:Q")
            dots = points.encode(description="cited:N")
            layers += [
                dots.mark_point(filled=True, size=44, fill="white", stroke=INK, strokeWidth=1.8, opacity=1),
                points.transform_filter("datum.label != ''")
                .mark_text(dy=-13, color=INK, fontWeight="bold")
                .encode(text="label:N"),
            ]
        return alt.layer(*layers).properties(height=_HEIGHT[width])

    return Plan(build)


def ranked(records: Sequence[Record], *, beside: Sequence[Record] = (), row: int = 30) -> Plan:
    """Horizontal bars from zero: ``name, value, label, colour`` in the order given.

    Args:
        records: one per bar; ``short`` is its name on a narrow page, where a long one leaves no room.
        beside: the bars of all charts that share one scale, these among them; by default these alone.
        row: height of a bar with its gap, in pixels.
    """
    alt = _altair()

    whole = beside or records
    top, bottom = max(0.0, *(r["value"] for r in whole)), min(0.0, *(r["value"] for r in whole))

    def build(width: int) -> Any:
        def name(record: Record) -> str:
            return str(record.get("short", record["name"]) if width == NARROW else record["name"])

        # The plot has the same width in all of them, and the longest label fits beside the longest bar.
        characters = max(_length(name(r)) for r in whole), max(_length(r["label"]) for r in whole)
        names, labels = (_SIZE[width] * (n + 1) for n in characters)
        plot = width - names - 16
        reach = bottom + (top - bottom) * plot / max(plot - labels, 40)
        base = alt.Chart(alt.Data(values=[{**r, "name": name(r)} for r in records])).encode(
            y=alt.Y("name:N").sort([name(r) for r in records]).title(None)
            .axis(ticks=False, domain=False, labelPadding=8, labelColor=INK, minExtent=names, maxExtent=names,
                  labelLimit=names),
            x=alt.X("value:Q").title(None).axis(None).scale(domain=[bottom, reach], nice=False),
        )  # fmt: skip
        return alt.layer(
            base.mark_bar(height=row - 12 - _CLOSER[width]).encode(
                color=alt.Color("colour:N").scale(None), description="cited:N"
            ),
            base.mark_text(align="left", dx=6, color=INK).encode(text="label:N"),
        ).properties(height=(row - _CLOSER[width]) * len(records) + 6)

    return Plan(build)


def scatter(records: Sequence[Record], *, across: str, up: str, level: float) -> Plan:
    """Named points over two measures, a line at the level of the whole: ``name, x, y`` of each point.

    Args:
        records: one per point.
        across: what is measured from left to right, with its unit.
        up: what is measured upwards, with its unit.
        level: where the line of the whole lies; no name of its own would be in the way of others.
    """
    alt = _altair()

    tall, broad = _range([*(r["y"] for r in records), level]), _range([r["x"] for r in records])

    def build(width: int) -> Any:
        height, size = _HEIGHT[width] + (0 if width == PRINT else 40), _SIZE[width]
        # A name takes its letters across and a line up, in the measures of the chart.
        room = (size * 1.15 * broad / (width - 90), size * 1.3 * tall / (height - 50))
        values = [{**r, "at": at} for r, at in zip(records, _beside(records, *room), strict=True)]
        title = {"titleAnchor": "end", "titleColor": GREY, "titleFontSize": size, "titleFontWeight": "normal"}
        reach = broad * (1 + size * (max(_length(r["name"]) for r in records) + 1) / (width - 90))
        axis = alt.X("x:Q").title(across).axis(format=_NUMBER, tickCount=5, grid=False, **title)
        x = axis.scale(nice=False, domain=[0, reach])
        y = alt.Y("y:Q").title(None).axis(format=_NUMBER, tickCount=5).scale(zero=True, nice=True)
        base = alt.Chart(alt.Data(values=values)).encode(x=x, y=y)
        whole = alt.Chart(alt.Data(values=[{"y": level}])).encode(y=alt.Y("y:Q").title(None))
        return alt.layer(
            whole.mark_rule(color=GREY, strokeDash=[6, 4]),
            base.mark_point(filled=True, size=52, opacity=1, color=ACCENT).encode(description="cited:N"),
            base.mark_text(align="left", dx=8, color=INK).encode(y=alt.Y("at:Q").title(None), text="name:N"),
        ).properties(
            height=height, title=alt.TitleParams(up, anchor="start", fontSize=size, color=GREY, fontWeight="normal")
        )

    return Plan(build)


def waterfall(records: Sequence[Record], *, row: int = 30) -> Plan:
    """Horizontal bars that begin where the one above ends: ``name, start, end, label, colour`` in the order given.

    Args:
        records: one per bar; those that are no step begin at zero.
        row: height of a bar with its gap, in pixels.
    """
    alt = _altair()

    tops = [max(r["start"], r["end"]) for r in records]
    top, bottom = max(0.0, *tops), min(0.0, *(min(r["start"], r["end"]) for r in records))
    values = [{**r, "at": at} for r, at in zip(records, tops, strict=True)]
    characters = max(_length(r["name"]) for r in records), max(_length(r["label"]) for r in records)

    def build(width: int) -> Any:
        names, labels = (_SIZE[width] * (n + 1) for n in characters)
        plot = width - names - 16
        reach = bottom + (top - bottom) * plot / max(plot - labels, 40)
        base = alt.Chart(alt.Data(values=values)).encode(
            y=alt.Y("name:N").sort([r["name"] for r in records]).title(None)
            .axis(ticks=False, domain=False, labelPadding=8, labelColor=INK, minExtent=names, maxExtent=names,
                  labelLimit=names),
        )  # fmt: skip
        x = alt.X("start:Q").title(None).axis(None).scale(domain=[bottom, reach], nice=False)
        return alt.layer(
            base.mark_bar(height=row - 12 - _CLOSER[width]).encode(
                x=x, x2="end:Q", color=alt.Color("colour:N").scale(None), description="cited:N"
            ),
            base.mark_text(align="left", dx=6, color=INK).encode(x=alt.X("at:Q").title(None), text="label:N"),
        ).properties(height=(row - _CLOSER[width]) * len(records) + 6)

    return Plan(build)


def parts(records: Sequence[Record], *, row: int = 30) -> Plan:
    """Horizontal bars made up of parts: ``name, start, end, label, colour`` in the order given.

    Args:
        records: one per part; a label that is wider than its part is left out.
        row: height of a bar with its gap, in pixels.
    """
    alt = _altair()

    order, top = list(dict.fromkeys(r["name"] for r in records)), max(r["end"] for r in records)
    characters = max(map(_length, order))

    def build(width: int) -> Any:
        names = _SIZE[width] * (characters + 1)
        one = (width - names - 16) / top
        values = [
            {**r, "middle": (r["start"] + r["end"]) / 2, "ink": "#ffffff" if r["colour"] in _DARK else INK,
             "label": r["label"] if (r["end"] - r["start"]) * one > _SIZE[width] * _length(r["label"]) else ""}
            for r in records
        ]  # fmt: skip
        base = alt.Chart(alt.Data(values=values)).encode(
            y=alt.Y("name:N").sort(order).title(None)
            .axis(ticks=False, domain=False, labelPadding=8, labelColor=INK, minExtent=names, maxExtent=names,
                  labelLimit=names),
        )  # fmt: skip
        x = alt.X("start:Q").title(None).axis(None).scale(domain=[0, top], nice=False)
        colour = alt.Color("colour:N").scale(None)
        bars = base.mark_bar(height=row - 8 - _CLOSER[width], stroke="#ffffff", strokeWidth=1)
        return alt.layer(
            bars.encode(x=x, x2="end:Q", color=colour, description="cited:N"),
            base.mark_text().encode(
                x=alt.X("middle:Q").title(None), text="label:N", color=alt.Color("ink:N").scale(None)
            ),
        ).properties(height=(row - _CLOSER[width]) * len(order) + 6)

    return Plan(build)


def tornado(records: Sequence[Record], *, row: int = 30) -> Plan:
    """Horizontal bars to both sides of zero: ``name, minus, plus, label`` in the order given.

    Args:
        records: one per bar; ``minus`` is drawn grey, ``plus`` in the accent.
        row: height of a bar with its gap, in pixels.
    """
    alt = _altair()

    values = [
        {"name": r["name"], "start": 0.0, "end": r[side], "colour": colour, "cited": r.get("cited", "")}
        for r in records
        for side, colour in (("minus", GREY), ("plus", ACCENT))
    ]
    top, bottom = max(0.0, *(v["end"] for v in values)), min(0.0, *(v["end"] for v in values))
    labels = [{"name": r["name"], "at": top, "label": r["label"]} for r in records]
    characters = max(_length(r["name"]) for r in records), max(_length(r["label"]) for r in records)

    def build(width: int) -> Any:
        names, texts = (_SIZE[width] * (n + 1) for n in characters)
        plot = width - names - 16
        reach = bottom + (top - bottom) * plot / max(plot - texts, 40)
        y = (
            alt.Y("name:N").sort([r["name"] for r in records]).title(None)
            .axis(ticks=False, domain=False, labelPadding=8, labelColor=INK, minExtent=names, maxExtent=names,
                  labelLimit=names)
        )  # fmt: skip
        x = alt.X("start:Q").title(None).axis(None).scale(domain=[bottom, reach], nice=False)
        bars = alt.Chart(alt.Data(values=values)).encode(y=y)
        beside = alt.Chart(alt.Data(values=labels)).encode(y=y, x=alt.X("at:Q").title(None), text="label:N")
        return alt.layer(
            bars.mark_bar(height=row - 12 - _CLOSER[width]).encode(
                x=x, x2="end:Q", color=alt.Color("colour:N").scale(None), description="cited:N"
            ),
            alt.Chart(alt.Data(values=[{"zero": 0.0}])).mark_rule(color=INK).encode(x=alt.X("zero:Q").title(None)),
            beside.mark_text(align="left", dx=6, color=INK),
        ).properties(height=(row - _CLOSER[width]) * len(records) + 6)

    return Plan(build)


def grid(records: Sequence[Record], *, row: int = 30) -> Plan:
    """Shares in rows and columns, each cell with its number: ``row, column, value, label`` in the order given.

    Args:
        records: one per cell that there is; the value is a share, and the further below 1 the darker is its cell.
        row: height of a row, in pixels.
    """
    alt = _altair()

    rows, columns = (list(dict.fromkeys(record[name] for record in records)) for name in ("row", "column"))
    least = min(record["value"] for record in records)
    # A tenth below 1 is as dark as it gets unless something is lower still; what is dark is written on in white.
    floor = min(0.9, least)
    middle = (1 + floor) / 2

    def build(width: int) -> Any:
        names = _SIZE[width] * (max(map(_length, rows)) + 1)
        base = alt.Chart(alt.Data(values=list(records))).encode(
            x=alt.X("column:N").sort(columns).title(None)
            .axis(orient="top", ticks=False, domain=False, labelAngle=0, labelColor=INK, labelPadding=6),
            y=alt.Y("row:N").sort(rows).title(None)
            .axis(ticks=False, domain=False, labelPadding=8, labelColor=INK, minExtent=names, maxExtent=names,
                  labelLimit=names),
        )  # fmt: skip
        shade = alt.Color("value:Q").scale(domain=[floor, 1], range=[ACCENT, "#eef1f5"], clamp=True).legend(None)
        ink = alt.when(f"datum.value < {middle}").then(alt.value("#ffffff")).otherwise(alt.value(INK))
        return alt.layer(
            base.mark_rect(stroke="#ffffff", strokeWidth=2).encode(color=shade),
            base.mark_text().encode(text="label:N", color=ink),
        ).properties(height=(row - _CLOSER[width]) * len(rows) + 24)

    return Plan(build)


_NUMBER: Final = ",.3~f"
# One line for the quarter, and under each first quarter the year.
_QUARTER: Final = {
    **dict.fromkeys(
        (WIDE, PRINT),
        "slice(datum.value, 5) == '1' || datum.index == 0"
        " ? [slice(datum.value, 5) + '季', slice(datum.value, 0, 4) + '年'] : [slice(datum.value, 5) + '季']",
    ),
    NARROW: "slice(datum.value, 5) == '1' || datum.index == 0"
    " ? [slice(datum.value, 5), slice(datum.value, 0, 4)] : [slice(datum.value, 5)]",
}


def _quarters(records: Sequence[Record], width: int) -> Any:
    alt = _altair()

    order = list(dict.fromkeys(r["period"] for r in records))
    step = -(-len(order) // 12)
    axis = {"labelAngle": 0, "labelExpr": _QUARTER[width], "ticks": False, "labelPadding": 8, "grid": False}
    shown = order[::-1][::step][::-1]
    return alt.X("period:O").sort(order).title(None).axis(values=shown, **axis).scale(padding=0.25)


def _altair() -> Any:
    # Its annotations follow the whole of Vega-Lite's schema and say less than the schema, which checks every chart.
    import altair as alt

    return alt


def _by_period(records: Sequence[Record], period: str) -> list[float]:
    return [r["value"] for r in records if r["period"] == period]


def _beside(records: Sequence[Record], letter: float, line: float) -> list[float]:
    """The height of each name there is beside its point: as low above it as no name written before is in the way."""
    placed: list[tuple[float, float, float]] = []
    heights: dict[int, float] = {}
    for n in sorted(range(len(records)), key=lambda n: (records[n]["y"], records[n]["x"])):
        start, at = records[n]["x"], records[n]["y"]
        heights[n] = at
        if not records[n]["name"]:
            continue
        end = start + letter * (_length(records[n]["name"]) + 1)
        for low, high, taken in sorted(placed, key=lambda box: box[2]):
            if low < end and start < high and at - line < taken < at + line:
                at = taken + line
        placed.append((start, end, at))
        heights[n] = at
    return [heights[n] for n in range(len(records))]


def _range(values: Sequence[float]) -> float:
    return max(0.0, *values) - min(0.0, *values)


def _middles(values: Sequence[float]) -> list[float]:
    """The middle of each part of a stack; parts below zero hang from the axis."""
    up = down = 0.0
    middles = []
    for value in values:
        start = up if value >= 0 else down
        middles.append(start + value / 2)
        up, down = (up + value, down) if value >= 0 else (up, down + value)
    return middles


def _spread(values: Sequence[float], gap: float) -> list[float]:
    """Positions as near to ``values`` as a least distance allows, order kept: neighbours share the shift."""
    order = sorted(range(len(values)), key=lambda n: values[n])
    placed = [values[n] for n in order]
    for _ in range(len(placed) * 20):
        for n in range(1, len(placed)):
            lack = gap - (placed[n] - placed[n - 1])
            if lack > 0:
                placed[n] += lack / 2
                placed[n - 1] -= lack / 2
    return [at for _, at in sorted(zip(order, placed, strict=True))]


def _length(text: str) -> int:
    """The width of a text in Chinese characters, rounded up."""
    return -(-sum(2 if ord(character) > 255 else 1 for character in text) // 2)


def _line(width: int, reach: float) -> float:
    """The height of a line of text in the measure of the axis, which goes up to a round number beyond what it shows."""
    return _SIZE[width] * 1.3 * reach * 1.15 / (_HEIGHT[width] - _AXIS)


def _svg(plan: Plan, width: int, key: str, alt: str) -> str:
    import vl_convert

    _fonts()
    size = _SIZE[width]
    specification = plan.build(width).properties(
        width=width,
        autosize={"type": "fit", "contains": "padding"},
        padding={"left": 2, "right": 6, "top": 12, "bottom": 4},
    ).configure(
        font=FONT,
        background="transparent",
        view={"stroke": None},
        axis={"labelFontSize": size, "labelColor": GREY, "gridColor": FAINT, "domainColor": GREY},
        axisY={"domain": False, "ticks": False, "labelPadding": 6},
        text={"fontSize": size},
    )  # fmt: skip
    return _inline(str(vl_convert.vegalite_to_svg(specification.to_dict(validate=False))), key, alt)


def _inline(svg: str, key: str, alt: str) -> str:
    """Fit an SVG into a page: no fixed size, the page's fonts, ids of its own, one name for a screen reader."""
    head, body = svg.split(">", 1)
    box = re.search(r'viewBox="[^"]+"', head)
    # Vega describes every mark; what is kept is the description that says where a bar or point comes from.
    body = re.sub(rf'\s(?:font-family|role|aria-[a-z]+)="(?!{MARKED})[^"]*"', "", body)
    body = re.sub(r'(\bid="|url\(#|href="#)', rf"\1{key}-", body)
    label = alt.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    place = f'{box[0] if box else ""} preserveAspectRatio="xMinYMin"'  # where it is held lower than wide, to the left
    return f'<svg xmlns="http://www.w3.org/2000/svg" {place} role="img" aria-label="{label}">{body}'


@cache
def _fonts() -> None:
    import vl_convert

    with as_file(files("pipelines.release.fonts")) as folder:
        vl_convert.register_font_directory(str(folder))
