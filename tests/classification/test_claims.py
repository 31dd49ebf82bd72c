"""行业归类核对: each result on the claim it is meant for, and nothing lost."""

from __future__ import annotations

import pandas as pd
import pytest

from classification import check_claims, load_standard
from classification.claims import RESULTS
from classification.statements import run

# 3911 is wholly core (010101), 3831 starred (010606), 6429 starred for two classes, 1811 outside the core.
CASES = [
    ("3911", "010101", "010101", "正确"),
    ("1811", None, "", "正确"),
    ("3831", "010606", "010606*", "疑似正确"),
    ("6429", "030304", None, "疑似正确"),
    ("3911", "010102", "010101", "错报"),
    ("3831", "010101", "010606*", "错报"),
    ("1811", "010101", "", "多报"),
    ("3911", None, "010101", "漏报"),
    ("3831", None, "010606*", "疑似漏报"),
    # 05 is outside the core: no claim to it.
    ("1811", "050301", "", "正确"),
    ("3911", "050301", "010101", "漏报"),
    ("3831", "050301", "010606*", "疑似漏报"),
    (None, "010101", "", "无法核对"),
    (None, None, "", "无法核对"),
]


def frame(cases: list[tuple[str | None, str | None, str | None, str]]) -> pd.DataFrame:
    rows = [(gbt, claimed) for gbt, claimed, _, _ in cases]
    return pd.DataFrame(rows, columns=["gbt", "claimed"], index=range(10, 10 + len(rows)))


def test_the_codes_of_the_cases_are_what_they_are_said_to_be() -> None:
    standard = load_standard()
    assert "3911" not in standard.partial_classes
    assert {"3831", "6429"} <= standard.partial_classes
    assert len(standard.core_of("6429")) == 2
    assert standard.core_of("1811") == ()
    assert not standard.digital["050301"].core


@pytest.mark.parametrize("case", CASES)
def test_each_result(case: tuple[str | None, str | None, str | None, str]) -> None:
    _, _, expected, result = case
    [row] = check_claims(frame([case])).to_dict("records")
    assert row["result"] == result
    assert expected is None or row["expected"] == expected


def test_all_results_are_tried_and_every_row_stays_where_it_was() -> None:
    given = frame(CASES).rename(columns={"gbt": "code", "claimed": "said"})
    answer = check_claims(given, gbt="code", claimed="said")
    assert answer["result"].tolist() == [result for *_, result in CASES]
    assert set(answer["result"]) == set(RESULTS)
    assert answer.index.equals(given.index)
    pd.testing.assert_frame_equal(answer[["code", "said"]], given)


def test_every_pair_of_the_standard_is_right_or_right_in_part() -> None:
    pairs = pd.DataFrame([(pair.gbt, pair.de) for pair in load_standard().core_map], columns=["gbt", "claimed"])
    answer = check_claims(pairs)
    starred = answer["gbt"].isin(load_standard().partial_classes)
    assert set(answer.loc[~starred, "result"]) == {"正确"}
    assert "疑似正确" in set(answer.loc[starred, "result"])
    assert set(answer["result"]) == {"正确", "疑似正确"}
    assert answer.loc[answer["gbt"] == "6429", "expected"].str.count("、").tolist() == [1, 1]


def test_a_ledger_without_claims_has_no_results() -> None:
    assert check_claims(frame([])).columns.tolist() == ["gbt", "claimed", "expected", "result"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (pd.DataFrame({"gbt": ["3911"]}), "claimed"),
        (frame(CASES).assign(result=""), "result"),
        (pd.DataFrame({"gbt": ["391"], "claimed": ["010101"]}), "391"),
        (pd.DataFrame({"gbt": ["3911"], "claimed": ["0101"]}), "0101"),
    ],
)
def test_what_cannot_be_compared_is_refused(given: pd.DataFrame, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_claims(given)


def test_the_statement_is_the_one_that_the_pipeline_runs() -> None:
    import pyarrow as pa

    from classification import arrow_tables

    claim = pa.table({"row_id": ["b", "a"], "gbt": ["3911", "1811"], "claimed": ["010101", "010101"]})
    answer = run("check_claims", {"claim": claim, "core_map": arrow_tables()["core_map"]})
    assert answer["row_id"].to_pylist() == ["a", "b"]
    assert answer["result"].to_pylist() == ["多报", "正确"]
