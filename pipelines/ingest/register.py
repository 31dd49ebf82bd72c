"""The register of incoming papers (收文登记): when a file came, from whom, and what it stands for.

Belongs here: reading ``received.csv``. Does not belong here: the log that Shuce keeps itself.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classification.errors import InputError
from pipelines.ingest.faults import RefusalError
from pipelines.ingest.sheets import decode
from pipelines.ingest.texts import parse_date
from pipelines.ingest.words import STATUSES, VINTAGES, word

REGISTER: Final = "received.csv"
_COLUMNS: Final = ("file", "received_at", "reporter", "source", "region", "vintage", "status", "authority")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register; ``fault`` says why the line cannot be used."""

    received_at: dt.date | None = None
    reporter: str = ""
    source: str = ""
    region: str = ""
    vintage: str = ""
    status: str = ""
    authority: str = ""
    fault: RefusalError | None = None


def read_register(inbox: Path) -> dict[str, Entry]:
    """The register's lines by file name (relative to the inbox); empty when there is no register.

    Raises:
        InputError: a column is unknown or ``file`` is missing, or a file is listed twice.
    """
    path = inbox / REGISTER
    if not path.is_file() or path.is_symlink():
        return {}
    reader = csv.DictReader(decode(path.read_bytes()).splitlines())
    columns = [name.strip() for name in reader.fieldnames or []]
    unknown = [name for name in columns if name not in _COLUMNS]
    if "file" not in columns or unknown:
        raise InputError(
            f"收文登记的列名应为 {'、'.join(_COLUMNS)}；有误的列：{'、'.join(unknown) or '缺少 file'}。",
            f"The register's columns are {', '.join(_COLUMNS)}; wrong: {', '.join(unknown) or 'file is missing'}.",
            where=REGISTER,
        )
    found: dict[str, Entry] = {}
    for number, row in enumerate(reader, start=2):
        values = {key.strip(): (text or "").strip() for key, text in row.items() if isinstance(key, str)}
        name = values.pop("file")
        if name in found:
            where = f"{REGISTER} 第{number}行"
            raise InputError("收文登记中同一文件出现两次。", "A file is listed twice.", where=where)
        if name:
            found[name] = _entry(values, number)
    return found


def _entry(values: dict[str, str], number: int) -> Entry:
    """One line, or an entry that carries the reason why its file cannot be admitted."""
    try:
        return Entry(
            received_at=parse_date(values.get("received_at")),
            reporter=values.get("reporter", ""),
            source=values.get("source", ""),
            region=values.get("region", ""),
            vintage=_optional(VINTAGES, values.get("vintage", "")),
            status=_optional(STATUSES, values.get("status", "")),
            authority=values.get("authority", ""),
        )
    except ValueError:
        vintages = "、".join(dict.fromkeys(VINTAGES.values()))
        return Entry(
            fault=RefusalError(
                "bad_register",
                f"收文登记第 {number} 行有误：received_at 应为日期，vintage 应为 {vintages}，status 应为 A、E、P。",
                f"Line {number} of the register is wrong: received_at is a day, vintage one of {vintages}, "
                "status A, E or P.",
            )
        )


def _optional(words: dict[str, str], text: str) -> str:
    return word(words, text) if text else ""
