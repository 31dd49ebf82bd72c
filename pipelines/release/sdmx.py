"""The observations of a release in SDMX, for systems of other statistical offices: their structure, and the data.

Belongs here: what a release says in the words of SDMX. Does not belong here: what the codes are (sdmx.yml, sql/sdmx_*),
or writing the formats (pysdmx).

pysdmx writes 60,000 observations as SDMX-CSV in a second (10 MB); as SDMX-ML in 3 s (18 MB) flat, in 18 s by series. So
the CSV has all of them and the ML the headline figures, each as a dataflow of the same structure. pysdmx knows one
language and writes its texts as English, and it turns every apostrophe of a message into a double quote; both are dealt
with in ``_in_two_languages`` and ``_text``.

Source: SDMX 3.0 technical specifications; SDMX-CSV 2.0 field guide; SDMX cross-domain code lists.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa
import yaml

from classification.errors import InputError
from pipelines.release.issue import Issue
from pipelines.release.sql import statement

if TYPE_CHECKING:
    import pandas as pd
    from pysdmx.model import Codelist, HierarchicalCode, Hierarchy
    from pysdmx.model.dataflow import Components

AGENCY: Final = "SHUCE"
VERSION: Final = "1.0.0"
STRUCTURE: Final = "DIGITAL_ECONOMY"
CONCEPTS: Final = "CS_DIGITAL_ECONOMY"
# Dataflow → its names. The first has every observation, the second those behind the headline.
DATAFLOWS: Final = {"ALL": ("全部观测值", "All observations"), "CORE": ("核心产业主要指标", "Core headline figures")}
STRUCTURE_FILE, CSV_FILE, ML_FILE = "structure.xml", "observation.csv", "core.xml"
_TREES: Final = {"CL_AREA": "H_AREA", "CL_CLASS": "H_CLASS"}
# Stands between the English and the Chinese of a text until pysdmx has written it.
_BETWEEN: Final = "\u241f"
_WRITTEN: Final = re.compile(
    rf'<com:(Name|Description) xml:lang="en">([^<{_BETWEEN}]*){_BETWEEN}([^<{_BETWEEN}]*)</com:\1>'
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A code before it is one of pysdmx: its list, id, parent and texts, '' where there is none."""

    list: str
    id: str
    parent: str
    en: str
    zh: str
    text: str


def write(database: Path, issue: Issue, folder: Path) -> None:
    """Write the structure message, all observations as SDMX-CSV 2.0 and the headline figures as SDMX-ML 3.0.

    Args:
        database: the release's database.
        issue: the release's name and day; the day is what the messages say they were prepared on.
        folder: a folder that does not exist yet.

    Raises:
        InputError: an observation has a unit or a status that has no code.
    """
    from pysdmx.io import write_sdmx
    from pysdmx.io.format import Format
    from pysdmx.model import Organisation
    from pysdmx.model.message import Header

    frame, entries = _read(database)
    lists = {name: _codelist(name, [e for e in entries if e.list == name]) for name in _said()["codelists"]}
    components = _components(lists)
    midnight = dt.datetime.combine(issue.as_of, dt.time(), dt.UTC)

    def header(part: str) -> Header:
        return Header(id=f"{issue.name}_{part}", prepared=midnight, sender=Organisation(id=AGENCY))

    folder.mkdir()
    structure = _structures(lists, [e for e in entries if e.list in _TREES], components)
    message = write_sdmx(structure, Format.STRUCTURE_SDMX_ML_3_0, header=header("structure"))
    (folder / STRUCTURE_FILE).write_text(_in_two_languages(str(message)), encoding="utf-8")
    headline = frame.pop("headline")
    everything, core = DATAFLOWS
    write_sdmx(_dataset(everything, frame, components), Format.DATA_SDMX_CSV_2_0_0, str(folder / CSV_FILE))
    write_sdmx(
        _dataset(core, frame[headline], components),
        Format.DATA_SDMX_ML_3_0,
        str(folder / ML_FILE),
        header=header("core"),
    )


@cache
def _said() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((files(__package__) / "sdmx.yml").read_text(encoding="utf-8"))
    return said


def _fixed() -> list[dict[str, str]]:
    return [
        {"list": name, "parent": "", "value": code["id"], **code}
        for name, body in _said()["codelists"].items()
        for code in body.get("codes", ())
    ]


