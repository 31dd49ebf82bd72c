"""Penetration from input-output tables: what digital sectors weigh in the inputs of sections and of the whole.

Belongs here: putting ``io_direct`` and ``io_complete`` on the tables of the place. Does not belong here: the formulas
(``penetration``, ``input_output``).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from indicators.measure import rows as make
from indicators.measure.evidence import Evidence
from indicators.penetration import io_complete, io_direct

# Parts that are made of whole sections. 三次产业 are not: divisions 05, 11 and 43 lie in sections of another sector.
_PARTS: Final = ("agriculture", "industry", "construction", "services", "all")


def rows(evidence: Evidence) -> list[pd.DataFrame]:
    """Observation rows of ``digital_penetration`` by ``io_direct`` and ``io_complete``, for each year with a table.

    Raises:
        InputError: flows and sectors of a year do not fit together, or a pair of sectors has no flow (as
            ``technical_coefficients``); a table names no digital sector. Sectors are named.
    """
    found = []
    for year, sectors in evidence.io_sector.groupby("year", sort=True):
        flows = evidence.io_flow[evidence.io_flow["year"] == year]
        square = flows.pivot(index="supplier", columns="user", values="flow").astype("float64")
        output = sectors.set_index("code")["output"].astype("float64").sort_index()
        digital = sectors.loc[sectors["digital"].astype(bool), "code"]
        groups = _groups(sectors, evidence.membership)
        for rate, name in ((io_direct, "io_direct"), (io_complete, "io_complete")):
            rates = rate(square, output, digital, groups=groups).rename(columns={"sector": "class"})
            frame = rates.assign(period=str(int(str(year))), region=evidence.place, span="annual", estimated=False)
            found.append(make.own_rows(frame, frame[f"rate_{name}"], "digital_penetration", name))
    return found


def _groups(sectors: pd.DataFrame, membership: pd.DataFrame) -> dict[str, list[str]]:
    """The sectors of the table in each section, and in each part that is made of sections."""
    members = membership[membership["scheme"] == "sector"]
    sections = {str(name): set(rows["gbt"]) for name, rows in members.groupby("class") if len(str(name)) == 1}
    groups = {str(section): list(rows["code"]) for section, rows in sectors.groupby("section", sort=True)}
    for part in _PARTS:
        gbt = set(members.loc[members["class"] == part, "gbt"])
        inside = {name for name, classes in sections.items() if classes <= gbt}
        groups[part] = sorted(sectors.loc[sectors["section"].isin(inside), "code"])
    return {name: codes for name, codes in groups.items() if codes}
