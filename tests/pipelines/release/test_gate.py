"""What passes the gate: cells, growths whose change may be told, quarters that stay as they were published."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from classification.errors import InputError
from indicators.disclosure import Pattern
from pipelines.release.gate import SETTINGS, Disclosure, Passing, approval_of, disclosure, held_back, passed, terms
from pipelines.workspace import Workspace
from tests.end_to_end.attacking import BASE, LEVEL, Attack, Variable
from tests.pipelines.release.stand_in import PLACE, city_workspace, row

COUNTY, OTHER = "419901", "419902"
NAMED = ("2023Q3", "cumulative")
HIDDEN = (COUNTY, "core")
BLOCKS = pd.DataFrame(
    [("part", 0, 2, 1, False), ("whole", 0, 1, 0, False), ("part", 1, 8, 7, True)],
    columns=["place", "level", "cells", "unsafe", "folded"],
)
FOUND = Pattern(BLOCKS, frozenset({HIDDEN}), frozenset({(PLACE, "core"), (PLACE, "01")}), pd.DataFrame())
NAMES = ["indicator", "period", "span", "region", "class"]


def quarter(period: str, value: float, *, region: str = PLACE, cls: str = "core") -> list[dict[str, Any]]:
    place = {"region": region, "class": cls}
    return [
        row("core_value_added", "rate_method", period, "cumulative", value, **place),
        row("core_value_added", "rate_method", period, "quarter", value / 2, **place),
        row("core_growth", "rate_method", period, "cumulative", 0.05, **place),
    ]


def observed(scale: float = 1.0) -> pd.DataFrame:
    rows = [each for period in ("2023Q1", "2023Q2", "2023Q3") for each in quarter(period, 100 * scale)]
    rows += quarter("2023Q3", 40 * scale, region=COUNTY) + quarter("2023Q3", 30, region=COUNTY, cls="01")
    rows += [
        row("gdp", "accounts", "2023Q3", "cumulative", 900.0),
        row("core_hhi", "value_added", "2023Q3", "cumulative", 0.2),
    ]
    return pd.DataFrame(rows)


def kept(passing: Passing, level: str = "L1", rows: pd.DataFrame | None = None) -> pd.DataFrame:
    return passed(observed() if rows is None else rows, passing, level, place=PLACE)  # type: ignore[arg-type]


def values(rows: pd.DataFrame) -> dict[tuple[str, ...], float | None]:
    found = rows.assign(value=rows["value"].astype(object).where(rows["value"].notna(), None))
    return {tuple(key): value for *key, value in found[[*NAMES, "value"]].itertuples(index=False, name=None)}


def test_cells_pass_hide_or_stay_in_the_house() -> None:
    told = kept(Passing(FOUND))
    found = values(told)
    assert found["core_value_added", "2023Q3", "cumulative", PLACE, "core"] == 100
    assert found["core_value_added", "2023Q3", "cumulative", COUNTY, "core"] is None
    assert found["gdp", "2023Q3", "cumulative", PLACE, ""] == 900
    assert not [key for key in found if key[3:] == (COUNTY, "01") or key[0] == "core_hhi"]
    assert set(told.loc[told["value"].isna(), "status"]) == {"C"}
    assert held_back(observed(), told)["core_hhi/value_added"] == 1
    assert {key[0] for key in values(kept(Passing(FOUND), "L0"))} == {"core_value_added", "core_growth", "gdp"}


def test_an_amount_of_a_ledger_over_fewer_than_three_entries_is_hidden_and_not_public() -> None:
    rows = pd.DataFrame([
        row("future_investment", "ledger", "2023Q3", "cumulative", 9e8, **{"class": "life_health"}),
        row("future_investment", "ledger", "2023Q3", "cumulative", 3e8, release_level="L2",
            **{"class": "quantum_information"}),
        row("core_hhi", "value_added", "2023Q3", "cumulative", 0.2),
    ])  # fmt: skip
    told = kept(Passing(FOUND), "L1", rows).set_index("class")
    assert told["indicator"].tolist() == ["future_investment"] * 2
    assert told.loc["life_health", "value"] == 9e8
    assert pd.isna(told.loc["quantum_information", "value"])
    assert told["status"].tolist() == [rows["status"][0], "C"]
    assert kept(Passing(FOUND), "L0", rows).empty


def test_what_no_unit_is_behind_goes_as_far_as_it_says() -> None:
    rows = pd.DataFrame([
        row("gdp_growth", "accounts", "2023Q3", "cumulative", 0.05),
        row("gdp", "accounts", "2023Q3", "cumulative", 90.0, region=COUNTY),
        row("sector_value_added", "accounts", "2023Q3", "cumulative", 300.0, **{"class": "secondary"}),
        row("sector_value_added", "accounts", "2023Q3", "cumulative", 70.0, release_level="L1", **{"class": "39"}),
        row("base_stations_5g_total", "department", "2023Q3", "cumulative", 6000.0),
        row("digital_penetration", "io_direct", "2020", "annual", 0.067, **{"class": "all"}),
        row("digital_penetration", "efficiency_va", "2023Q3", "cumulative", 0.121, **{"class": "all"}),
        row("core_value_added", "full_scope", "2023Q3", "cumulative", 110.0, **{"class": "core"}),
    ])  # fmt: skip
    public = {("gdp_growth", PLACE, ""), ("sector_value_added", PLACE, "secondary")}
    force = public | {("gdp", COUNTY, ""), ("sector_value_added", PLACE, "39"), ("base_stations_5g_total", PLACE, "")}
    for level, those in (("L0", public), ("L1", force | {("digital_penetration", PLACE, "all")})):
        told = kept(Passing(FOUND), level, rows)
        assert set(told[["indicator", "region", "class"]].itertuples(index=False, name=None)) == those
        assert told["value"].notna().all()
        assert set(told["release_level"]) == {level}
    # Of what is left out only what rests on units is said to.
    said = dict(terms(Passing(FOUND), "L0", kept(Passing(FOUND), "L0", rows), held_back(rows, told)))
    assert said["未列入"].count("渗透率") == said["未列入"].count("总量与结构") == 1
    only = {"gdp/accounts": 1, "base_stations_5g_total/department": 1}
    assert "未列入" not in dict(terms(Passing(FOUND), "L0", told, only))


def test_a_year_of_a_survey_stays_as_it_was_told() -> None:
    found = replace(FOUND, shown=FOUND.shown | {(PLACE, "all")})

    def rates(value: float) -> pd.DataFrame:
        years = (("2021", 0.4), ("2022", value))
        return pd.DataFrame(
            row("digital_penetration", "cloud", year, "annual", rate, **{"class": "all"}) for year, rate in years
        )

    before = kept(Passing(found), rows=rates(0.5))
    told = values(kept(Passing(found, held={"2022": "2023-07-20"}, published=before), rows=rates(0.51)))
    assert {key[1]: value for key, value in told.items()} == {"2021": 0.4, "2022": 0.5}
    assert values(kept(Passing(found), "L0", rates(0.5))) == {}


def test_a_growth_that_tells_a_change_is_hidden_in_its_year_alone() -> None:
    found = values(kept(Passing(FOUND, {("va", "2023"): {(PLACE, "core")}})))
    assert found["core_growth", "2023Q3", "cumulative", PLACE, "core"] is None
    assert found["core_value_added", "2023Q3", "cumulative", PLACE, "core"] == 100
    # Told rounded it has a mark; of the hidden cell of a county nothing is told either way.
    steps = {("core_growth", "2023Q3", place, "core"): 0.01 for place in (PLACE, COUNTY)}
    closed = {("va", "2023"): {(PLACE, "core"), HIDDEN}}
    rows = observed().assign(value=lambda rows: rows["value"].where(rows["indicator"] != "core_growth", 0.0549))
    told = kept(Passing(FOUND, closed, rounded=steps), rows=rows.assign(price_basis="constant"))
    growth = told[told["indicator"].eq("core_growth")].set_index(["period", "region"])[["value", "status"]]
    assert growth.loc["2023Q3", PLACE].tolist() == [0.05, "R"]
    assert {growth.loc[where, "status"] for where in (("2023Q2", PLACE), ("2023Q3", COUNTY))} == {"C"}
    found = values(kept(Passing(FOUND, {("va", "2022"): {(PLACE, "core")}, ("revenue", "2023"): {(PLACE, "core")}})))
    assert found["core_growth", "2023Q3", "cumulative", PLACE, "core"] == 0.05


def test_a_quarter_held_stays_as_it_was_published_and_is_not_given_away() -> None:
    before = kept(Passing(FOUND), rows=observed(0.9))
    passing = Passing(FOUND, held={"2023Q2": "2023-07-20"}, published=before)
    found = values(kept(passing))
    assert found["core_value_added", "2023Q1", "cumulative", PLACE, "core"] == 100
    assert found["core_value_added", "2023Q2", "cumulative", PLACE, "core"] == 90
    assert found["core_value_added", "2023Q2", "quarter", PLACE, "core"] == 45
    assert found["core_value_added", "2023Q3", "cumulative", PLACE, "core"] == 100
    # The next quarter alone would tell the new figure of the one held.
    assert ("core_value_added", "2023Q3", "quarter", PLACE, "core") not in found
    both = Passing(FOUND, held=dict.fromkeys(("2023Q2", "2023Q3"), "2023-07-20"), published=before)
    found = values(kept(both))
    assert found["core_value_added", "2023Q3", "quarter", PLACE, "core"] == 45
    # What is hidden by now is hidden there, too.
    assert found["core_value_added", "2023Q3", "cumulative", COUNTY, "core"] is None


def test_a_quarter_held_is_not_told_by_the_base_of_the_year_after() -> None:
    def bases(scale: float) -> pd.DataFrame:
        return pd.DataFrame(
            row("core_value_added_base", "rate_method", period, span, 100 * scale, base=base, **{"class": "core"})
            for period in ("2023Q2", "2023Q3")
            for span in ("cumulative", "quarter")
            for base in ("published", "comparable")
        )

    before = kept(Passing(FOUND), rows=bases(0.9))
    told = kept(Passing(FOUND, held={"2022Q2": "2023-07-20"}, published=before), rows=bases(1))
    found = told.set_index(["base", "period", "span"])["value"].to_dict()
    assert found["published", "2023Q2", "cumulative"] == found["published", "2023Q2", "quarter"] == 90
    assert found["published", "2023Q3", "cumulative"] == 100
    # The quarter alone less what the year so far says would be the new value.
    assert ("published", "2023Q3", "quarter") not in found
    assert found["comparable", "2023Q2", "cumulative"] == found["comparable", "2023Q3", "quarter"] == 100
    # A quarter held takes last year's published value, which is not held, from now.
    told = kept(Passing(FOUND, held={"2023Q2": "2023-07-20"}, published=before), rows=bases(1))
    found = told.set_index(["base", "period", "span"])["value"].to_dict()
    assert found["published", "2023Q2", "cumulative"] == 100
    assert found["comparable", "2023Q2", "cumulative"] == 90


@pytest.mark.parametrize(("level", "scope"), [("L1", ""), ("L0", "公开稿只列全市")])
def test_every_page_can_say_what_was_done(level: Any, scope: str) -> None:
    passing = Passing(FOUND, {("va", "2023"): {(PLACE, "core")}}, {"2023Q2": "2023-07-20"}, kept(Passing(FOUND)))
    told = kept(passing, level)
    said = dict(terms(passing, level, told, held_back(observed(), told)))
    assert said["归并"].startswith(scope or "为使")
    assert "分县（市、区） × 大类；" in said["归并"]
    assert said["隐去"].startswith("※")
    assert "上年同期基数" in said["变动"]
    assert "2023Q2仍列2023-07-20所知的数" in said["修订暂缓"]
    assert "结构与效率" in said["未列入"]
    assert terms(Passing(FOUND), "L1", kept(Passing(FOUND), rows=observed().head(3)), {})[0][0] == "归并"


def bounds(told: pd.DataFrame, variable: Variable) -> tuple[float, float]:
    """What a reader of the copy can work out about a number."""
    attack = Attack(told.assign(value=told["value"].astype(object).where(told["value"].notna(), "※").astype(str)))
    return next(attack.bounds([{variable: 1.0}], {}, {}))


def cumulative(indicator: str, value: float, region: str, cls: str, **more: str) -> dict[str, Any]:
    place = {"region": region, "class": cls}
    return row(indicator, "rate_method", *NAMED, value, **place, **more)


def passing(hidden: set[tuple[str, str]], rows: list[dict[str, Any]]) -> Passing:
    shown = {(each["region"], each["class"]) for each in rows} - hidden
    return Passing(Pattern(BLOCKS, frozenset(hidden), frozenset(shown), pd.DataFrame()))


def shares() -> list[dict[str, Any]]:
    levels = {"core": 1e6, "01": 6e5, "02": 4e5}
    rows = [cumulative("core_value_added", value, COUNTY, cls) for cls, value in levels.items()]
    rows += [cumulative("core_class_share", levels[cls] / 1e6, COUNTY, cls) for cls in ("01", "02")]
    rows += [cumulative("core_value_added", 8e6, OTHER, "core"), cumulative("core_value_added", 9e6, PLACE, "core")]
    return [*rows, cumulative("core_region_share", 1 / 9, COUNTY, "core")]


def test_a_share_does_not_tell_the_hidden_cell_it_is_taken_of() -> None:
    rows = shares()
    hidden = {(COUNTY, "core"), (COUNTY, "02"), (OTHER, "core")}
    low, high = bounds(kept(passing(hidden, rows), rows=pd.DataFrame(rows)), (LEVEL, *NAMED, COUNTY, "core"))
    assert low == pytest.approx(6e5, rel=1e-3)
    assert high > 2e6


def test_a_share_of_the_place_asks_the_place() -> None:
    rows = shares()
    found = values(kept(passing({(PLACE, "core"), (OTHER, "core")}, rows), rows=pd.DataFrame(rows)))
    assert found["core_region_share", *NAMED, COUNTY, "core"] is None
    assert found["core_class_share", *NAMED, COUNTY, "01"] == 0.6


@pytest.mark.parametrize("indicator", ["core_pull", "core_contribution"])
def test_neither_pull_nor_contribution_tells_the_base_of_the_place_that_is_kept_back(indicator: str) -> None:
    volumes, bases = {"core": 1.1e6, "01": 6.6e5, "02": 4.4e5}, {"core": 1e6, "01": 5e5, "02": 5e5}
    constant = {"price_basis": "constant", "base": "comparable"}
    rows = [cumulative("core_value_added", value, PLACE, cls) for cls, value in volumes.items()]
    rows += [cumulative("core_growth", volumes[c] / bases[c] - 1, PLACE, c, **constant) for c in volumes]
    rows += [cumulative("core_value_added_volume", value, PLACE, cls) for cls, value in volumes.items()]
    whole = {"core_pull": 1e6, "core_contribution": 1e5}[indicator]
    rows += [cumulative(indicator, (volumes[c] - bases[c]) / whole, PLACE, c) for c in volumes]
    base = (BASE, *NAMED, PLACE, "core")
    shown = passing(set(), rows)
    assert bounds(kept(shown, rows=pd.DataFrame(rows)), base) == pytest.approx((1e6, 1e6), rel=1e-3)
    kept_back = {("va", "2023"): {(PLACE, "core"), (PLACE, "02")}}
    told = kept(replace(shown, unchanged=kept_back), rows=pd.DataFrame(rows))
    low, high = bounds(told, base)
    assert low == pytest.approx(bases["01"], rel=1e-3)
    assert high > 2e6
    assert values(told)["core_growth", *NAMED, PLACE, "01"] == pytest.approx(0.32)


RULES = """[rules]
min_count = 3
dominance = [[1, 0.85], [2, 0.90]]
p_percent = 0.10
fold = 0.333
"""
RELEASE, OTHER_CUT = "2023Q4_2024-01-20_0123456789", "2023Q4_2024-01-20_9876543210"
CUT_OFF = dt.date(2024, 1, 20)
APPROVED = f"""
[[approval]]
release = "{RELEASE}"
approved_by = "局领导"
approved_on = 2024-01-25
embargo = 2024-01-26T10:00:00+08:00
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return city_workspace(tmp_path_factory.mktemp("approved") / "home")


