"""The child process that opens files from outside: it reads one after the other and may die over any of them.

Belongs here: limits on this process, and its protocol: one JSON line per file in, one JSON line out, tables as Arrow
files where the parent wants them. Does not belong here: what is read and how. Run by ``guard.py`` only.
"""

from __future__ import annotations

import gc
import json
import re
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipelines.ingest import reading
from pipelines.ingest.faults import Fault, RefusalError

MEMORY: Final = 4 * 1024**3  # address space, shared libraries included
SECONDS: Final = 300  # processor time for one file
_OWN_PEAK: Final = re.compile(r"^VmHWM:\s*(\d+) kB", re.MULTILINE)
_SHARE: Final = 4  # of the memory, one part: a child that took more reads no further file


def limit(*, memory: int = MEMORY) -> None:
    """Bound this process's memory, and keep it from writing a core dump of what it read."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow(seconds: int = SECONDS) -> None:
    """Grant processor time for the next file."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Do one job: read a file as a form, or say which form it resembles or which column each of its headers.

    Whatever goes wrong is an answer.
    """
    path = Path(job["path"])
    try:
        if job["form"] == "?":
            return {"suggestion": reading.suggest(path)}
        headers = tuple((header, column) for header, column in job["headers"])
        if job["ask"]:
            found = reading.likeness(path, job["form"], headers)
            return {"likeness": asdict(found) if found else None}
        result = reading.read_file(path, job["form"], job["name"], headers)
    except RefusalError as fault:
        return {"refusal": asdict(fault.fault)}
    except MemoryError:
        return {"refusal": asdict(exceeded())}
    except Exception as fault:  # noqa: BLE001 - the file is hostile; the batch goes on
        return {"refusal": asdict(unreadable(type(fault).__name__))}
    return _written(result, job["out"])


def _written(result: reading.FileRead, out: str) -> dict[str, Any]:
    try:
        with pa.OSFile(out, "wb") as sink, pa.ipc.new_file(sink, result.table.schema) as writer:
            writer.write_table(result.table)
    except OSError as fault:  # no fault of the file
        return {"unwritten": fault.errno}
    return {
        "table": out,
        "refused": [asdict(item) for item in result.refused],
        "notices": [asdict(item) for item in result.notices],
    }


def exceeded() -> Fault:
    """The fault of a file that took more memory or time to read than there is for it."""
    return Fault(
        "reader_died",
        "读取该文件时超出内存或时间限制，文件已拒收；请删除多余的空白行列、拆分文件后重新报送。",
        "Reading the file exceeded the limits of memory or time; delete stray cells or split it and send it again.",
    )


def spent(memory: int) -> bool:
    """Whether reading has taken so much memory that what allocators keep of it could starve the next file."""
    return _peak() > memory // _SHARE


def _peak() -> int:
    """Bytes that this process has held at most.

    What the system keeps of a child in general counts what its parent had held before the start; only where there is no
    other account does that count.
    """
    try:
        said = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    found = _OWN_PEAK.search(said)
    return int(found[1]) * 1024 if found else 0


def unreadable(kind: str) -> Fault:
    """The fault of a file over which the reader stumbled in a way that nobody foresaw."""
    return Fault(
        "unreadable",
        f"文件无法读取（{kind}）；请在 Excel 中打开后另存为 .xlsx 再报送。",
        f"The file cannot be read ({kind}); open it in Excel and save it again as .xlsx.",
    )


def main() -> None:
    """Answer jobs from standard input until it closes."""
    memory = int(sys.argv[1])
    limit(memory=memory)
    gc.disable()  # millions of cells are made at once, none in a cycle: searching them costs half the time
    for line in sys.stdin:
        allow()
        reply = answer(json.loads(line))
        sys.stdout.write(json.dumps(reply | {"spent": spent(memory)}) + "\n")
        sys.stdout.flush()
        gc.collect()
        gc.freeze()  # modules and tables stay for good: looking through them again would take ten times a small file


if __name__ == "__main__":
    main()
