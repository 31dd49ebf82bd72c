"""The clock of the house does not depend on where the server thinks it is."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import clock
from pipelines.ingest.landing import register
from pipelines.workspace import Workspace
from tests.end_to_end import by_hand


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server set to another zone: at any hour one of these has another date than the house."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def _in_beijing() -> dt.date:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(hours=8)).date()


def test_the_day_is_that_of_the_house(elsewhere: str) -> None:
    assert elsewhere
    assert clock.now().utcoffset() == dt.timedelta(hours=8)
    before, day, after = (said() for said in (_in_beijing, clock.today, _in_beijing))
    assert before <= day <= after
    assert clock.stamp().endswith("+08:00")


def test_a_file_received_now_is_known_today(elsewhere: str, tmp_path: Path) -> None:
    assert elsewhere
    home = by_hand.write(tmp_path / "home", register=False)
    assert {receipt.received_at for receipt in register(Workspace(home))} == {clock.today()}
