"""Facts of classes from observations, of firms from their parts: they look back only and say what is laid down."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from classification import arrow_tables
from indicators.quarter import Quarter
from pipelines.contracts import contract
from pipelines.engine import engine, statement
from pipelines.warning.facts import class_facts

PLACE, DAY, FAR = "419900", dt.date(2024, 1, 20), dt.date(9999, 12, 31)
GROWTH = [0.10, 0.09, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.11, 0.11, 0.05]
QUARTERS = [str(Quarter(2021, 1) + n) for n in range(12)]


def observed(*, units: int = 12, growth: list[float] = GROWTH) -> pd.DataFrame:
    """One class over three years: what the facts are made of, revenue and value added in whole numbers."""
    rows = []
    level = [100.0 * (n % 4 + 1) for n in range(-4, 12)]
    for n, (quarter, rate) in enumerate(zip(QUARTERS, growth, strict=True)):
        values = {
            ("core_growth", "quarter", "constant", "comparable"): rate,
            ("core_value_added", "quarter", "current", "none"): level[n + 4] * (1.5 if n == 11 else 1),
            ("core_value_added_base", "quarter", "current", "published"): level[n],
            ("core_class_share", "cumulative", "current", "none"): 0.3 - 0.01 * n,
            ("core_profit_margin", "cumulative", "current", "none"): 0.1 - 0.005 * n,
            ("firms", "cumulative", "none", "none"): float(units),
            ("core_units_left", "quarter", "none", "none"): float(n == 3),
            ("industry_revenue", "cumulative", "current", "none"): 110.0 * (n % 4 + 1),
            ("industry_revenue_change", "cumulative", "current", "comparable"): 0.1,
            ("industry_firms", "cumulative", "none", "none"): float(units),
            ("industry_core_value_added", "cumulative", "current", "none"): 50.0,
            ("industry_profit_margin", "cumulative", "current", "none"): 0.05,
        }
        for (name, span, price, base), value in values.items():
            own = "65" if name.startswith("industry") else "0304"
            said = {"indicator": name, "definition_id": "rate_method", "period": quarter, "span": span}
            said |= {"region": PLACE, "class": own, "price_basis": price, "base": base, "authority": "监测测算"}
            rows.append(said | {"value": value})
    return pd.DataFrame(rows)


def at(facts: pd.DataFrame, quarter: str, level: str = "industry") -> dict[str, Any]:
    [row] = facts[(facts["quarter"] == quarter) & (facts["level"] == level)].to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_a_class_is_told_by_its_growth_its_share_and_its_season() -> None:
    facts = class_facts(observed(), PLACE)
    now = at(facts, "2023Q1")
    assert now["drop"] == pytest.approx(0.01)
    assert now["falls"] == 8
    assert now["trend_tau"] == pytest.approx(-1)
    assert now["trend_p"] < 0.01
    assert at(facts, "2023Q2")["falls"] == 0
    assert at(facts, "2023Q4")["growth_before"] == pytest.approx(0.11)
    assert at(facts, "2022Q4")["share_falls"] == 4
    assert at(facts, "2022Q1")["margin_fall"] == pytest.approx(0.02)
    assert at(facts, "2021Q4")["units_left"] == 1
    last = at(facts, "2023Q4")
    assert last["season"] == pytest.approx(600 / 1200)
    assert last["season_mean"] == pytest.approx(0.4)
    assert pd.isna(last["season_deviation"])  # the three years before were all alike: no deviation to measure by
    assert pd.isna(at(facts, "2023Q3")["season_mean"])


def test_a_place_without_own_figures_has_no_facts() -> None:
    theirs = observed().assign(authority="国家统计局")
    facts = class_facts(theirs, PLACE)
    assert facts.empty
    assert set(facts.columns) >= {"level", "class", "quarter", "drop", "trend_p"}


def test_a_sector_grows_by_single_quarters_of_revenue() -> None:
    assert at(class_facts(observed(), PLACE), "2022Q3", "sector")["growth"] == pytest.approx(0.1)


def test_a_fact_looks_back_only() -> None:
    whole, early = class_facts(observed(), PLACE), observed()
    early = class_facts(early[early["period"] <= "2022Q4"], PLACE)
    pd.testing.assert_frame_equal(whole[whole["quarter"] <= "2022Q4"].reset_index(drop=True), early)


def test_too_few_firms_have_no_facts_of_their_own() -> None:
    assert class_facts(observed(units=2), PLACE).empty
    assert len(class_facts(observed(units=3), PLACE))


def part(unit: str, quarter: str, va: int, revenue: int, base: int, **more: Any) -> dict[str, Any]:
    zero: dict[str, Any] = {c.name: 0 if c.type in {"yuan", "int"} else "" for c in contract("class_part").columns}
    zero |= {
        "known_from": dt.date(2023, 1, 1),
        "known_to": FAR,
        "origin": "measured",
        "de": "030401",
        "county": "419901",
    }
    return zero | {"unit": unit, "quarter": quarter, "va": va, "revenue": revenue, "revenue_base": base} | more


def said(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([field.with_nullable(True) for field in contract(table).schema])
    return pa.Table.from_pylist(rows, schema=schema)


def firm_facts(
    rows: list[dict[str, Any]],
    events: list[dict[str, Any]],
    day: dt.date = DAY,
    returns: list[dict[str, Any]] | None = None,
) -> dict[Any, dict[str, Any]]:
    with engine() as work:
        work.add(class_part=said("class_part", rows), returned=said("core_return", returns or []))
        work.add(core_change=said("core_change", events))
        work.keep("receivables_pair", statement("pipelines", "receivables_pair"), {"as_of": day})
        found = work.rows(statement("pipelines", "firm_fact"), {"as_of": day}).to_pylist()
    return {(row["unit"], row["quarter"]): row for row in found}


FIRMS = [
    part("a", "2023Q1", 90, 100, 100),
    part("a", "2023Q2", 180, 150, 200),
    part("b", "2023Q1", 80, 50, 40),
    part("c", "2023Q1", 70, 10, 10),
    part("d", "2023Q2", 1, 10, 0, de="non_core"),
]


def test_firms_are_told_by_revenue_place_and_absence() -> None:
    facts = firm_facts(FIRMS, [])
    now = facts["a", "2023Q2"]
    assert now["growth"] == pytest.approx(-0.25)
    assert now["quarter_growth"] == pytest.approx(-0.5)
    assert (now["falls"], now["place"], now["place_before"], now["absent"]) == (1, 1, 1, False)
    gone = facts["b", "2023Q2"]
    assert (gone["absent"], gone["place_before"], gone["growth"], gone["name"]) == (True, 2, None, "b")
    assert ("d", "2023Q2") not in facts


def test_who_has_left_by_the_register_is_not_absent_from_the_day_that_is_known() -> None:
    event = {"quarter": "2023Q2", "unit": "b", "event": "exit", "kind": "legal", "known_from": dt.date(2023, 7, 20)}
    event |= {"known_to": FAR}
    assert ("b", "2023Q2") not in firm_facts(FIRMS, [event])
    assert ("b", "2023Q2") in firm_facts(FIRMS, [event], dt.date(2023, 7, 19))


@pytest.mark.parametrize(("left", "absent"), [("2022Q4", True), ("2023Q1", False), ("2023Q2", False), ("2023Q3", True)])
def test_who_left_and_came_again_is_absent_when_it_is_gone_anew(left: str, *, absent: bool) -> None:
    event = {"quarter": left, "unit": "b", "event": "exit", "kind": "legal", "known_from": dt.date(2023, 1, 20)}
    assert (("b", "2023Q2") in firm_facts(FIRMS, [event | {"known_to": FAR}])) is absent


def test_a_return_not_known_yet_is_no_fact() -> None:
    late = [row | {"known_from": dt.date(2023, 7, 20)} if row["quarter"] == "2023Q2" else row for row in FIRMS]
    assert ("a", "2023Q2") not in firm_facts(late, [], dt.date(2023, 7, 1))


def test_growth_without_the_largest_leaves_nobody_alone() -> None:
    rows = [part(f"u{n}", "2023Q4", 100 - n, 1, 1, va_base=50 + n, gbt="6513", de="030103") for n in range(5)]
    membership = pa.table({"scheme": ["digital"], "class": ["03"], "gbt": ["6513"], "de": ["030103"]})
    asked = {"as_of": DAY, "fewest": 3}

    def grown(count: int) -> dict[str, Any]:
        with engine() as work:
            work.add(class_part=pa.Table.from_pylist(rows[:count], schema=contract("class_part").schema))
            work.add(membership=membership)
            [row] = work.rows(statement("pipelines", "without_largest"), asked).to_pylist()
            return dict(row)

    assert grown(5)["growth_but1"] == pytest.approx((99 + 98 + 97 + 96) / (51 + 52 + 53 + 54) - 1)
    assert grown(5)["growth_but3"] is None
    assert grown(3)["growth_but1"] is None
    assert grown(3)["growth"] == pytest.approx((100 + 99 + 98) / (50 + 51 + 52) - 1)
    assert grown(2)["growth"] is None


def returned(unit: str, quarter: str, owed: int | None, revenue: int, **changes: Any) -> dict[str, Any]:
    known = {"known_from": dt.date(2022, 4, 18), "known_to": FAR, "status": "accepted"}
    money = {"receivables": owed, "revenue": revenue, "months": 3}
    return (
        {"unit": unit, "sector": "industry", "quarter": quarter, "row_id": f"{unit}{quarter}"} | known | money | changes
    )


# Of a the receivables grow by 30 % and the revenue by 10 %, and it restates nothing.
OWED = [returned("a", "2022Q1", 100, 1000), returned("a", "2023Q1", 130, 1100)]


def gap(*returns: dict[str, Any], day: dt.date = DAY) -> float | None:
    facts = firm_facts([part("a", "2023Q1", 90, 1100, 1050)], [], day, list(returns))
    found: float | None = facts["a", "2023Q1"]["receivables_gap"]
    return found


def test_receivables_of_a_firm_are_held_against_its_own_return_of_a_year_ago() -> None:
    [fact] = firm_facts([part("a", "2023Q1", 90, 1100, 1050)], [], DAY, OWED).values()
    assert fact["receivables_growth"] == pytest.approx(0.3)
    assert fact["revenue_growth"] == pytest.approx(0.1)
    assert fact["receivables_gap"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    "changes",
    [{"receivables": None}, {"receivables": 0}, {"revenue": 0}, {"months": 2}, {"sector": "trade"}, {"unit": "b"},
     {"quarter": "2022Q2"}, {"status": "set_aside"}, {"known_to": dt.date(2023, 5, 1)}],
)  # fmt: skip
def test_without_a_like_return_of_a_year_ago_receivables_do_not_grow(changes: dict[str, Any]) -> None:
    assert gap(OWED[0] | changes, OWED[1]) is None


def test_a_year_ago_is_what_is_known_of_it_on_the_day() -> None:
    corrected = dt.date(2023, 6, 1)
    before, after = OWED[0] | {"known_to": corrected}, returned("a", "2022Q1", 125, 1000, known_from=corrected)
    assert gap(before, after, OWED[1], day=dt.date(2023, 5, 31)) == pytest.approx(0.2)
    assert gap(before, after, OWED[1], day=corrected) == pytest.approx(0.04 - 0.1)


def test_receivables_of_a_class_are_of_the_units_that_said_them_twice_and_of_three_at_least() -> None:
    twice = [returned(u, q, owed, revenue) for u in "abc" for q, owed, revenue in
             (("2022Q1", 100, 1000), ("2023Q1", 130, 1100))]  # fmt: skip
    once = [returned("d", "2023Q1", 9000, 10), returned("e", "2022Q1", 9000, 10)]
    parts = [part(u, "2023Q1", 1, 1, 1, row_id=f"{u}2023Q1", gbt="6531") for u in "abcd"]
    # Half of c is elsewhere.
    parts.append(part("c", "2023Q1", 1, 1, 1, row_id="c2023Q1", gbt="6531", de="non_core"))
    membership = pa.table(
        {"scheme": ["digital", "core_industry"], "class": ["03", "65"], "gbt": ["6531"] * 2, "de": ["030401"] * 2}
    )

    def found(returns: list[dict[str, Any]], day: dt.date = DAY) -> dict[tuple[str, str], dict[str, Any]]:
        with engine() as work:
            work.add(class_part=said("class_part", parts), returned=said("core_return", returns), membership=membership)
            work.keep("receivables_pair", statement("pipelines", "receivables_pair"), {"as_of": day})
            rows = work.rows(statement("pipelines", "receivables_fact"), {"as_of": day, "fewest": 3}).to_pylist()
        return {(row["level"], row["class"]): row for row in rows}

    facts = found([*twice, *once])
    assert set(facts) == {("industry", "03"), ("sector", "65")}
    assert facts["sector", "65"]["receivables_growth"] == pytest.approx(0.3)
    assert facts["industry", "03"]["receivables_gap"] == pytest.approx(0.2)
    swollen = [row | {"receivables": 230} if row["row_id"] == "c2023Q1" else row for row in twice]
    # 130 + 130 + 230/2 over 100 + 100 + 100/2.
    assert found(swollen)["industry", "03"]["receivables_growth"] == pytest.approx(375 / 250 - 1)
    assert found(twice[:5]) == {}
    assert found(twice, dt.date(2022, 12, 31)) == {}


def test_receivables_stand_beside_what_observations_say() -> None:
    owed = pd.DataFrame([("industry", "0304", "2023Q1", 0.3, 0.1, 0.2)], columns=[
        "level", "class", "quarter", "receivables_growth", "revenue_growth", "receivables_gap"])  # fmt: skip
    facts = class_facts(observed(), PLACE, owed)
    assert at(facts, "2023Q1")["receivables_gap"] == 0.2
    assert pd.isna(at(facts, "2023Q2")["receivables_gap"])
    pd.testing.assert_frame_equal(
        facts[facts["level"] == "sector"], class_facts(observed(), PLACE).query("level == 'sector'")
    )


def led(month: str, growth: float, **changes: Any) -> dict[str, Any]:
    known = {"proxy": "vat", "region": PLACE, "level": "sector", "class": "65", "known_from": dt.date(2023, 1, 15)}
    return known | {"month": month, "value": 100 * (1 + growth), "value_before": 100.0, "department": "税务"} | changes


# Growth over four months: it rises, then it falls twice.
LED = [led("2022-11", 0.05), led("2022-12", 0.08), led("2023-01", 0.07), led("2023-02", 0.04)]


def leading_facts(rows: list[dict[str, Any]], day: dt.date = DAY) -> dict[str, dict[str, Any]]:
    known = [("sector", PLACE, "65", quarter) for quarter in ("2022Q4", "2023Q1")]
    names = ("level", "region", "class", "quarter")
    with engine() as work:
        work.add(class_fact=pa.table({name: [row[n] for row in known] for n, name in enumerate(names)}))
        work.add(core_leading=said("core_leading", rows))
        found = work.rows(statement("pipelines", "leading_fact"), {"as_of": day}).to_pylist()
    assert len({row["quarter"] for row in found}) == len(found)
    return {row["month"]: row for row in found}


def test_a_leading_proxy_is_told_by_the_last_month_of_a_quarter_and_the_fall_before() -> None:
    facts = leading_facts(LED)
    assert {month: row["leading_falls"] for month, row in facts.items()} == {"2022-12": 0, "2023-02": 2}
    turned = facts["2023-02"]
    assert (turned["quarter"], turned["region"], turned["department"]) == ("2023Q1", PLACE, "税务")
    assert turned["leading_growth"] == pytest.approx(0.04)
    assert turned["leading_before"] == pytest.approx(0.08)
    assert turned["leading_drop"] == pytest.approx(0.04)
    assert leading_facts([*LED, led("2023-03", 0.06)])["2023-03"]["leading_falls"] == 0


def test_what_fell_already_when_it_is_first_seen_has_not_turned() -> None:
    assert leading_facts(LED[1:]) == {}
    # A month is missing: what comes after it is seen for the first time.
    assert leading_facts([LED[0], *LED[2:]]) == {}
    rising = [led("2022-11", 0.05), led("2022-12", 0.0504), led("2023-01", 0.0503)]
    assert leading_facts(rising)["2023-01"]["leading_falls"] == 0  # half of what is shown is none


def test_a_month_is_what_was_last_said_of_it_by_the_day() -> None:
    corrected = led("2023-02", 0.09, known_from=dt.date(2023, 4, 1))
    assert leading_facts([*LED, corrected], dt.date(2023, 3, 31))["2023-02"]["leading_falls"] == 2
    assert leading_facts([*LED, corrected], dt.date(2023, 4, 1))["2023-02"]["leading_falls"] == 0
    assert leading_facts(LED, dt.date(2023, 1, 14)) == {}


def test_of_a_class_that_has_no_facts_no_proxy_is_told() -> None:
    assert leading_facts([row | {"class": "64"} for row in LED]) == {}
    assert leading_facts([row | {"level": "industry"} for row in LED]) == {}
    later = [led("2023-04", 0.01), led("2023-05", 0.02), led("2023-06", 0.02)]
    assert set(leading_facts([*LED, *later])) == {"2022-12", "2023-02"}


def test_no_class_whose_receivables_are_told_has_parts_outside_the_core() -> None:
    rows = arrow_tables()["membership"].to_pylist()  # of units without core value added none are paired
    told = {row["de"] for row in rows if row["scheme"] in ("digital", "core_industry")}
    assert told
    assert "non_core" not in told
    assert "non_core" in {row["de"] for row in rows}
