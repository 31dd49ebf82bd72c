"""What a release is made from: hashes of code and lock, the files and coefficients known by its day."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.resources
import sys
from pathlib import Path

import pytest

from pipelines import provenance
from pipelines.lake import Lake
from pipelines.steps.classified import FOREVER
from pipelines.workspace import Workspace

DAY = dt.date(2021, 3, 1)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "somewhere"
    folder.mkdir()
    (folder / "__init__.py").write_text("A = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(provenance, "PACKAGES", ("somewhere",))
    # The same code in one process after another, each of which hashes it once.
    monkeypatch.setattr(provenance, "code_hash", provenance.code_hash.__wrapped__)
    yield folder
    sys.modules.pop("somewhere", None)


def test_the_code_is_hashed_by_path_and_bytes(package: Path) -> None:
    whole = provenance.code_hash()
    assert whole == provenance.code_hash("somewhere")
    (package / "notes.txt").write_text("no code", encoding="utf-8")
    assert provenance.code_hash() == whole
    (package / "more.sql").write_text("-- one", encoding="utf-8")
    more = provenance.code_hash()
    (package / "more.sql").rename(package / "other.sql")
    other = provenance.code_hash()
    (package / "other.sql").write_text("-- two", encoding="utf-8")
    assert len({whole, more, other, provenance.code_hash()}) == 4


def test_the_lock_is_hashed_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "files", lambda _: tmp_path / "pipelines")
    assert provenance.lock_hash() == ""
    (tmp_path / "requirements.lock").write_bytes(b"a==1")
    assert provenance.lock_hash() == hashlib.sha256(b"a==1").hexdigest()
    assert importlib.resources.files("pipelines").is_dir()


def test_the_environment_is_one_hash() -> None:
    assert provenance.environment_hash() == provenance.environment_hash.__wrapped__()
    assert len(provenance.environment_hash()) == 64


@pytest.mark.city
def test_a_release_names_what_was_known_and_nothing_later(ran_city: Path) -> None:
    coefficients = Lake(ran_city / "lake").read("core_coefficient")
    early = provenance.provenance(Workspace(ran_city), DAY, coefficients)
    whole = provenance.provenance(Workspace(ran_city), FOREVER, coefficients)
    assert {entry["received_at"] for entry in early["inputs"]} == {"2021-02-20"}
    assert all(set(entry) == {"sha256", "name", "form", "quarter", "received_at"} for entry in early["inputs"])
    assert len(whole["inputs"]) > len(early["inputs"])
    assert len(whole["coefficients"]) > len(early["coefficients"]) > 0
    assert early["code"] == provenance.code_hash()
    order = [(entry["received_at"], entry["name"]) for entry in whole["inputs"]]
    assert order == sorted(order)
