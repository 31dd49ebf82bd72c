"""Rules of early warning: what their table may hold, and what each kind of number is said like."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from classification.errors import InputError
from pipelines.engine import engine, statement
from pipelines.warning.rules import KINDS, NUMBERS, Rule, guard, rule, rules, statement_of
from pipelines.warning.sentences import HOW, sentence, without_largest

FACT: dict[str, Any] = dict.fromkeys(NUMBERS["industry"]) | {"level": "industry", "class": "0304", "quarter": "2023Q3"}


def made(**changed: Any) -> Rule:
    said = {
        "id": "X",
        "name_zh": "例",
        "kind": "onset",
        "level": "industry",
        "inputs": "drop",
        "predicate": "drop >= threshold",
    }
    said |= {
        "threshold": "0.05",
        "owner": "核算科",
        "sentence_zh": "{name}{quarter}增速{drop:slower}。",
        "source": "例",
    }
    return Rule.model_validate(said | changed)


def fired(one: Rule, *facts: dict[str, Any]) -> list[str]:
    names = sorted(FACT)
    schema = pa.schema(
        [(name, pa.string() if name in {"level", "class", "quarter"} else pa.float64()) for name in names]
    )
    with engine() as work:
        work.add(fact=pa.Table.from_pylist([FACT | fact for fact in facts], schema=schema))
        return [row["class"] for row in work.rows(statement_of(statement("pipelines", "signal"), one)).to_pylist()]


def test_every_rule_has_a_kind_an_owner_and_a_source() -> None:
    assert {one.kind for one in rules()} == set(KINDS)
    assert {level for one in rules() for level in one.level} == {"industry", "sector", "firm"}
    assert all(one.owner and one.source and one.sentence_zh.endswith("。") for one in rules())
    assert rule("W01").threshold == 0.05
    with pytest.raises(InputError, match="W99"):
        rule("W99")


@pytest.mark.parametrize(
    "predicate",
    ["drop > 1) OR (SELECT TRUE", "drop IN (SELECT 1)", "drop > 1; DROP TABLE fact", "getenv('HOME') = 'x'", "drop >"],
)
def test_a_predicate_that_is_more_than_one_expression_is_refused(predicate: str) -> None:
    with pytest.raises(InputError, match="表达式") as refused:
        guard(made(predicate=predicate))
    assert "rules.csv X" in str(refused.value.where)
    assert "expression" in refused.value.en


def test_an_input_that_no_fact_has_is_refused() -> None:
    with pytest.raises(InputError, match="place"):
        guard(made(inputs="drop;place"))
    with pytest.raises(InputError, match="margin"):
        guard(made(level="firm", inputs="margin"))


def test_a_number_without_evidence_is_not_said() -> None:
    with pytest.raises(InputError, match="growth"):
        guard(made(sentence_zh="{name}{growth:growth}。"))


def test_only_classes_have_words_of_departments() -> None:
    guard(made(sentence_zh="{name}{month}{proxy}{drop:slower}（{department}）。"))
    for level in ("firm", "industry;firm"):
        with pytest.raises(InputError, match="department"):
            guard(made(level=level, inputs="growth", predicate="growth < 0", sentence_zh="{name}（{department}）。"))


def test_a_proxy_has_turned_after_two_months_and_not_before() -> None:
    runs = [{"class": f"{falls}", "leading_falls": falls, "leading_drop": 0.09} for falls in (1, 2, 3)]
    assert fired(rule("W10"), *runs) == ["2", "3"]
    said = {"month": "2023年2月", "proxy": "用电量", "department": "供电企业", "name": "电子设备制造", "class": ""}
    fact = FACT | {"leading_growth": -0.02, "leading_falls": 2.0, "leading_drop": 0.06, "leading_before": 0.04}
    assert sentence(rule("W10"), fact, said) == (
        "电子设备制造2023年2月用电量同比下降2.0%，增速连续2个月回落，比转向前回落6.0个百分点（供电企业），"
        "领先指标转向，为苗头性信号。"
    )


def test_a_rule_holds_at_its_threshold_and_not_below_and_never_of_nothing() -> None:
    facts = [{"class": "a", "drop": 0.05}, {"class": "b", "drop": 0.0499}, {"class": "c", "drop": None}]
    assert fired(made(), *facts) == ["a"]
    assert fired(made(threshold="0.04"), *facts) == ["a", "b"]
    assert fired(made(level="sector"), *facts) == []


# What a fact must hold for each rule of classes, and one that falls just short.
CASES: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "W01": ({"drop": 0.05}, {"drop": 0.049}),
    "W02": ({"level": "sector", "drop": 0.1}, {"level": "sector", "drop": 0.099}),  # type: ignore[dict-item]
    "W03": ({"units_left": 2}, {"units_left": 1}),
    "W04": ({"margin_fall": 0.02}, {"margin_fall": 0.019}),
    "W05": ({"falls": 3}, {"falls": 2}),
    "W06": ({"trend_tau": -0.6, "trend_p": 0.09}, {"trend_tau": -0.4, "trend_p": 0.1}),
    "W07": ({"share_falls": 4}, {"share_falls": 3}),
    "W08": ({"season_deviation": 2.1, "season_gap": 0.01}, {"season_deviation": 2.1, "season_gap": 0.009}),
    "W10": ({"leading_falls": 2, "leading_drop": 0.03}, {"leading_falls": 2, "leading_drop": 0.029}),
    "W09": ({"receivables_gap": 0.15}, {"receivables_gap": 0.149}),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_rule_fires_and_falls_short(name: str) -> None:
    holds, short = CASES[name]
    assert fired(rule(name), {"class": "a"} | holds, {"class": "b"} | short) == ["a"]


def test_every_rule_of_classes_has_a_case() -> None:
    assert set(CASES) == {one.id for one in rules() if "firm" not in one.level}


def test_sentences_are_in_the_bureaus_wording() -> None:
    fact = FACT | {"growth": -0.031, "growth_before": 0.052, "drop": 0.083}
    said = sentence(rule("W01"), fact, {"name": "信息技术服务", "class": ""})
    assert said == "信息技术服务2023年第三季度增加值同比下降3.1%，增速比上季度回落8.3个百分点，为苗头性下滑。"
    with pytest.raises(InputError, match="drop:loud"):
        sentence(made(sentence_zh="{drop:loud}。"), fact, {"name": ""})
    with pytest.raises(InputError, match="drop:slower"):
        sentence(made(), FACT, {"name": "", "class": ""})
    assert HOW["slower"](-0.01) == "加快1.0个百分点"
    assert HOW["decimal"](0.0634) == "0.063"
    assert HOW["points"](-0.02) == "2.0个百分点"


def test_growth_without_the_largest_is_said_where_something_is_left() -> None:
    row = {"reported_growth": 0.05, "growth_but1": -0.01, "growth_but3": None}
    assert without_largest(row) == "按现价累计，已报单位全部同比增长5.0%，剔除最大一户后同比下降1.0%。"
    assert without_largest(row | {"growth_but1": None}) == ""
