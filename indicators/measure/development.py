"""The composite index 数字经济发展指数 of the counties and the place, by the scheme of a base year.

Belongs here: what a scheme must hold to, which observations its leaves are, and the rows of index, weights and how
stable ranks are. Does not belong here: scales, weights and means (composite), the scheme itself (a table of the city).

A scheme is frozen in its base year: goalposts and entropy weights are of the counties of that year, the place is
measured on them. Years before a scheme's base year, and from that of the next one on, are not its.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

import pandas as pd

from classification.errors import InputError
from indicators.catalogue import indicators
from indicators.composite import Scheme, freeze_scheme, sensitivity
from indicators.composite.scheme import Weighting
from indicators.measure import rows as make
from indicators.measure.evidence import Evidence
from indicators.observation import OURS
from indicators.quarter import Quarter
from indicators.vintage import VINTAGES

# What the definitions of the index are called → how weights come about. The first is the one that leads.
WEIGHTINGS: Final[dict[str, Weighting]] = {"expert": "given", "equal": "equal", "entropy": "entropy"}
BOUNDS: Final = (0.0, 100.0)
AGGREGATION: Final = "aggregation"
# A geometric mean takes positive scores only.
_POSITIVE: Final = (1.0, 100.0)
_SUM: Final = 1e-6
_SAMPLES: Final = 256
# A message names no more regions.
_NAMED: Final = 5
_LEAF: Final = ["indicator", "definition_id", "class", "span", "price_basis"]
# The newest vintage stands for a number that has several.
_NEWEST: Final = tuple(reversed(VINTAGES))


@dataclass(frozen=True)
class Plan:
    """A scheme as it is laid down: ``table`` (contract ``core_index_scheme``) of one base year, checked."""

    base_year: int
    table: pd.DataFrame

    @property
    def leaves(self) -> pd.DataFrame:
        """The leaves by code."""
        return self.table[self.table["indicator"] != ""].set_index("code", drop=False)

    @property
    def structure(self) -> pd.DataFrame:
        """``code, parent, weight``."""
        return self.table[["code", "parent", "weight"]]

    @property
    def direction(self) -> dict[str, int]:
        """By leaf +1 or −1."""
        return {str(code): int(sign) for code, sign in self.leaves["direction"].items()}

    @property
    def goalposts(self) -> dict[str, tuple[float, float]]:
        """Those that are laid down."""
        laid = self.leaves.dropna(subset=["low", "high"])
        return {str(code): (float(row["low"]), float(row["high"])) for code, row in laid.iterrows()}

    def frozen(self, counties: pd.DataFrame, weighting: Weighting) -> Scheme:
        """The scheme with scales and weights of the counties of the base year."""
        return freeze_scheme(
            counties,
            self.structure,
            base_year=self.base_year,
            document=str(self.table["document"].iloc[0]),
            weighting=weighting,
            direction=self.direction,
            goalposts=self.goalposts,
            bounds=BOUNDS,
        )


def rows(evidence: Evidence, quarter: Quarter, found: pd.DataFrame) -> list[pd.DataFrame]:
    """Observation rows of the index, its weights, base year, and of the stability of ranks.

    A year is measured once every leaf has some value in it. Then the place must have them all; a county that lacks one
    (growth of nothing is no number) has no index in that year, and of the base year does not shape the scales.

    Args:
        evidence: what was known; ``index_scheme`` holds the schemes.
        quarter: the release quarter.
        found: the rows of all other indicators, of which the leaves are some.

    Raises:
        InputError: as ``plans``; a leaf lacks the place in a measured year or has several publishers; no county has
            all leaves; the base year cannot be measured though a later one can. Base year, code and region are named.

    Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008).
    """
    laid = plans(evidence.index_scheme)
    made = []
    for at, plan in enumerate(laid):
        among = found[found["indicator"].isin(plan.leaves["indicator"])]
        until = laid[at + 1].base_year if at + 1 < len(laid) else quarter.year + 1
        frames = {
            year: frame
            for year in range(plan.base_year, until)
            if (frame := _frame(plan, year, among, evidence)) is not None
        }
        if frames and plan.base_year not in frames:
            raise InputError(
                f"指数方案的基年 {plan.base_year} 没有各指标的数，不能定标；请更改基年。",
                f"The base year {plan.base_year} of the index has no values of its indicators: take another.",
                where=f"index_scheme {plan.base_year}",
            )
        if frames:
            made += _rows(plan, frames, evidence.place)
    return made


def plans(scheme: pd.DataFrame) -> list[Plan]:
    """The schemes by base year, the one received last of each, every one checked.

    Args:
        scheme: contract ``core_index_scheme``, perhaps of several days of receipt.

    Raises:
        InputError: an indicator or a definition that the catalogue lacks, or not with that span or price basis;
            goalposts that are not low < high, or one of two; a node without a weight, or weights within one that do not
            sum to 1; more than one document; as ``freeze_scheme``. Base year and code are named.
    """
    if scheme.empty:
        return []
    newest = scheme[scheme["known_from"] == scheme.groupby("base_year")["known_from"].transform("max")]
    found = [Plan(int(str(year)), table.reset_index(drop=True)) for year, table in newest.groupby("base_year")]
    for plan in found:
        _check(plan)
    return found


def _check(plan: Plan) -> None:
    for code, row in plan.leaves.iterrows():
        entry = indicators().get((row["indicator"], row["definition_id"]))
        if entry is None:
            _refuse(
                plan,
                code,
                f"指标目录中没有 {row['indicator']}/{row['definition_id']}",
                "the catalogue lacks this indicator",
            )
        if row["span"] not in entry.spans or row["price_basis"] not in {price for price, _ in entry.forms}:
            _refuse(plan, code, "该指标没有这种时期类型或价格", "the indicator has no such span or price basis")
        if row[["low", "high"]].isna().sum() == 1 or row["low"] >= row["high"]:
            _refuse(plan, code, "下限值应小于上限值，且两者同填或同空", "goalposts are low < high, both or none")
    for parent, members in plan.table[plan.table["parent"] != ""].groupby("parent"):
        for code in members.loc[members["weight"].isna(), "code"]:
            _refuse(plan, code, "没有填权重", "it has no weight")
        if not abs(members["weight"].sum() - 1) <= _SUM:
            said = f"{members['weight'].sum():.6g}"
            _refuse(plan, parent, f"下级权重合计为 {said}，应为 1（若有行被搁置，见 shuce aside）",
                    f"the weights below sum to {said}, not 1; a row may have been set aside")  # fmt: skip
    if plan.table["document"].nunique() > 1:
        _refuse(plan, "document", "一个方案只能有一个文号", "a scheme has one document")


def _refuse(plan: Plan, code: object, zh: str, en: str) -> NoReturn:
    raise InputError(
        f"指数方案 {plan.base_year} 年基期“{code}”：{zh}。",
        f"Index scheme of {plan.base_year}, {code}: {en}.",
        where=f"index_scheme {plan.base_year} {code}",
    )


def _frame(plan: Plan, year: int, found: pd.DataFrame, evidence: Evidence) -> pd.DataFrame | None:
    """Place and counties that have all × leaves of a year; None where some leaf has no value at all, so is unknown."""
    units = [*evidence.counties, evidence.place]
    columns = {str(code): _leaf(plan, row, year, found, units) for code, row in plan.leaves.iterrows()}
    if any(column.empty for column in columns.values()):
        return None
    known = pd.DataFrame({code: column["value"] for code, column in columns.items()}).reindex(units)
    frame, blank = known.dropna(), known.isna()
    if evidence.place not in frame.index or len(frame) == 1:
        code = (blank.loc[evidence.place] if blank.loc[evidence.place].any() else blank.sum()).astype(int).idxmax()
        lacking = known.index[blank[code].to_numpy(bool)]
        named = "、".join(lacking[-_NAMED:])  # the place is the last
        more = f"等 {len(lacking)} 个地区" if len(lacking) > _NAMED else ""
        _refuse(
            plan,
            code,
            f"{year} 年缺少 {named}{more} 的数；请补齐或从方案中去掉该指标",
            f"no value of {named} in {year}, {len(lacking)} in all",
        )
    frame.attrs["estimated"] = any((column["status"] == "E").any() for column in columns.values())
    return frame


def _leaf(plan: Plan, leaf: pd.Series, year: int, found: pd.DataFrame, units: list[str]) -> pd.DataFrame:
    """The values of a leaf in a year by region, of the newest vintage, ours where there are others, too."""
    wanted = leaf[_LEAF]
    period = str(year) if leaf["span"] == "annual" else str(Quarter(year, 4))
    mine = found[(found[_LEAF] == wanted).all(axis=1) & (found["period"] == period) & found["region"].isin(units)]
    said = zip(mine["vintage"], mine["authority"], strict=True)
    ranked = mine.assign(rank=[_NEWEST.index(vintage) + len(_NEWEST) * (whose != OURS) for vintage, whose in said])
    best = ranked[ranked["rank"] == ranked.groupby("region")["rank"].transform("min")]
    if (twice := best["region"].duplicated()).any():
        _refuse(
            plan,
            leaf["code"],
            f"{year} 年 {best.loc[twice, 'region'].iloc[0]} 有几个机构或基数的数，无从取舍",
            f"several publishers or bases in {year}",
        )
    return best.set_index("region")[["value", "status"]]


def _rows(plan: Plan, frames: dict[int, pd.DataFrame], place: str) -> list[pd.DataFrame]:
    counties = {year: frame.drop(index=place) for year, frame in frames.items()}
    made, ranks = [], {}
    for name, weighting in WEIGHTINGS.items():
        scheme = plan.frozen(counties[plan.base_year], weighting)
        for year, frame in frames.items():
            index = scheme.measure(frame)
            scores = index.scores.rename(columns={index.root: ""}).rename_axis("region").reset_index()
            long = scores.melt("region", var_name="class", value_name="value")
            made.append(_own(long, year, "development_index", name, frame))
            ranks[name, year] = index.scores.loc[counties[year].index, index.root].rank(ascending=False, method="min")
        base = frames[plan.base_year]
        weights = scheme.measure(base).weights
        below = weights[weights["parent"].notna()].rename_axis("class").reset_index()
        below = below.assign(value=below["effective"], region=place)
        made.append(_own(below, plan.base_year, "development_weight", name, base))
    for year, frame in frames.items():
        one = pd.DataFrame({"region": [place], "class": "", "value": [float(plan.base_year)]})
        made.append(_own(one, year, "development_base_year", "scheme", frame))
        for name in [name for name in WEIGHTINGS if name != next(iter(WEIGHTINGS))]:
            agreement = ranks[next(iter(WEIGHTINGS)), year].corr(ranks[name, year], method="kendall")
            made.append(_own(one.assign(value=agreement), year, "development_rank_agreement", name, frame))
    last = max(frames)
    return [*made, *_stability(plan, counties, last, frames[last], place)]


def _stability(
    plan: Plan, counties: dict[int, pd.DataFrame], year: int, frame: pd.DataFrame, place: str
) -> list[pd.DataFrame]:
    """Ranks of the last year over drawn weights and both means, and which choice moves them."""
    posts = plan.frozen(counties[plan.base_year], "given").goalposts
    found = sensitivity(
        counties[year],
        plan.structure,
        methods=["goalposts"],
        direction=plan.direction,
        goalposts=posts,
        bounds=_POSITIVE,
        samples=_SAMPLES,
    )
    ranks = found.ranks.rename_axis("region").reset_index().assign(**{"class": ""})
    parts = [
        _own(ranks.assign(value=ranks[column]), year, f"development_rank_{column}", "sensitivity", frame)
        for column in ("low", "high")
    ]
    shift = found.shift["total"].clip(0, 1).rename_axis("class").reset_index(name="value")
    shift["class"] = shift["class"].str.removeprefix("weight ")
    return [*parts, _own(shift.assign(region=place), year, "development_sensitivity", "sensitivity", frame)]


def _own(table: pd.DataFrame, year: int, name: str, definition: str, frame: pd.DataFrame) -> pd.DataFrame:
    filled = table.assign(period=str(year), span="annual", estimated=bool(frame.attrs["estimated"]))
    return make.own_rows(filled, filled["value"], name, definition)
