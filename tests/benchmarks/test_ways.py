"""Single jobs are measured beside other ways of doing the same, kept by stage and printed as the page has them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import benchmarking, disclosure, records, ways
from benchmarks.clock import Timing
from benchmarks.ways import OURS, Found, Stage, Took

SMALL = (2, 2, 3, 40)


def here(jobs: Mapping[str, Callable[[], Callable[[], object]]], *, times: int) -> dict[str, Timing]:
    for job in jobs.values():
        assert job()() is not None
    return {name: Timing(float(times), 100.0) for name in jobs}


def seconds(found: Found) -> dict[str, dict[str, float]]:
    return {case: {way: timing.seconds for way, timing in of.items()} for case, of in found.items()}


def test_each_stage_takes_the_place_of_its_own_records_and_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results" / "jobs.csv"
    old, other = (Took(stage, "a case", OURS, 9.0, 90, 9) for stage in ("one", "other"))
    records.write(path, [old, other])
    stages = {"one": Stage("One", lambda times: {"a case": {OURS: Timing(1.2504, times)}})}
    monkeypatch.setattr(sys, "argv", ["ways", "--times", "4", "--results", str(path)])
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    ways.main("", stages)
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert records.read(path, Took) == [other, Took("one", "a case", OURS, 1.25, 4, 4)]
    assert capsys.readouterr().out.splitlines()[-1] == "| a case | 1.25 (4) | 4 |"


def test_benchmarking_stands_beside_the_loop_scaled_to_all_series(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmarking, "interleaved", here)
    monkeypatch.setattr(benchmarking, "AGAINST", ((8, 60),))
    monkeypatch.setattr(benchmarking, "GROWING", ((8, 3), (12, 3)))
    first, more = "8 quarters of 3 series", "12 quarters of 3 series"
    assert seconds(benchmarking.against(2)) == {"8 quarters of 60 series": {OURS: 2.0, benchmarking.LOOP: 3.0}}
    assert seconds(benchmarking.growing(2)) == {first: {OURS: 2.0}, more: {OURS: 2.0, first: 2.0}}


def test_both_ways_of_benchmarking_give_the_same() -> None:
    ours, theirs = benchmarking.ours(12, 3)(), benchmarking.theirs(12, 3)()
    assert isinstance(ours, pd.DataFrame)
    assert isinstance(theirs, list)
    np.testing.assert_allclose(ours, np.column_stack(theirs), rtol=1e-9)


def test_disclosure_stands_beside_one_cell_and_one_programme_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure, "interleaved", here)
    monkeypatch.setattr(disclosure, "COLUMNS", ((400, 40),))
    monkeypatch.setattr(disclosure, "CITIES", (SMALL,))
    monkeypatch.setattr(disclosure, "LINKED", (3, 1, 3, 40, 2))
    assert seconds(disclosure.rules(2)) == {"400 contributions to 40 cells": {OURS: 2.0, disclosure.ALONE: 8.0}}
    [(case, audit)] = seconds(disclosure.audits(2)).items()
    hidden = len(disclosure.chosen(*SMALL)())
    assert case.endswith(f" cells of 40 units, {len(disclosure.City(*SMALL).needs)} unsafe, {hidden} hidden")
    assert hidden > disclosure.SAMPLE
    assert audit == {OURS: 2.0, disclosure.CHOICE: 2.0, disclosure.EACH: 2.0 * hidden / disclosure.SAMPLE}
    linked = seconds(disclosure.linked(2))
    assert [case.partition(":")[0] for case in linked] == list(disclosure.NAMES.values())
    assert all(of == {OURS: 2.0, disclosure.RELAXATION: 2.0} for of in linked.values())


def test_rules_give_the_same_for_all_cells_and_for_one_at_a_time() -> None:
    whole, alone = disclosure.at_once(400, 40)(), disclosure.one_by_one(400, 40)()
    assert isinstance(whole, pd.DataFrame)
    assert isinstance(alone, list)
    pd.testing.assert_frame_equal(pd.concat(alone), whole.loc[: disclosure.SAMPLE - 1])