def settings(city: Workspace, approvals: str) -> Disclosure:
    (city.home / SETTINGS).write_text(RULES + approvals, encoding="utf-8")
    return disclosure(city)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_an_approval_holds_from_its_embargo_on(city: Workspace) -> None:
    found = settings(city, APPROVED)
    assert approval_of(found, RELEASE, CUT_OFF, at("2024-01-26T02:00:00+00:00")).said == {
        "approved_by": "局领导",
        "approved_on": "2024-01-25",
        "embargo": "2024-01-26T10:00:00+08:00",
    }
    with pytest.raises(InputError, match="2024-01-26 10:00\\+08:00 前不得导出"):
        approval_of(found, RELEASE, CUT_OFF, at("2024-01-26T09:59:59+08:00"))


def test_an_approval_of_a_day_to_come_is_none_yet(city: Workspace) -> None:
    found = settings(city, APPROVED.replace("2024-01-26T10", "2024-01-20T10"))
    with pytest.raises(InputError, match="批准日期 2024-01-25 还没有到"):
        approval_of(found, RELEASE, CUT_OFF, at("2024-01-24T15:59:00+00:00"))
    # The day is that of the house, whatever zone the moment is told in.
    assert approval_of(found, RELEASE, CUT_OFF, at("2024-01-24T16:00:00+00:00"))


