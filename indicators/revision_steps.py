"""The published order in which a revision is split, and what a figure of each step rests on.

Belongs here: the steps as a table (``revision_steps.csv``) and the split of one displayed figure. Does not belong here:
the split of any function (revisions) or replaying the pipeline (pipelines).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import pandas as pd

from classification.errors import InputError
from indicators.revisions import split_revision
from indicators.rounding import from_unit, in_unit, round_half_away

ROUNDING: Final = "rounding"
_ABSENT: Final = "absent_"


@dataclass(frozen=True)
class Step:
    """One step of the split.

    Attributes:
        number: its place in the published order.
        cause: its name in tables.
        name_zh: its Chinese name.
        inputs: what turns from old to new in it: inputs of cells, and frames of the evidence by their name.
        absent_zh: definition of the figure → why the step is zero whatever turns in it; no entry where it need not be.
    """

    number: int
    cause: str
    name_zh: str
    inputs: tuple[str, ...]
    absent_zh: Mapping[str, str]


@cache
def steps() -> tuple[Step, ...]:
    """The steps in their published order, rounding last.

    Source: methods, growth, contribution, revision: T13.
    """
    text = files("indicators").joinpath("revision_steps.csv").read_text(encoding="utf-8")
    return tuple(
        Step(int(row["step"]), row["cause"], row["name_zh"], tuple(row["inputs"].split()), _absent(row))
        for row in csv.DictReader(text.splitlines())
    )


def states() -> list[frozenset[str]]:
    """The inputs that are new before the first step, after it, …, after the last but rounding."""
    replayed = [step for step in steps() if step.cause != ROUNDING]
    return [frozenset(name for step in replayed[:n] for name in step.inputs) for n in range(len(replayed) + 1)]


def shown(value: float, unit: str, decimals: int) -> float:
    """A stored value as it is displayed, in the stored unit: 2,031,500,000 yuan in 亿元 with 1 is 2,030,000,000."""
    return float(from_unit(round_half_away(in_unit(value, unit), decimals), unit))


def split_displayed(values: Sequence[float], unit: str, decimals: int) -> pd.Series:
    """The change of a displayed figure split over all steps, rounding last.

    Args:
        values: the unrounded figure with nothing new, with the first step's inputs new, …, with all new (``states``).
        unit: display unit.
        decimals: places after the point.

    Returns:
        Effects in the stored unit by cause, in the published order; they sum to the change of the displayed figure.

    Raises:
        InputError: another number of values than there are states; a value that is not finite.
    """
    order = [step.cause for step in steps()]
    if len(values) != len(order):
        raise InputError(
            f"修订分解需要 {len(order)} 个数，实有 {len(values)} 个。",
            f"The split of a revision takes {len(order)} values, not {len(values)}.",
        )
    replayed = [cause for cause in order if cause != ROUNDING]
    old: dict[str, float] = dict.fromkeys(replayed, 0) | {ROUNDING: _rounding(values[0], unit, decimals)}
    new: dict[str, float] = dict.fromkeys(replayed, 1) | {ROUNDING: _rounding(values[-1], unit, decimals)}
    return split_revision(
        lambda inputs: values[sum(inputs[cause] for cause in replayed)] + inputs[ROUNDING], old, new, order
    )


def _absent(row: Mapping[str, str]) -> dict[str, str]:
    reasons = {name.removeprefix(_ABSENT): text for name, text in row.items() if name.startswith(_ABSENT)}
    return {definition: text for definition, text in reasons.items() if text}


def _rounding(value: float, unit: str, decimals: int) -> float:
    """What display adds to a value."""
    if not pd.notna(value):
        raise InputError("不能分解非有限的数。", "A figure that is not finite cannot be split.")
    return shown(value, unit, decimals) - value
