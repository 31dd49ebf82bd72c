"""行业归类核对 on files: claims are reviewed, compared with the register as known, and never written back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from classification.errors import InputError
from pipelines.lake import Lake
from pipelines.steps.asides import asides
from pipelines.steps.claims import FORM, class_check, current_check
from pipelines.steps.classified import FOREVER
from pipelines.steps.lines import lines_partition
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand
from tests.end_to_end.running import take_in
from tests.pipelines.steps.conftest import QUARTER
from tests.pipelines.steps.test_register import FIRST, LAST, LATER, registers


def claims(home: Path, rows: list[by_hand.Row], *, day: dt.date = FIRST, again: str = "") -> Path:
    """Enter a ledger of claims, received on a day."""
    path = by_hand.claims(home / "inbox", QUARTER, rows, again=again)
    with (home / "inbox" / "received.csv").open("a", encoding="utf-8") as received:
        received.write(f"\n{path.name},{day},专班,申报")
    return path


def claim(number: int, digital: object) -> by_hand.Row:
    return {"unit": by_hand.unit(number), "name": f"第{number}厂", "digital": digital}


def checked(home: Path) -> pd.DataFrame:
    class_check(take_in(home), QUARTER)
    frame = Lake(home / "lake").read("class_check", [QUARTER]).to_pandas()
    return frame.astype(object).where(frame.notna(), None).sort_values(["row_id", "known_from"])


def test_each_claim_has_its_result(unmade: Path) -> None:
    codes = {1: "3911", 2: "3831", 3: "1811", 4: "3911", 5: "3831", 6: "C3911", 7: "391"}
    registers(unmade, [by_hand.registered(number, gbt) for number, gbt in codes.items()])
    said = {1: "010101", 2: "010606", 3: "010101", 4: "", 5: "—", 6: "10101", 7: "010101", 8: "010101"}
    path = claims(unmade, [claim(number, digital) for number, digital in said.items()])
    found = checked(unmade)
    results = ["正确", "疑似正确", "多报", "漏报", "疑似漏报", "正确", "无法核对", "无法核对"]
    assert found["result"].tolist() == results
    assert found["reason"].tolist()[:6] == [""] * 6
    assert "中类" in found["reason"].iloc[6]
    assert found["reason"].iloc[7] == "单位不在本期名录中"
    assert found["claimed"].iloc[5] == "010101"  # the leading zero that a spreadsheet takes away
    assert found["gbt"].tolist()[:7] == ["3911", "3831", "1811", "3911", "3831", "3911", None]
    assert set(found["file"]) == {path.name}
    assert found["row"].tolist() == list(range(3, 11))
    assert not any(made.computed for made in class_check(Workspace(unmade), QUARTER))


def test_a_claim_that_cannot_stand_is_set_aside(unmade: Path) -> None:
    registers(unmade, [by_hand.registered(1)])
    rows = [claim(1, "010101"), claim(1, "010102"), claim(2, "0101"), claim(3, "某类")]
    claims(unmade, [*rows, {**claim(4, "010101"), "unit": "91"}])
    found = checked(unmade)
    assert found["status"].tolist() == ["accepted", *["set_aside"] * 4]
    assert found["rules"].tolist() == ["", "C02", "K01", "K01", "C01"]
    assert found["result"].tolist() == ["正确", None, None, None, None]
    aside = Lake(unmade / "lake").read("core_set_aside", [lines_partition(FORM, QUARTER)]).to_pandas()
    assert aside.sort_values("row")["column"].tolist()[1:3] == ["申报数字经济小类代码"] * 2
    listed = asides(Workspace(unmade), [QUARTER]).to_pylist()
    assert [line["rule"] for line in listed] == ["C02", "K01", "K01", "C01"]


def test_the_check_follows_what_was_known(unmade: Path) -> None:
    claims(unmade, [claim(1, "010101"), claim(2, "")])
    claims(unmade, [claim(2, "010101")], day=LATER, again="_更正")
    claims(unmade, [claim(2, "010101"), claim(3, "")], day=LATER, again="_更正2")
    registers(unmade, [by_hand.registered(1, "1811"), by_hand.registered(2)], day=LATER)
    registers(unmade, [by_hand.registered(1)], day=LAST, again="_更正")
    found = checked(unmade)
    mine = found[(found["unit"] == by_hand.unit(1))]
    assert mine[["known_from", "known_to", "result"]].to_numpy().tolist() == [
        [FIRST, LATER, "无法核对"],
        [LATER, LAST, "多报"],
        [LAST, FOREVER, "正确"],
    ]
    other = found[(found["unit"] == by_hand.unit(2)) & (found["known_from"] < found["known_to"])]
    assert other.sort_values("known_from")[["known_from", "known_to", "result"]].to_numpy().tolist() == [
        [FIRST, LATER, "无法核对"],
        [LATER, FOREVER, "正确"],
    ]
    assert found["row_id"].nunique() == 5  # a claim corrected on its own day keeps a line that no day sees


def test_what_stands_today(unmade: Path) -> None:
    registers(unmade, [by_hand.registered(1)])
    claims(unmade, [claim(1, ""), claim(2, "x")])
    claims(unmade, [claim(1, "010101")], day=LATER, again="_更正")
    checked(unmade)
    named, lines = current_check(Workspace(unmade))
    assert named == QUARTER
    assert [(line["unit"], line["result"]) for line in lines] == [(by_hand.unit(1), "正确")]


def test_without_claims_it_is_said_what_to_do(unmade: Path) -> None:
    checked(unmade)
    with pytest.raises(InputError, match="ZD01") as told:
        current_check(Workspace(unmade), QUARTER)
    assert told.value.where == QUARTER
    with pytest.raises(InputError, match="class_check"):
        current_check(Workspace(unmade))