def test_nobody_approves_what_is_not_there_yet(city: Workspace) -> None:
    early = settings(city, APPROVED.replace("2024-01-25", "2024-01-19"))
    with pytest.raises(InputError, match="批准日期 2024-01-19 早于数据截止日 2024-01-20"):
        approval_of(early, RELEASE, CUT_OFF, at("2024-02-01T10:00:00+08:00"))
    same_day = settings(city, APPROVED.replace("2024-01-25", "2024-01-20"))
    assert approval_of(same_day, RELEASE, CUT_OFF, at("2024-02-01T10:00:00+08:00"))


def test_another_cut_of_the_quarter_is_not_approved_and_its_approver_is_told_what_to_enter(city: Workspace) -> None:
    now = at("2024-02-01T09:30:12+08:00")
    with pytest.raises(InputError) as fault:
        approval_of(settings(city, APPROVED), OTHER_CUT, CUT_OFF, now)
    entry = fault.value.zh.partition("：")[2]
    assert tomllib.loads(entry)["approval"][0]["release"] == OTHER_CUT
    # As it stands nobody has approved it; with a name it can leave.
    with pytest.raises(InputError, match=r"approval\.1\.approved_by"):
        settings(city, APPROVED + entry)
    signed = entry.replace('approved_by = ""', 'approved_by = "局领导"')
    assert approval_of(settings(city, APPROVED + signed), OTHER_CUT, CUT_OFF, now).approved_on == dt.date(2024, 2, 1)
    # That is all there need be in the file; the rules are then those that come with the program.
    (city.home / SETTINGS).write_text(signed, encoding="utf-8")
    assert approval_of(alone := disclosure(city), OTHER_CUT, CUT_OFF, now)
    assert alone.rules == disclosure(Workspace(city.home.parent, city.city)).rules


@pytest.mark.parametrize("said", ['approved_by = "核算科"', 'approved_on = "2024-01-10"'])
def test_the_rules_of_a_real_city_have_an_approver_and_a_day(city: Workspace, said: str) -> None:
    real = Workspace(city.home, city.city.model_copy(update={"synthetic": False}))
    (city.home / SETTINGS).write_text(RULES + said, encoding="utf-8")
    with pytest.raises(InputError, match="尚未经批准"):
        disclosure(real)
