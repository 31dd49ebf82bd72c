"""A reviewed city: every planted error found by its rule, no false alarm of a hard rule, any order of runs."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow.compute as pc
import pytest

from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.lake import Lake
from pipelines.review.rules import rules
from pipelines.review.score import score
from pipelines.sample import write_city
from pipelines.steps import core, queries
from pipelines.workspace import Workspace
from tests.end_to_end.running import fresh, make_reference, review, without_ledgers
from tests.pipelines.review.asking import number_of


def reviewed(home: Path, quarters: list[str]) -> Workspace:
    make_reference(without_ledgers(home))
    review(Workspace(home), quarters)
    return Workspace(home)


def test_every_planted_error_is_found(reviewed_city: Workspace) -> None:
    scores = score(reviewed_city).to_pylist()
    assert {line["rule"] for line in scores if not line["planted"]} == set()
    assert {line["rule"]: line["recall"] for line in scores if line["recall"] != 1.0} == {}


def test_hard_rules_raise_no_false_alarm(reviewed_city: Workspace) -> None:
    hard = [line for line in score(reviewed_city).to_pylist() if line["severity"] == "hard"]
    assert {line["rule"]: line["false_alarms"] for line in hard if line["false_alarms"]} == {}
    assert all(line["clean_rows"] > 100 for line in hard)


def test_the_order_of_runs_changes_no_byte(written_city: Path, reviewed_city: Workspace, tmp_path: Path) -> None:
    quarters = [str(quarter) for quarter in reviewed_city.city.quarters]
    random.Random(7).shuffle(quarters)
    # Some quarters alone: their history is read, not run.
    again = Lake(reviewed(fresh(written_city, tmp_path / "home"), quarters[:3]).lake)
    first = Lake(reviewed_city.lake)
    for quarter in quarters[:3]:
        for table in ("core_return", "core_set_aside", "core_finding", "core_query"):
            assert again.note_of(table, quarter).sha256 == first.note_of(table, quarter).sha256, (table, quarter)
    for quarter in again.partitions("core_history"):
        assert again.note_of("core_history", quarter).sha256 == first.note_of("core_history", quarter).sha256, quarter


def test_nothing_is_made_twice(reviewed_city: Workspace) -> None:
    assert not any(made.computed for made in core.core_return(reviewed_city, "2023Q4"))
    assert not any(made.computed for made in queries.core_query(reviewed_city, "2023Q4"))


def test_queries_say_where_and_what_but_no_value(reviewed_city: Workspace) -> None:
    lake = Lake(reviewed_city.lake)
    queries = lake.read("core_query", lake.partitions("core_query")).to_pylist()
    headers = {column.header for form in forms().values() for column in form.columns}
    kinds = ("quarterly", "register", "annual")
    soft = {rule.id for kind in kinds for rule in rules(kind) if rule.severity == "soft"}
    for query in queries:
        assert query["column"] in headers
        assert query["rule"] in soft
        assert "{" not in query["message_zh"]
        # A value of a digit or two may stand in a message by chance.
        assert len(query["value"] or "") < 3 or query["value"] not in query["message_zh"]
        assert query["row"] > 0
        assert query["score"] == pytest.approx(query["impact"] * query["suspicion"])
    assert {query["rule"] for query in queries} <= soft


def test_a_note_confirms_and_a_correction_closes(reviewed_city: Workspace) -> None:
    lake = Lake(reviewed_city.lake)
    queries = lake.read("core_query", lake.partitions("core_query")).to_pylist()
    status = {rule: {q["status"] for q in queries if q["rule"] == rule} for rule in ("A08N", "B03X", "A05")}
    assert status == {"A08N": {"confirmed"}, "B03X": {"resubmitted"}, "A05": {"open"}}
    assert all(query["note"] for query in queries if query["status"] == "confirmed")
    # An answer has a day of its own: that of the note is the return's, that of a correction is when it came.
    answered = {q["rule"]: q["replied_on"] for q in queries if q["rule"] in status}
    days = {q["rule"]: (q["known_from"], q["known_to"]) for q in queries if q["rule"] in status}
    assert answered == {"A08N": days["A08N"][0], "B03X": days["B03X"][1], "A05": None}


def test_a_query_has_a_number_of_its_own(reviewed_city: Workspace) -> None:
    lake = Lake(reviewed_city.lake)
    queries = lake.read("core_query", lake.partitions("core_query")).to_pylist()
    numbers = [query["query"] for query in queries]
    assert numbers == [number_of(query["row_id"], query["rule"]) for query in queries]
    assert len(numbers) == len(set(numbers)) > 0
    assert all(query["name"] for query in queries if query["unit"])


def test_a_recode_across_the_border_has_its_effect(reviewed_city: Workspace) -> None:
    lake = Lake(reviewed_city.lake)
    queries = lake.read("core_query", lake.partitions("core_query"))
    recodes = queries.filter(pc.field("rule") == "C05").to_pylist()
    assert [query["quarter"] for query in recodes] == ["2022Q1", "2023Q1"]
    assert all(query["impact"] > 0 for query in recodes)
    assert all(len(query["expected"]) == 4 for query in recodes)


def test_rows_in_are_rows_out(reviewed_city: Workspace) -> None:
    lake = Lake(reviewed_city.lake)
    for quarter in map(str, reviewed_city.city.quarters):
        received = sum(lake.note_of(f"raw_{form}", quarter).rows for form in core.FIRM_FORMS)
        assert lake.note_of("core_return", quarter).rows == received


def test_only_a_synthetic_city_is_scored(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="合成城市"):
        score(Workspace(tmp_path))


@pytest.mark.city
def test_unit_errors_in_a_city_of_many_firms(tmp_path: Path) -> None:
    write_city(tmp_path, firms=500, last=Quarter(2021, 4))
    quarters = [str(quarter) for quarter in Workspace(tmp_path).city.quarters]
    scores = {line["rule"]: line for line in score(reviewed(tmp_path, quarters)).to_pylist()}
    planted = [line["recall"] for line in scores.values() if line["planted"]]
    assert planted == [1.0] * len(planted) != []
    assert sum(line["false_alarms"] for line in scores.values() if line["severity"] == "hard") == 0
    # A soft rule may ask where nothing was planted, but seldom: a firm that is odd by itself, or new.
    assert all(line["false_alarms"] < line["clean_rows"] / 100 for line in scores.values())
    unit_rules = [line for rule, line in scores.items() if rule.startswith("B03")]
    firms = unit_rules[0]["clean_rows"] / len(quarters)
    assert sum(line["false_alarms"] for line in unit_rules) <= firms / 1000
