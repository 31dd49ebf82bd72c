"""The make-up of the synthetic city: which classes and divisions it has, how many firms, how large.

Belongs here: reading the authored tables (``classes.csv``, ``divisions.csv``) and sharing a number of firms over the
classes. Does not belong here: any drawn number (economy).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

CITY: Final = "419900"
CITY_NAME: Final = "示范市"
COUNTY_NAMES: Final = ("甲区", "乙区", "丙区", "丁区", "戊县", "己县", "庚县", "辛县", "壬市", "癸市")
COUNTIES: Final = tuple(f"4199{number:02d}" for number in range(1, 11))
COUNTY_WEIGHTS: Final = (0.17, 0.11, 0.08, 0.12, 0.09, 0.08, 0.07, 0.06, 0.12, 0.10)
SURVEYS: Final = ("industry", "service", "trade", "construction")
DEFAULT_FIRMS: Final = 2400
# Units ever seen over units seen in a quarter: entries and exits of four years.
EVER_SEEN: Final = 1.09
# GB/T classes that are digital only in part.
STARRED: Final = ("2462", "3831", "4790", "4851", "4910", "4999", "6429", "7213", "7320", "8610")
# Classes that even the smallest city has: all starred classes and one of each kind.
# fmt: off
ALWAYS: Final = (
    *STARRED,
    "3974", "3922", "3982", "4011", "5177", "5274", "7114", "6513", "6312", "6531",
    "6432", "5292", "3051", "1393", "2924", "3425", "4852", "5128", "5182", "7229",
)
# fmt: on

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Classes:
    """The GB/T classes of the city, in code order; arrays of one length.

    ``va`` is the value added of 2022 in 亿元 before calibration; ``units`` the firms in a city of the default size;
    ``rate`` value added over output; ``tilt`` yearly growth against the average of the class's group.
    """

    gbt: npt.NDArray[np.str_]
    survey: Ints
    group: npt.NDArray[np.str_]
    units: Floats
    va: Floats
    rate: Floats
    tilt: Floats
    word: npt.NDArray[np.str_]


@dataclass(frozen=True)
class Division:
    """A GB/T division: weight outside the surveys (亿元), class-05 share ``d``, price changes of 2020 … 2023 (%)."""

    code: str
    name: str
    word: str
    rest: float
    d: float
    prices: tuple[float, float, float, float]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of an authored table of this package."""
    return list(csv.DictReader((files(__package__) / name).read_text(encoding="utf-8").splitlines()))


@cache
def divisions() -> tuple[Division, ...]:
    """All 97 divisions in code order."""
    return tuple(
        Division(
            code=row["division"],
            name=row["name"],
            word=row["word"],
            rest=float(row["rest"]),
            d=float(row["d"]),
            prices=(float(row["p2020"]), float(row["p2021"]), float(row["p2022"]), float(row["p2023"])),
        )
        for row in rows("divisions.csv")
    )


@cache
def classes() -> Classes:
    """All classes that have firms in a city of the default size."""
    table = rows("classes.csv")
    words = {division.code: division.word for division in divisions()}
    return Classes(
        gbt=np.array([row["gbt"] for row in table]),
        survey=np.array([SURVEYS.index(row["survey"]) for row in table], dtype=np.int64),
        group=np.array([row["group"] for row in table]),
        units=np.array([float(row["units"]) for row in table]),
        va=np.array([float(row["va"]) for row in table]),
        rate=np.array([float(row["rate"]) for row in table]),
        tilt=np.array([float(row["tilt"]) for row in table]),
        word=np.array([words[row["gbt"][:2]] for row in table]),
    )


def apportion(units: int) -> Ints:
    """Share units over the classes: one to each class that is always there, the rest by largest remainder.

    Args:
        units: how many units to share out, at least one for each class that is always there.

    Returns:
        Units by class, adding up to ``units``.
    """
    table = classes()
    counts = np.isin(table.gbt, ALWAYS).astype(np.int64)
    left = units - int(counts.sum())
    if left < 0:
        raise ValueError(f"a city needs at least {int(counts.sum())} units / 城市至少需要 {int(counts.sum())} 户")
    wanted = np.maximum(table.units * (units / table.units.sum()) - counts, 0.0)
    wanted *= left / wanted.sum()
    whole = np.floor(wanted).astype(np.int64)
    order = np.argsort(-(wanted - whole), kind="stable")
    whole[order[: left - int(whole.sum())]] += 1
    return np.asarray(counts + whole, dtype=np.int64)