def _read(database: Path) -> tuple[pd.DataFrame, list[Entry]]:
    """The observations in components, and all codes in order."""
    fixed = _fixed()
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = {name: [code[name] for code in fixed] for name in ("list", "id", "value")}
        connection.register("fixed", pa.table(columns))
        frame = connection.execute(statement("sdmx_observation")).df()
        given = connection.execute(statement("sdmx_code")).fetchall()
    for column, zh in (("UNIT_MEASURE", "计量单位"), ("OBS_STATUS", "数据状态")):
        if (bad := frame.loc[frame[column].isna(), "INDICATOR"]).size:
            raise InputError(
                f"指标 {bad.iloc[0]} 的{zh}没有 SDMX 代码，请在 sdmx.yml 中补上。",
                f"Indicator {bad.iloc[0]} has a {column} without a code; add it to sdmx.yml.",
                where="sdmx.yml",
            )
    own = [Entry(c["list"], c["id"], "", c["en"], c["zh"], "") for c in fixed]
    return frame, own + [Entry(*row) for row in given]


def _codelist(name: str, entries: Sequence[Entry]) -> Codelist:
    from pysdmx.model import Code, Codelist

    said = _said()["codelists"][name]
    codes = [Code(e.id, name=_text(e.en, e.zh), description=_text("", e.text) or None) for e in entries]
    return Codelist(
        id=name,
        agency=said.get("agency", AGENCY),
        version=said.get("version", VERSION),
        name=_text(said["en"], said["zh"]),
        items=codes,
        is_partial="agency" in said,
    )


def _components(lists: dict[str, Codelist]) -> Components:
    from pysdmx.model import DataType, ItemReference
    from pysdmx.model.dataflow import Component, Components, Role

    # A list: of an iterator pysdmx keeps nothing.
    return Components(
        [
            Component(
                id=said["id"],
                required=said["role"] != "M",
                role=Role(said["role"]),
                concept=ItemReference("Concept", AGENCY, CONCEPTS, VERSION, said["id"]),
                local_dtype=DataType(said.get("type", "String")),
                local_codes=lists.get(said.get("codes", "")),
                attachment_level="O" if said["role"] == "A" else None,
            )
            for said in _said()["components"]
        ]
    )


def _structures(lists: dict[str, Codelist], nested: Sequence[Entry], components: Components) -> list[Any]:
    from pysdmx.model import Concept, ConceptScheme
    from pysdmx.model.dataflow import Dataflow, DataStructureDefinition

    own: dict[str, Any] = {"agency": AGENCY, "version": VERSION}
    concepts = [Concept(said["id"], name=_text(said["en"], said["zh"])) for said in _said()["components"]]
    scheme = ConceptScheme(CONCEPTS, name=_text("Concepts of a release", "发布的概念"), items=concepts, **own)
    name = _text("Digital economy of a place", "一地的数字经济")
    definition = DataStructureDefinition(id=STRUCTURE, name=name, components=components, **own)
    flows = [Dataflow(id=flow, name=_text(en, zh), structure=definition, **own) for flow, (zh, en) in DATAFLOWS.items()]
    trees = [_tree(lists[name], [e for e in nested if e.list == name]) for name in _TREES]
    return [*lists.values(), *trees, scheme, definition, *flows]


def _tree(codes: Codelist, entries: Sequence[Entry]) -> Hierarchy:
    from pysdmx.model import HierarchicalCode, Hierarchy

    urn = f"urn:sdmx:org.sdmx.infomodel.codelist.Code={AGENCY}:{codes.id}({VERSION})"

    def under(parent: str) -> list[HierarchicalCode]:
        return [
            HierarchicalCode(entry.id, urn=f"{urn}.{entry.id}", codes=under(entry.id))
            for entry in entries
            if entry.parent == parent
        ]

    return Hierarchy(
        id=_TREES[codes.id], name=codes.name, agency=AGENCY, version=VERSION, codes=under(""), is_partial=False
    )


def _dataset(dataflow: str, frame: pd.DataFrame, components: Components) -> Any:
    from pysdmx.io.pd import PandasDataset
    from pysdmx.model.dataflow import Schema

    schema = Schema(context="dataflow", agency=AGENCY, id=dataflow, version=VERSION, components=components)
    return PandasDataset(structure=schema, data=frame.copy())


def _text(en: str, zh: str) -> str:
    """Both languages in one text, as ``_in_two_languages`` takes them apart; '' where there is neither."""
    return f"{en}{_BETWEEN}{zh}".replace("'", "’") if en or zh else ""


def _in_two_languages(message: str) -> str:
    """A structure message whose names and descriptions stand in each language that they have."""

    def apart(found: re.Match[str]) -> str:
        kind, *texts = found.groups()
        return "".join(
            f'<com:{kind} xml:lang="{language}">{text}</com:{kind}>'
            for language, text in zip(("en", "zh"), texts, strict=True) if text
        )  # fmt: skip

    return _WRITTEN.sub(apart, message)
