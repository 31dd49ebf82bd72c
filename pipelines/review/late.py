"""Who has not reported and who reported late: deadlines, and the counts by county and survey.

Belongs here: by when a form is due in a workspace, and the result as values. Does not belong here: who owes a return
(``missing_unit.sql``), the lists that go out (``late_list``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from classification.errors import InputError
from indicators.quarter import Quarter
from pipelines.ingest.forms import forms
from pipelines.workspace import SETTINGS, Workspace


def deadlines(workspace: Workspace, quarter: str) -> dict[str, dt.date]:
    """The last day on which a return of each survey is in time: the workspace's own day, else the form's.

    Raises:
        InputError: ``city.toml`` names a survey that has no deadline.
    """
    own, period = workspace.city.deadlines, Quarter.parse(quarter)
    surveys = {name: form.due for name, form in forms().items() if form.due}
    if strange := sorted(set(own) - set(surveys)):
        raise InputError(
            f"[deadlines] 中没有这样的表：{'、'.join(strange)}；可用：{'、'.join(surveys)}。",
            f"[deadlines] names unknown forms: {', '.join(strange)}; there are: {', '.join(surveys)}.",
            where=str(workspace.home / SETTINGS),
        )
    first = (period + 1).first_day
    last_quarter = period.number == 4
    days = {name: (due.fourth if last_quarter and due.fourth else due.day) for name, due in surveys.items()}
    return {name: first.replace(day=own.get(name, day)) for name, day in days.items()}


def usual_day(workspace: Workspace, quarter: str, today: dt.date) -> dt.date:
    """As of which day a quarter is looked at unless one is named: today until its release, then its last deadline.

    Until then it is of use to know who is still to be called in; later, who was missing when the time was up.
    """
    released = workspace.city.release_date(Quarter.parse(quarter))
    return today if today <= released else max(deadlines(workspace, quarter).values())


@dataclass(frozen=True)
class Missing:
    """A unit to call in: nothing came (absent), or what came was set aside for the rules named."""

    county: str
    sector: str
    unit: str
    name: str
    state: str
    last_quarter: str
    rules: str


@dataclass(frozen=True)
class Arrival:
    """A unit whose first accepted return came after the deadline."""

    county: str
    sector: str
    unit: str
    name: str
    arrived: dt.date
    due: dt.date


@dataclass(frozen=True)
class Late:
    """A quarter as known on a day: deadlines, units due by (county, survey), units missing, units that were late."""

    quarter: str
    day: dt.date
    deadlines: Mapping[str, dt.date]
    due: Mapping[tuple[str, str], int]
    missing: tuple[Missing, ...]
    late: tuple[Arrival, ...]

    @property
    def missing_by(self) -> Counter[tuple[str, str]]:
        """How many units are missing, by county and survey."""
        return Counter((unit.county, unit.sector) for unit in self.missing)

    @property
    def late_by(self) -> Counter[str]:
        """How many units were late, by county."""
        return Counter(unit.county for unit in self.late)

    @property
    def sentence(self) -> str:
        """How many are missing and late, as of the day."""
        due, aside = sum(self.due.values()), sum(unit.state == "set_aside" for unit in self.missing)
        if not self.missing:
            said = f"应报 {due} 家，全部已报"
        else:
            said = f"应报 {due} 家，共 {len(self.missing)} 家未报"
            said += f"（其中 {aside} 家报了但被搁置，须更正）" if aside else ""
        return f"{said}；迟报 {len(self.late)} 家"
