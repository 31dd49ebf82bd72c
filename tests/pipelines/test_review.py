import pyarrow as pa
import pytest

from pipelines.engine import engine, statement
from pipelines.review.rules import Rule, finding_statement, require_expression, review_statement, rules

# A clean typed return; each case below spoils one thing.
CLEAN = {
    "row_id": "r1",
    "unreadable": "",
    "revenue": 1000,
    "revenue_base": 900,
    "output": 1000,
    "output_base": 900,
    "staff": 10,
    "identifier_valid": True,
    "county_known": True,
    "occurrence": 1,
    "sound": True,
    "unit": "u",
}
QUARTERLY = [
    ("N01", {"unreadable": "revenue", "revenue": None, "output": None}),
    ("N02", {"revenue": None}),
    ("N03", {"output": None}),
    ("C01", {"identifier_valid": False}),
    ("C01R", {"county_known": False}),
    ("C02", {"occurrence": 2}),
    ("A07", {"revenue": -1}),
    ("A07S", {"staff": -1}),
    ("B03", {"revenue": 900_000}),
    ("B03", {"revenue_base": 10_000_000}),
    ("B03X", {"revenue": 9_000}),
    ("A09", {"staff": 0}),
    ("C06", {"output_base": None}),
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
}


def reviewed(row: dict[str, object], kind: str) -> tuple[dict[str, object], list[dict[str, object]]]:
    found = rules(kind)
    typed = {name: pa.array([value], kinds(value, name)) for name, value in row.items()}
    with engine() as work:
        work.add(typed=pa.table(typed))
        marked = work.rows(review_statement(statement("pipelines", "review"), found)).to_pylist()
        return marked[0], work.rows(finding_statement(statement("pipelines", "finding"), found)).to_pylist()


def kinds(value: object, name: str) -> pa.DataType:
    if name in {"row_id", "unreadable", "unit", "sector"}:
        return pa.string()
    return pa.bool_() if isinstance(value, bool) else pa.int64()


def test_a_clean_return_breaks_no_rule() -> None:
    for row, kind in ((CLEAN, "quarterly"), (ANNUAL, "annual")):
        marked, findings = reviewed(row, kind)
        assert (marked["status"], marked["rules"], marked["queries"], findings) == ("accepted", "", "", [])


@pytest.mark.parametrize(("rule", "fault"), QUARTERLY)
def test_each_rule_fires_on_the_fault_it_is_meant_for(rule: str, fault: dict[str, object]) -> None:
    marked, findings = reviewed(CLEAN | fault, "quarterly")
    severity = {found.id: found.severity for found in rules("quarterly")}[rule]
    if severity == "hard":
        assert marked["rules"] == rule
        assert marked["status"] == "set_aside"
        assert [finding["rule"] for finding in findings] == [rule]
    else:
        assert marked["queries"] == rule
        assert marked["status"] == "accepted"
        assert findings == []


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("N04", {"year": None}),
        ("N04", {"year": 22}),
        ("N05", {"output": None}),
        ("N06", {"sector": "农业"}),
        ("N07", {"investment_income": None}),
    ],
)
def test_each_annual_rule_fires(rule: str, fault: dict[str, object]) -> None:
    marked, findings = reviewed(ANNUAL | fault, "annual")
    assert marked["rules"] == rule
    assert findings[0]["column_name"]


def test_every_rule_has_a_case() -> None:
    tested = {rule for rule, _ in QUARTERLY} | {"N04", "N05", "N06", "N07"}
    assert tested == {rule.id for kind in ("quarterly", "annual") for rule in rules(kind)}


@pytest.mark.parametrize(
    "predicate",
    [
        "1); DROP TABLE typed; --",
        "(SELECT 1)",
        "x IN (SELECT 1 FROM read_csv('/etc/passwd'))",
        "1=1) FROM read_csv('/etc/passwd') WHERE (1=1",
        "not sql at",
    ],
)
def test_a_predicate_that_is_more_than_an_expression_is_refused(predicate: str) -> None:
    with pytest.raises(ValueError, match="表达式"):
        require_expression(predicate, "X01")


def test_a_rule_without_a_field_is_refused() -> None:
    with pytest.raises(ValueError, match="message_zh"):
        Rule.model_validate({"id": "X", "severity": "hard"})
