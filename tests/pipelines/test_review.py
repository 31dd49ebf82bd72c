"""Each rule fires on the fault it is meant for and on nothing else; a rule is one expression and no more."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from pipelines.engine import engine, statement
from pipelines.ingest.forms import forms
from pipelines.review.rules import Rule, finding_statement, require_expression, review_statement, rules

# A clean typed return; each case below spoils one thing.
CLEAN = {
    "row_id": "r1",
    "sector": "industry",
    "unit": "u",
    "county": "419901",
    "registered_county": "419901",
    "parent_unit": None,
    "activity": "铝压延加工",
    "activity_at_odds": False,
    "activity_reads_core": False,
    "note": None,
    "unreadable": "",
    "unreadable_item": "",
    "before_class": "3252",
    "months": 9,
    "yuan_per_unit": 1000,
    "revenue": 90_000_000,
    "revenue_base": 80_000_000,
    "cost": 75_000_000,
    "cost_base": 66_000_000,
    "gross_output": 91_000_000,
    "output": 91_000_000,
    "output_base": 81_000_000,
    "sales_output": 89_000_000,
    "tax": 600_000,
    "vat": 1_900_000,
    "wages": 8_000_000,
    "staff": 120,
    "expenses": 9_000_000,
    "investment_income": 100_000,
    "other_income": 50_000,
    "operating_profit": 5_550_000,
    "non_operating_income": 60_000,
    "non_operating_expense": 10_000,
    "profit": 5_600_000,
    "depreciation": 2_000_000,
    "value_added": 17_900_000,
    "total_assets": 100_000_000,
    "current_assets": 50_000_000,
    "receivables": 15_000_000,
    "inventories": 12_000_000,
    "fixed_assets": 40_000_000,
    "accumulated_depreciation": 12_000_000,
    "liabilities": 60_000_000,
    "equity": 40_000_000,
    "main_revenue": 88_000_000,
    "main_cost": 74_000_000,
    "prev_months": 6,
    "prev_revenue": 60_000_000,
    "prev_gross_output": 61_000_000,
    "prev_cost": 50_000_000,
    "prev_wages": 5_000_000,
    "last_revenue": 80_000_000,
    "class_base": 3_000_000_000,
    "class_head_p1": 200_000,
    "class_head_p50": 700_000,
    "class_head_p99": 2_500_000,
    "class_burden_p25": 22_000,
    "class_burden_p50": 27_000,
    "class_burden_p75": 32_000,
    "class_rate_p2": 90_000,
    "class_rate_p98": 350_000,
    "base_shift": 0.05,
    "last_shift": 0.05,
    "prev_shift": 0.0,
    "head_shift": 0.03,
    "burden_shift": 0.01,
    "pay_shift": 0.05,
    "wages_shift": 0.02,
    "staff_steady": True,
    "identifier_valid": True,
    "county_known": True,
    "is_core": False,
    "was_core": False,
    "in_register": True,
    "parent_reports": False,
    "counted_with_parent": False,
    "named_elsewhere": False,
    "lies_where_registered": False,
    "occurrence": 1,
    "sound": True,
    "name_occurrence": 1,
    "edits": 0,
}
QUARTERLY: list[tuple[str, dict[str, object]]] = [
    ("N01", {"unreadable": "vat", "vat": None, "value_added": None}),
    ("N02", {"revenue": None, "base_shift": None, "last_shift": None, "prev_shift": None, "head_shift": None}),
    ("N03", {"output": None, "gross_output": None}),
    ("N08", {"unreadable_item": "total_assets", "total_assets": None}),
    ("A01", {"equity": 39_990_000}),
    ("A02", {"current_assets": 101_000_000}),
    ("A02", {"receivables": 51_000_000}),
    ("A02", {"inventories": 51_000_000}),
    ("A03", {"accumulated_depreciation": 41_000_000}),
    ("A03", {"depreciation": 13_000_000}),
    ("A04", {"main_revenue": 90_002_000}),
    ("A04", {"main_cost": 75_002_000}),
    ("A05", {"profit": 5_603_000}),
    ("A06", {"expenses": 12_000_000}),
    ("A07", {"wages": -1, "prev_wages": None}),
    ("A07", {"revenue": -1, "prev_revenue": None, "class_base": None}),
    ("A07N", {"revenue": -1, "prev_revenue": None, "class_base": None, "note": "退货"}),
    ("A07S", {"staff": -1}),
    ("A08", {"prev_revenue": 90_002_000}),
    ("A08", {"prev_gross_output": 91_002_000}),
    ("A08", {"prev_wages": 8_002_000}),
    ("A08N", {"prev_revenue": 91_000_000, "note": "退货"}),
    ("A09", {"staff": 0}),
    ("A09", {"wages": 0, "prev_wages": 0}),
    ("A10", {"staff": 17, "class_head_p99": 25_000_000}),
    ("A10", {"class_head_p99": 300_000}),
    ("A11", {"vat": 12_000_000, "class_burden_p75": 200_000}),
    ("A11", {"class_burden_p25": 60_000, "class_burden_p50": 61_000, "class_burden_p75": 62_000}),
    ("A12", {"value_added": -1}),
    ("A12", {"class_rate_p2": 320_000}),
    ("A13", {"sales_output": 40_000_000}),
    ("A13", {"gross_output": 200_000_000, "sales_output": None}),
    ("B01", {"revenue_base": 40_000_000, "last_revenue": 40_000_000}),
    ("B02", {"revenue_base": 90_000_000, "cost_base": 75_000_000, "last_revenue": 90_000_000, "prev_revenue": 1}),
    ("B02", {"prev_revenue": 90_000_000, "prev_cost": 75_000_000}),
    ("B03", {"base_shift": 3.1}),
    ("B03", {"base_shift": -4.0}),
    ("B03H", {"last_shift": 3.0, "head_shift": 3.0, "pay_shift": 3.0}),
    ("B03H", {"last_shift": None, "prev_shift": -3.1, "head_shift": -3.0, "pay_shift": -3.0}),
    ("B03H", {"last_shift": 5.0, "head_shift": 5.0, "pay_shift": 5.0}),
    ("B03C", {"last_shift": None, "prev_shift": None, "head_shift": 5.0, "pay_shift": 5.0}),
    ("B03T", {"head_shift": 5.0, "burden_shift": -5.0}),
    ("B03C", {"last_shift": None, "prev_shift": None, "head_shift": 3.0, "pay_shift": 2.9}),
    ("B03T", {"head_shift": 3.0, "burden_shift": -3.0}),
    ("B03A", {"last_shift": 0.8, "wages_shift": 1.0}),
    ("B03A", {"last_shift": -0.8, "wages_shift": -1.0}),
    ("B03A", {"last_shift": None, "prev_shift": 0.7, "wages_shift": 0.9}),
    ("B03X", {"base_shift": 1.1}),
    ("B03X", {"last_shift": -0.9}),
    ("B04", {"revenue_base": 90_000_000 - 4_000_000}),
    ("B05", {"edits": 3}),
    ("C01", {"identifier_valid": False}),
    ("C01R", {"county_known": False}),
    ("C02", {"occurrence": 2}),
    ("C02N", {"name_occurrence": 2}),
    ("C02A", {"named_elsewhere": True}),
    ("C03", {"parent_unit": "p", "parent_reports": True}),
    ("C03R", {"counted_with_parent": True}),
    ("C04", {"lies_where_registered": True}),
    ("C04", {"sector": "construction", "registered_county": "419902"}),
    ("C05", {"was_core": True}),
    ("C05T", {"activity_at_odds": True, "activity_reads_core": True}),
    ("C06", {"output_base": None}),
    ("C07", {"in_register": False}),
    ("C08", {"profit": None}),
]
SOFT = {rule.id for rule in rules("quarterly") if rule.severity == "soft"}
# Faults next to which a rule must stay quiet.
QUIET: list[dict[str, object]] = [
    {"equity": 39_999_000},
    {"profit": 5_601_000},
    {"prev_revenue": 90_001_000},
    {"base_shift": 3.1, "staff_steady": False},
    # Ten times as much of everything, but staff grew along; or pay stayed what it was.
    {"last_shift": 0.8, "wages_shift": 1.0, "staff_steady": False},
    {"last_shift": 0.8},
    # The row is usual by heads, pay and class: what it is compared with was wrong.
    {"last_shift": 3.0},
    {"prev_revenue": 90_000_000_000, "prev_shift": -3.2},
    {"last_shift": None, "prev_shift": None, "head_shift": 3.0},
    {"vat": None, "value_added": None},
    {"registered_county": "419902"},
    {"in_register": None},
    {"parent_unit": "p"},
    {"was_core": None},
    {"edits": 2},
    dict.fromkeys(("total_assets", "equity", "expenses", "main_revenue", "sales_output", "operating_profit")),
]
ANNUAL = {
    "row_id": "r1",
    "unreadable": "",
    "year": 2022,
    "sector": "industry",
    "output": 5,
    "identifier_valid": True,
    "county_known": True,
    "occurrence": 1,
    "sound": True,
    "unit": "u",
    "labour": 1,
    "tax_surcharge": 1,
    "vat": 1,
    "depreciation": 1,
    "operating_profit": 1,
    "investment_income": 0,
    "value_added": 5,
}
OF_ANNUAL: list[tuple[str, dict[str, object]]] = [
    ("N04", {"year": None}),
    ("N04", {"year": 22}),
    ("N05", {"output": None}),
    ("N06", {"sector": "农业"}),
    ("N07", {"investment_income": None}),
    ("A12Y", {"value_added": -1}),
]
REGISTERED = {
    "row_id": "r1",
    "unit": "u",
    "identifier_valid": True,
    "county_known": True,
    "occurrence": 1,
    "sound": True,
    "kind": "legal",
    "kind_unknown": False,
    "parent_unit": "p",
    "parent_known": True,
    "successor": "s",
    "successor_known": True,
    "in_circle": False,
    "unreadable_date": "",
    "entry_date": dt.date(2015, 3, 1),
    "exit_date": dt.date(2022, 1, 1),
}
OF_REGISTER: list[tuple[str, dict[str, object]]] = [
    ("C01", {"identifier_valid": False}),
    ("C01R", {"county_known": False}),
    ("C02", {"occurrence": 2}),
    ("R01", {"unreadable_date": "entry_date", "entry_date": None}),
    ("R01", {"unreadable_date": "exit_date", "exit_date": None}),
    ("R02", {"exit_date": dt.date(2015, 2, 28)}),
    ("R03", {"entry_date": None}),
    ("R04", {"successor_known": False}),
    ("R05", {"in_circle": True}),
    ("R06", {"exit_date": None}),
    ("R07", {"kind_unknown": True}),
    ("R08", {"kind": "local", "parent_unit": None}),
    ("R08", {"kind": "local", "parent_unit": "u"}),
    ("R09", {"kind": "local", "parent_known": False}),
]
# Rows of the register that are as they may be.
QUIET_IN_REGISTER: list[dict[str, object]] = [
    {"exit_date": None, "successor": None},
    {"exit_date": dt.date(2015, 3, 1)},
    {"kind": "local"},
    {"parent_unit": None, "parent_known": False},
    {"occurrence": 2, "sound": False},
]
CLAIMED = {
    "row_id": "r1",
    "unit": "u",
    "identifier_valid": True,
    "digital_known": True,
    "occurrence": 1,
    "sound": True,
}
OF_CLAIMS: list[tuple[str, dict[str, object]]] = [
    ("C01", {"identifier_valid": False}),
    ("C02", {"occurrence": 2}),
    ("K01", {"digital_known": False}),
]


def reviewed(row: dict[str, object], kind: str) -> tuple[dict[str, object], list[dict[str, object]]]:
    found = rules(kind)
    typed = {name: pa.array([value], of_type(name)) for name, value in row.items()}
    with engine() as work:
        work.add(typed=pa.table(typed))
        work.keep("reviewed", review_statement(statement("pipelines", "review"), found))
        marked = work.rows("SELECT * FROM reviewed").to_pylist()
        hard = work.rows(finding_statement(statement("pipelines", "finding"), found)).to_pylist()
        if kind != "claim":
            work.add(typed=work.rows("SELECT * FROM reviewed"))
            hard += work.rows(finding_statement(statement("pipelines", "query_finding"), found, "soft")).to_pylist()
        return marked[0], hard


def of_type(name: str) -> pa.DataType:
    value = (CLEAN | ANNUAL | REGISTERED | CLAIMED)[name]
    if isinstance(value, str) or name == "note":
        return pa.string()
    if isinstance(value, dt.date):
        return pa.date32()
    if isinstance(value, bool):
        return pa.bool_()
    return pa.float64() if isinstance(value, float) else pa.int64()


def test_a_clean_return_breaks_no_rule() -> None:
    for row, kind in ((CLEAN, "quarterly"), (ANNUAL, "annual"), (REGISTERED, "register"), (CLAIMED, "claim")):
        marked, findings = reviewed(row, kind)
        assert (marked["status"], marked["rules"], marked["queries"], findings) == ("accepted", "", "", [])


@pytest.mark.parametrize(("rule", "fault"), QUARTERLY)
def test_each_rule_fires_on_the_fault_it_is_meant_for(rule: str, fault: dict[str, object]) -> None:
    marked, findings = reviewed(CLEAN | fault, "quarterly")
    severity = {found.id: found.severity for found in rules("quarterly")}[rule]
    assert (marked["rules"], marked["queries"]) == ((rule, "") if severity == "hard" else ("", rule))
    assert marked["status"] == ("set_aside" if severity == "hard" else "accepted")
    assert [finding["rule"] for finding in findings] == [rule]
    named = findings[0]["column_name"]
    assert any(named in form.raw_columns for form in forms().values())


UNVALUED = {"N08", "C08"}  # items that do not enter value added


@pytest.mark.parametrize(("rule", "fault"), [(rule, fault) for rule, fault in QUARTERLY if rule in SOFT])
def test_each_doubt_says_by_how_much_a_figure_may_be_off(rule: str, fault: dict[str, object]) -> None:
    (finding,) = reviewed(CLEAN | fault, "quarterly")[1]
    assert bool(finding["deviation"]) is (rule not in UNVALUED)


@pytest.mark.parametrize(
    ("rule", "fault", "deviation"),
    [
        ("A05", {"profit": 5_603_000}, 3_000),
        ("A06", {"expenses": 12_000_000}, 3_000_000),
        ("A09", {"staff": 0}, 90_000_000),
        ("A10", {"class_head_p99": 300_000}, 90_000_000 - 300_000 * 120),
        ("A10", {"class_head_p1": 2_000_000}, 90_000_000 - 2_000_000 * 120),
        ("A10", {"staff": 17, "class_head_p99": 25_000_000}, 8_000_000 - 600_000 * 17 * 9 // 12),
        ("A10", {"wages": 1_000_000, "prev_wages": None}, 1_000_000 - 20_000 * 120 * 9 // 12),
        ("A11", {"vat": 13_000_000, "class_burden_p75": 200_000}, 90_000_000 - 100_000_000),
        ("A11", {"class_burden_p25": 60_000, "class_burden_p50": 62_500, "class_burden_p75": 65_000}, 50_000_000),
        ("A12", {"value_added": -1}, -1 - 9 * 910_000),
        ("A12", {"value_added": 60_000_000}, 60_000_000 - 35 * 910_000),
        ("A12", {"value_added": -1, "class_rate_p2": None}, -1),
        ("A13", {"sales_output": 40_000_000}, 51_000_000),
        ("B05", {"edits": 3}, 10_000_000),
        ("B05", {"edits": 3, "last_revenue": None, "revenue_base": None, "base_shift": None}, 90_000_000),
        ("B02", {"prev_revenue": 90_000_000, "prev_cost": 75_000_000}, 45_000_000),
        ("B02", {"revenue_base": 90_000_000, "cost_base": 75_000_000, "prev_revenue": 50_000_000}, 15_000_000),
        ("C04", {"lies_where_registered": True}, 90_000_000),
    ],
)
def test_the_figure_if_the_doubt_is_right(rule: str, fault: dict[str, object], deviation: int) -> None:
    said = {finding["rule"]: finding["deviation"] for finding in reviewed(CLEAN | fault, "quarterly")[1]}
    assert said[rule] == pytest.approx(deviation)


@pytest.mark.parametrize("row", QUIET)
def test_no_rule_fires_beside_its_mark(row: dict[str, object]) -> None:
    marked, findings = reviewed(CLEAN | row, "quarterly")
    assert (marked["rules"], marked["queries"], findings) == ("", "", [])


@pytest.mark.parametrize(("rule", "fault"), OF_ANNUAL)
def test_each_annual_rule_fires(rule: str, fault: dict[str, object]) -> None:
    marked, findings = reviewed(ANNUAL | fault, "annual")
    severity = {found.id: found.severity for found in rules("annual")}[rule]
    assert (marked["rules"], marked["queries"]) == ((rule, "") if severity == "hard" else ("", rule))
    assert marked["status"] == ("set_aside" if severity == "hard" else "accepted")
    assert findings[0]["column_name"] in forms()["annual"].raw_columns


@pytest.mark.parametrize(("rule", "fault"), OF_REGISTER)
def test_each_rule_on_the_register_fires(rule: str, fault: dict[str, object]) -> None:
    marked, findings = reviewed(REGISTERED | fault, "register")
    severity = {found.id: found.severity for found in rules("register")}[rule]
    assert (marked["rules"], marked["queries"]) == ((rule, "") if severity == "hard" else ("", rule))
    assert [finding["rule"] for finding in findings] == [rule]
    assert findings[0]["column_name"] in forms()["register"].raw_columns


@pytest.mark.parametrize("row", QUIET_IN_REGISTER)
def test_no_rule_on_the_register_fires_beside_its_mark(row: dict[str, object]) -> None:
    marked, findings = reviewed(REGISTERED | row, "register")
    assert (marked["rules"], marked["queries"], findings) == ("", "", [])


@pytest.mark.parametrize(("rule", "fault"), OF_CLAIMS)
def test_each_rule_on_claims_fires(rule: str, fault: dict[str, object]) -> None:
    marked, findings = reviewed(CLAIMED | fault, "claim")
    assert (marked["rules"], marked["queries"], marked["status"]) == (rule, "", "set_aside")
    assert findings[0]["column_name"] in forms()["claim"].raw_columns


def test_every_rule_has_a_case() -> None:
    for kind, cases in (
        ("quarterly", QUARTERLY),
        ("annual", OF_ANNUAL),
        ("register", OF_REGISTER),
        ("claim", OF_CLAIMS),
    ):
        own = {rule.id for rule in rules(kind) if rule.applies_to == (kind,)}
        assert own <= {rule for rule, _ in cases}
    tested = {rule for cases in (QUARTERLY, OF_ANNUAL, OF_REGISTER, OF_CLAIMS) for rule, _ in cases}
    assert tested == {rule.id for kind in ("quarterly", "annual", "register", "claim") for rule in rules(kind)}


def test_the_rules_of_the_guide_are_all_there() -> None:
    ids = {rule.id for kind in ("quarterly", "annual", "cells") for rule in rules(kind)}
    guide = {
        f"{letter}{at:02d}" for letter, last in (("A", 13), ("B", 5), ("C", 8), ("D", 4)) for at in range(1, last + 1)
    }
    assert guide <= ids


def test_a_message_names_columns_as_the_form_does() -> None:
    [rule] = [rule for rule in rules("quarterly") if rule.id == "A01"]
    headers = {column.name: column.header for column in forms()["trade"].columns}
    assert rule.message(rule.message_zh, headers).startswith("资产总计应等于负债合计")
    assert "{" not in rule.message(rule.message_zh, headers)
    assert rule.message("{x}", headers) == "x"


def test_every_placeholder_is_a_column() -> None:
    known = {name for form in forms().values() for name in form.raw_columns}
    for kind in ("quarterly", "annual", "register", "claim", "cells"):
        for rule in rules(kind):
            assert "{" not in rule.message(rule.message_zh, dict.fromkeys(known, "")), rule.id


def test_the_tolerance_is_put_into_the_predicate() -> None:
    [rule] = [rule for rule in rules("quarterly") if rule.id == "B04"]
    assert "0.05 * last_revenue" in rule.condition
    assert "tolerance" not in rule.condition


@pytest.mark.parametrize(
    "predicate",
    [
        "1); DROP TABLE typed; --",
        "(SELECT 1)",
        "x IN (SELECT 1 FROM read_csv('/etc/passwd'))",
        "1=1) FROM read_csv('/etc/passwd') WHERE (1=1",
        "not sql at",
        "getenv('HOME') = 'x'",
        "random() < 0.5",
        "sum(x) OVER () > 1",
    ],
)
def test_a_predicate_that_is_more_than_an_expression_is_refused(predicate: str) -> None:
    with pytest.raises(ValueError, match="表达式"):
        require_expression(predicate, "X01")


def test_a_rule_without_a_field_is_refused() -> None:
    with pytest.raises(ValueError, match="message_zh"):
        Rule.model_validate({"id": "X", "severity": "hard"})
