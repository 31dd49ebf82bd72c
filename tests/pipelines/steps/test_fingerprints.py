"""What every test is held to: no table is made by a statement that its fingerprint does not know."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.engine import engine, statement
from pipelines.lake import ALL, Lake
from tests.fingerprints import UnknownStatementError


def make(lake: Lake, made_from: list[str], run: str) -> None:
    def fill(_: Path) -> None:
        with engine() as work:
            work.add(units=pa.table({"x": [1]}))
            work.keep("found", run)

    lake.refresh("core_rate", ALL, fill, made_from=made_from)


def test_a_statement_that_the_fingerprint_does_not_know_is_found(tmp_path: Path) -> None:
    with pytest.raises(UnknownStatementError, match="core_rate: pipelines/annual_vintages"):
        make(Lake(tmp_path), [statement("pipelines", "valued")], statement("pipelines", "annual_vintages"))


def test_functions_belong_to_whoever_calls_them(tmp_path: Path) -> None:
    with pytest.raises(UnknownStatementError, match="core_rate: pipelines/functions"):
        make(Lake(tmp_path), [], "SELECT is_missing(x) FROM units")


@pytest.mark.parametrize("text", ["SELECT two_digits(x) FROM units", "SELECT x FROM units"])
def test_what_is_known_runs(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileNotFoundError):  # it ran, and nothing was written
        make(Lake(tmp_path), [statement("pipelines", "functions")], text)
