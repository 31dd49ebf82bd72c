"""Boards around a turn of the year: each month is judged by what its own year planned and did."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from pipelines.ledgers.board import Board

_ALWAYS = {"name": "甲项目", "credit_code": "已填", "type": "续建", "start": "2023-01-05"}


def history(*reports: tuple[str, dict[str, str]]) -> pd.DataFrame:
    """Reports of one project, each received on the day on which it was made; the first says what it is."""
    rows = []
    for number, (day, said) in enumerate(reports):
        on = dt.date.fromisoformat(day)
        about = {"reporter": "甲区", "reported_at": on, "known_from": on, "turn": number, "row_id": f"r{number}"}
        told = said if number else _ALWAYS | said
        rows += [{"ledger": "project", "entry": "XM001", "field": name, "value": value, **about}
                 for name, value in told.items()]  # fmt: skip
    return pd.DataFrame(rows)


def of_2023(done: str) -> tuple[str, dict[str, str]]:
    return "2023-12-25", {"year": "2023", "year_plan": "1000", "cum_year": done}


def test_a_plan_that_comes_before_the_cut_off_leaves_the_old_year_as_it_was() -> None:
    early = ("2024-01-04", {"year": "2024", "year_plan": "1000", "cum_year": "0"})
    board = Board(history(of_2023("950"), early), dt.date(2024, 1, 5))
    lit = board.lights.set_index("cycle").loc["2023-12"]
    assert (lit["light"], lit["completion"]) == ("green", 0.95)
    assert board.completion is not None
    assert (board.completion.done, board.completion.planned) == (950.0, 1000.0)
    assert board.doubts("project").empty
    assert board.of("project")["year"].tolist() == [2024.0]  # what was said last, for whoever asks what holds


def test_a_new_plan_without_money_is_not_measured_by_last_years() -> None:
    january = ("2024-01-25", {"year": "2024", "year_plan": "1100"})
    february = ("2024-02-25", {"cum_year": "150"})
    board = Board(history(of_2023("900"), january, february), dt.date(2024, 3, 5))
    lit = board.lights.set_index("cycle")
    assert lit.loc["2024-01", ["light", "reason"]].tolist() == ["grey", "没有填报本年累计完成投资，不评灯"]
    assert lit["completion"].isna()["2024-01"]
    assert lit.loc["2024-02", "doubt"] == ""
    assert lit.loc["2024-02", "completion"] == pytest.approx(150 / 1100)
    again = Board(history(of_2023("900"), january, february, ("2024-03-25", {"cum_year": "100"})), dt.date(2024, 4, 5))
    assert again.lights.set_index("cycle").loc["2024-03", "reason"] == "存疑：本年累计完成投资比上次填报减少"


@pytest.mark.parametrize(
    ("before", "now", "light", "reason"),
    [
        ("100", "50", "red", "本期不能评定，维持上期警告：存疑：本年累计完成投资比上次填报减少"),
        ("800", "50", "grey", "存疑：本年累计完成投资比上次填报减少"),
        ("100", "清空", "red", "本期不能评定，维持上期警告：没有填报本年累计完成投资"),
    ],
)
def test_an_amount_in_doubt_makes_no_light_and_undoes_no_red(before: str, now: str, light: str, reason: str) -> None:
    october = ("2023-10-25", {"year": "2023", "year_plan": "1000", "cum_year": before})
    november = ("2023-11-25", {"cum_year": now.replace("清空", "")})
    lit = Board(history(october, november), dt.date(2023, 12, 5)).lights.set_index("cycle")
    assert lit.loc["2023-10", "light"] == ("red" if before == "100" else "green")
    assert lit.loc["2023-11", ["light", "reason"]].tolist() == [light, reason]
    assert lit["deviation"].isna()["2023-11"]


def test_a_plan_without_a_year_is_in_no_light_and_no_sum() -> None:
    board = Board(history(("2023-10-25", {"year_plan": "1000", "cum_year": "950"})), dt.date(2023, 11, 5))
    assert board.lights[["light", "reason"]].to_numpy().tolist() == [
        ["grey", "存疑：有年度计划而没有计划年度，不知是哪一年的计划"]
    ]
    assert board.completion is None
    assert board.left_out("project") == {"XM001"}


def test_a_new_name_in_another_county_is_doubted_until_it_is_said_again() -> None:
    first = ("2023-10-25", {"year": "2023", "year_plan": "1000", "cum_year": "850", "county": "419901"})
    other = {"name": "乙项目", "county": "419902", "cum_year": "900"}
    once, twice = (history(first, *[(f"2023-{month}-25", other) for month in months]) for months in ((11,), (11, 12)))
    assert Board(once, dt.date(2023, 12, 5)).doubts("project")["rule"].tolist() == ["renamed_and_moved"]
    assert Board(once, dt.date(2023, 12, 5)).lit["light"].tolist() == ["grey"]
    assert Board(twice, dt.date(2024, 1, 5)).doubts("project").empty


def test_last_years_plan_and_money_are_nobodys_in_the_new_year() -> None:
    rows = history(
        ("2023-12-25", of_2023("10")[1] | {"future_industry": "量子信息"}), ("2024-05-25", {"image": "主体"})
    )
    board = Board(rows, dt.date(2024, 6, 5))
    lit = board.lights.set_index("cycle")
    assert lit.loc["2023-12", "light"] == "red"
    assert lit.loc["2024-05", ["light", "reason"]].tolist() == ["grey", "存疑：计划年度不是本年"]
    assert board.completion is None
    futures = board.futures().set_index("name_zh").loc["量子信息"]
    assert (futures["future_projects"], futures["future_invested"]) == (1, 0)
    december = Board(rows, dt.date(2024, 1, 5)).futures().set_index("name_zh").loc["量子信息"]
    assert december["future_invested"] == 10
