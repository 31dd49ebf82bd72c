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


def _install(folder: Path, name: str, version: str = "1.0", *requires: str) -> None:
    about = folder / f"{name}-{version}.dist-info"
    about.mkdir()
    lines = (
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {r}" for r in requires),
    )
    (about / "METADATA").write_text("\n".join(lines) + "\n", "utf-8")


def test_the_environment_is_what_the_project_needs_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> str:
        importlib.invalidate_caches()
        return provenance.environment_hash.__wrapped__()

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(provenance, "_PROJECT", "some-project")
    _install(tmp_path, "some_project", "1.0", "First_Need[more]>=1", "elsewhere; sys_platform == 'none'",
             "second-engine; extra == 'spark'")  # fmt: skip
    _install(
        tmp_path, "first_need", "1.0", "inner", "wanted; extra == 'more'", "unwanted; extra == 'less'", "some-project"
    )
    said = [found()]
    for name in ("elsewhere", "second_engine", "unwanted", "beside"):
        _install(tmp_path, name)
        assert found() == said[0], name
    for name, version in (("inner", "1.0"), ("wanted", "1.0")):  # of what is needed in turn, and by an extra
        _install(tmp_path, name, version)
        said.append(found())
    (tmp_path / "inner-1.0.dist-info").rename(tmp_path / "was")
    _install(tmp_path, "inner", "1.1")
    said.append(found())
    assert len(set(said)) == len(said)


def test_the_environment_of_this_project_is_its_own() -> None:
    names = {one.partition("==")[0] for one in provenance._needed(provenance._PROJECT)}
    assert {"shuce", "duckdb", "pyarrow", "numpy"} <= names
    assert not {"pyspark", "pytest", "ruff"} & names
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
