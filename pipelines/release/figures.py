"""The observations of a release, looked up by what they say: every number of bulletin, workbook and charts comes here.

Belongs here: finding observations and the names of what they measure. Does not belong here: how they are worded
(wording) or laid out (tables, charts).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pyarrow as pa

from indicators.quarter import Quarter
from indicators.vintage import FLASH
from pipelines.release.dictionary import release_contracts
from pipelines.workspace import City

DIVISIONS: Final = ("01", "02", "03", "04")
CORE: Final = "core"
# Neighbouring steps touch and do not overlap.
_TOUCH: Final = 1e-9
_NEWEST_FIRST: Final = ("census", "final", "preliminary", "flash")
WITHHELD: Final = "C"
ROUNDED: Final = "R"
# The step of a figure as it is displayed anyway, and the widest that one is told in (rounded.STEPS).
_TENTH, _WHOLE = 0.001, 0.01
MIXED_DENOMINATOR: Final = "preliminary"
PRICES: Final = {"constant": "可比价", "current": "现价", "none": "不涉及价格"}
BASES: Final = {"comparable": "可比基数（同口径）", "published": "公布基数", "none": "无基数"}
SPANS: Final = {"quarter": "当季", "cumulative": "年初累计", "annual": "年度"}
# How an indicator begins, the longer one first → the scheme of its classes.
_SCHEMES: Final = {
    "core_coefficient": "partial",
    "development_": "index",
    **dict.fromkeys(("core_", "firms", "revenue", "staff"), "digital"),
    "chain_core": "chain_core",
    "chain_": "chain",
    "future_": "future",
    **dict.fromkeys(("annual_target", "target_completion", "provincial_rank"), "monitored"),
    "size_": "size",
    "project_lights": "light",
    "industry_": "core_industry",
    "": "sector",
}
VINTAGES: Final = {"flash": "快报", "preliminary": "初步", "final": "最终核实", "census": "普查修订"}


@dataclass(frozen=True, slots=True)
class Origin:
    """One cell of a release's table, by the table, the column and the values of its key: where a number comes from."""

    table: str
    column: str
    key: tuple[str, ...]

    @classmethod
    def of(cls, table: str, column: str, row: Mapping[str, Any]) -> Origin:
        """The cell of a row of a release's table, by the key that its contract says."""
        return cls(table, column, tuple(str(row[name]) for name in release_contracts()[table].key))

    @property
    def lineage(self) -> str:
        """Ten hex digits that name the cell, the same in every release that holds it."""
        return hashlib.sha256("\x1f".join((self.table, self.column, *self.key)).encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Number:
    """A value in its stored unit, how it is displayed, its status mark, and the cells that it follows from.

    Attributes:
        step: of a figure that is told rounded, to which step, in the stored unit; the exact one lies within half of it.
    """

    value: float
    unit: str
    display_unit: str
    decimals: int
    status: str = "A"
    sources: tuple[Origin, ...] = ()
    step: float = 0.0

    @property
    def places(self) -> int:
        """The decimals that it is displayed with: none of what is told in whole points."""
        return 0 if self.step == _WHOLE else self.decimals

    @property
    def rough(self) -> bool:
        """Whether it is told to fewer places than it would be displayed with."""
        return self.step > _TENTH

    @property
    def withheld(self) -> bool:
        """Whether it may not be told: its value is no number, and tables show ※."""
        return self.status == WITHHELD

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The cells of the release that the number shows or follows from."""
        return self.sources


@dataclass(frozen=True, slots=True)
class Figure(Number):
    """One observation."""

    indicator: str = ""
    definition: str = ""
    period: str = ""
    span: str = ""
    region: str = ""
    cls: str = ""
    price: str = ""
    base: str = ""
    vintage: str = ""
    authority: str = ""
    release_level: str = ""

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Its own row, by the key of an observation."""
        key = (self.indicator, self.definition, self.period, self.span, self.region, self.cls, self.price, self.base)
        return (Origin("observation", "value", (*key, self.vintage, self.authority)),)

    @property
    def gdp_vintage(self) -> str:
        """The vintage of the GDP that a share divides by: the preliminary one where vintages are mixed by name."""
        return MIXED_DENOMINATOR if self.definition == "mixed_vintage" else self.vintage


@dataclass(frozen=True, slots=True)
class Span:
    """A period of one kind: ``Span("cumulative", "2023Q4")``, ``Span("annual", "2023")``."""

    kind: str
    period: str

    @property
    def label(self) -> str:
        """2023年前三季度, 2023年第三季度, 2023年."""
        return f"{self.period}年" if self.kind == "annual" else Quarter.parse(self.period).label(self.kind)

    @property
    def year_before(self) -> Span:
        """The same span a year earlier."""
        if self.kind == "annual":
            return Span(self.kind, str(int(self.period) - 1))
        return Span(self.kind, str(Quarter.parse(self.period) - 4))


@dataclass(frozen=True)
class Figures:
    """The observations of one release, and the names that go with them."""

    city: City
    quarter: Quarter
    as_of: dt.date
    catalogue: dict[tuple[str, str], dict[str, Any]]
    labels: dict[tuple[str, str], dict[str, Any]]
    review: list[dict[str, Any]]
    coefficients: list[dict[str, Any]]
    coverage: list[dict[str, Any]]
    revision: list[dict[str, Any]]
    unit_change: list[dict[str, Any]]
    triangle: list[dict[str, Any]]
    signals: list[dict[str, Any]]
    index_scheme: list[dict[str, Any]]
    _found: dict[tuple[str, str, Span, str, str], list[Figure]] = field(repr=False)
    # Which periods and classes there are of an indicator, a definition and a region: asked hundreds of times a report.
    _there: dict[tuple[str, str, str], list[tuple[Span, str]]] = field(repr=False)

    @classmethod
    def of(
        cls,
        city: City,
        quarter: Quarter,
        as_of: dt.date,
        tables: Mapping[str, pa.Table],
        rounded: Mapping[tuple[str, str, str, str], float] | None = None,
    ) -> Figures:
        """From the tables of a release.

        Args:
            city: the workspace's settings.
            quarter: the release quarter.
            as_of: the day whose knowledge the numbers rest on.
            tables: at least ``observation``, ``catalogue``, ``class_label``, ``review_summary``, ``coverage``,
                ``coefficient``, ``revision``, ``unit_change``, ``revision_triangle``, ``signal``, ``index_scheme``.
            rounded: of a copy, indicator, period, region and class of what it tells rounded → the step; a figure of
                status R that is not among them counts as told in the widest.
        """
        catalogue = {(row["id"], row["definition_id"]): row for row in tables["catalogue"].to_pylist()}
        found: dict[tuple[str, str, Span, str, str], list[Figure]] = {}
        for row in tables["observation"].to_pylist():
            entry = catalogue.get((row["indicator"], row["definition_id"]), {})
            figure = _figure(row, _whole(entry) if city.kind == "nation" else entry, rounded or {})
            key = (figure.indicator, figure.definition, Span(figure.span, figure.period), figure.region, figure.cls)
            found.setdefault(key, []).append(figure)
        there: dict[tuple[str, str, str], list[tuple[Span, str]]] = {}
        for indicator, definition, span, region, name in found:
            there.setdefault((indicator, definition, region), []).append((span, name))
        for figures in found.values():
            figures.sort(key=lambda figure: _NEWEST_FIRST.index(figure.vintage))
        return cls(
            city=city,
            quarter=quarter,
            as_of=as_of,
            catalogue=catalogue,
            labels={(row["scheme"], row["class"]): row for row in tables["class_label"].to_pylist()},
            review=tables["review_summary"].to_pylist(),
            coefficients=tables["coefficient"].to_pylist(),
            coverage=[row for row in tables["coverage"].to_pylist() if row["quarter"] == str(quarter)],
            revision=tables["revision"].to_pylist(),
            unit_change=tables["unit_change"].to_pylist(),
            triangle=tables["revision_triangle"].to_pylist(),
            signals=tables["signal"].to_pylist(),
            index_scheme=tables["index_scheme"].to_pylist(),
            _found=found,
            _there=there,
        )

    @cached_property
    def regions(self) -> dict[str, str]:
        """Region code → name, the place itself first."""
        return self.city.regions

    @property
    def gdp_name(self) -> str:
        """国内生产总值 of the nation, 地区生产总值 of any other place."""
        return "国内生产总值" if self.city.kind == "nation" else "地区生产总值"

    def all(
        self, indicator: str, definition: str, span: Span, *, region: str = "", cls: str = "", price: str = ""
    ) -> list[Figure]:
        """Every vintage and publisher of one number that may be told, the newest vintage first."""
        found = self._all(indicator, definition, span, region=region, cls=cls, price=price)
        return [figure for figure in found if not figure.withheld]

    def _all(
        self, indicator: str, definition: str, span: Span, *, region: str = "", cls: str = "", price: str = ""
    ) -> list[Figure]:
        key = (indicator, definition, span, region or self.city.code, cls)
        return [figure for figure in self._found.get(key, []) if price in ("", figure.price)]

    def get(
        self, indicator: str, definition: str, span: Span, *, region: str = "", cls: str = "", price: str = ""
    ) -> Figure | None:
        """One number in its newest vintage, to be said or drawn; None where there is none or it is withheld."""
        return next(iter(self.all(indicator, definition, span, region=region, cls=cls, price=price)), None)

    def cell(
        self, indicator: str, definition: str, span: Span, *, region: str = "", cls: str = "", price: str = ""
    ) -> Figure | None:
        """The same for a table, which shows that a number is withheld."""
        return next(iter(self._all(indicator, definition, span, region=region, cls=cls, price=price)), None)

    def within(self, spans: Collection[Span], regions: Collection[str], *, withheld: bool = False) -> list[Figure]:
        """Every number of some periods and regions that may be told; or every one that may not, without its value."""
        there = (found for key, found in self._found.items() if key[2] in spans and key[3] in regions)
        return [figure for found in there for figure in found if figure.withheld == withheld]

    @property
    def growth_price(self) -> str:
        """The price basis of every growth of core value added in this report: never two on one page.

        Constant prices; current prices where a place has no price indices, or its publisher gave no other.
        """
        if self.main is None:
            return "constant"
        found = self._all("core_growth", self.definition, self.main, cls=CORE)
        return "constant" if not found or any(figure.price == "constant" for figure in found) else "current"

    @property
    def growth_name(self) -> str:
        """可比价增速 or 现价增速."""
        return f"{PRICES[self.growth_price]}增速"

    def growth(self, span: Span, *, region: str = "", cls: str = CORE) -> Figure | None:
        """Growth of core value added in the report's price basis; of our own figures over the comparable base only."""
        grown = self.growth_cell(span, region=region, cls=cls)
        return grown if grown and not grown.withheld else None

    def growth_cell(self, span: Span, *, region: str = "", cls: str = CORE) -> Figure | None:
        """The same for a table, which shows that a number is withheld."""
        found = self._all("core_growth", self.definition, span, region=region, cls=cls, price=self.growth_price)
        ours = self.definition == "rate_method"
        return next((figure for figure in found if not ours or figure.base == "comparable"), None)

    @property
    def flash(self) -> bool:
        """Whether our own figures are a flash: what is missing is imputed."""
        now = self.get("core_value_added", "rate_method", self.main, cls=CORE) if self.main else None
        return now is not None and now.vintage == FLASH

    def _value(self, span: Span) -> Figure | None:
        return self.get("core_value_added", self.definition, span, cls=CORE, price="current")

    def gdp_growth(self, span: Span) -> Figure | None:
        """GDP's growth where it may stand beside ours: that of the vintage of ours."""
        found, ours = self.all("gdp_growth", "accounts", span), self.growth(span) or self._value(span)
        return next((figure for figure in found if ours and figure.vintage == ours.vintage), None)

    @property
    def authority(self) -> str:
        """Whose figure the headline is; '' where there is none."""
        now = self.get("core_value_added", self.definition, self.main, cls=CORE) if self.main else None
        return now.authority if now else ""

    def periods(self, indicator: str, definition: str, kind: str, *, region: str = "", cls: str = "") -> list[Span]:
        """The periods of one kind for which a number is there, in order."""
        there = self._there.get((indicator, definition, region or self.city.code), [])
        return sorted((span for span, name in there if name == cls and span.kind == kind), key=lambda span: span.period)

    def classes(self, indicator: str, definition: str, span: Span | None = None, *, region: str = "") -> list[str]:
        """The classes for which a number is there, of one period or of any, in the order of their codes."""
        there = self._there.get((indicator, definition, region or self.city.code), [])
        return sorted({name for when, name in there if span in (None, when)})

    def at(self, origin: Origin) -> Figure | None:
        """The observation that an origin names, None where it names another table's cell or there is none."""
        if origin.table != "observation":
            return None
        indicator, definition, period, span, region, cls, *_ = origin.key
        found = self._found.get((indicator, definition, Span(span, period), region, cls), [])
        return next((figure for figure in found if figure.origins == (origin,)), None)

    def ids(self, definition: str) -> list[str]:
        """The indicators of a definition in the order of the catalogue's table."""
        return [indicator for indicator, found in self.catalogue if found == definition]

    def name(self, scheme: str, cls: str) -> str:
        """The Chinese name of a class."""
        label = self.labels.get((scheme, cls))
        return str(label["name_zh"]) if label else cls

    def everything(self) -> Iterator[Figure]:
        """All observations, withheld ones too; those that differ in vintage or publisher alone beside each other."""
        return (figure for figures in self._found.values() for figure in figures)

    def class_name(self, indicator: str, cls: str) -> str:
        """The Chinese name of a class under an indicator: 01 is 数字产品制造业 of core figures, 农业 of sectors."""
        scheme = next(scheme for start, scheme in _SCHEMES.items() if indicator.startswith(start))
        return self.name(scheme, cls) if (scheme, cls) in self.labels else self.name("sector", cls)

    @cached_property
    def definition(self) -> str:
        """Whose core value added this release reports: ours (rate_method), else the published one."""
        return "rate_method" if self._has("rate_method", "cumulative") else "published"

    @cached_property
    def main(self) -> Span | None:
        """The span of the headline: the quarter's cumulative span, else the latest year published, else None."""
        now = Span("cumulative", str(self.quarter))
        if self.get("core_value_added", self.definition, now, cls=CORE):
            return now
        years = self.periods("core_value_added", "published", "annual", cls=CORE)
        return years[-1] if years else None

    def _has(self, definition: str, kind: str) -> bool:
        return bool(self.periods("core_value_added", definition, kind, cls=CORE))


def count(value: int, *sources: Origin) -> Number:
    """A plain whole number, for instance a rank, with the cells that it follows from."""
    return Number(value, "", "", 0, sources=sources)


def covered(row: Mapping[str, Any], name: str) -> Number:
    """A count of units in a row of the table coverage."""
    return count(row[name], Origin.of("coverage", name, row))


def covered_share(row: Mapping[str, Any]) -> Number | None:
    """The share of last year's revenue that has been reported, of a row of coverage; None where none is due."""
    if row["coverage"] is None:
        return None
    return Number(row["coverage"], "比率", "%", 1, sources=(Origin.of("coverage", "coverage", row),))


def ranks(figures: Iterable[tuple[str, Figure | None]]) -> dict[str, int]:
    """Rank by value, the largest first, by key; equal values share a rank, missing and withheld ones have none.

    Nor has one that is told rounded, or another beside it, while the exact ones may stand in either order.
    """
    found = {key: figure for key, figure in figures if figure is not None and not figure.withheld}
    ordered = sorted(figure.value for figure in found.values())
    rough = [figure for figure in found.values() if figure.step]
    return {
        key: 1 + len(ordered) - bisect_right(ordered, figure.value)
        for key, figure in found.items()
        # Two exact ones always stand in their order.
        if all(other is figure or apart(figure, other) for other in (found.values() if figure.step else rough))
    }


def apart(one: Number, other: Number) -> bool:
    """Whether two numbers stand in the order in which they are told, however far rounded ones may be off."""
    reach = (one.step + other.step) / 2
    return not reach or abs(one.value - other.value) > reach - _TOUCH


def _whole(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """A catalogue entry as national figures are published: whole 亿元."""
    return {**entry, "decimals": 0} if entry.get("display_unit") == "亿元" else entry


def _figure(
    row: Mapping[str, Any], entry: Mapping[str, Any], rounded: Mapping[tuple[str, str, str, str], float]
) -> Figure:
    told = rounded.get((row["indicator"], row["period"], row["region"], row["class"]))
    return Figure(
        value=math.nan if row["value"] is None else row["value"],
        unit=row["unit"],
        display_unit=entry.get("display_unit", row["unit"]),
        decimals=int(entry.get("decimals", 1)),
        status=row["status"],
        step=(told or _WHOLE) if row["status"] == ROUNDED else 0.0,
        indicator=row["indicator"],
        definition=row["definition_id"],
        period=row["period"],
        span=row["span"],
        region=row["region"],
        cls=row["class"],
        price=row["price_basis"],
        base=row["base"],
        vintage=row["vintage"],
        authority=row["authority"],
        release_level=row["release_level"],
    )
