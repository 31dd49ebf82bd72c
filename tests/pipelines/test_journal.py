"""The chained log: what was written is proven, what a crash left is told from what somebody did."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classification.errors import InputError
from pipelines.journal import FIRST, BrokenLogError, Journal, UnchainedLogError

TEXTS = [json.dumps({"n": n, "文": "甲" * n}, ensure_ascii=False) for n in range(5)]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "log" / "a.jsonl")
    made.append(TEXTS[:3])
    made.append(TEXTS[3:])
    return made


def lines(journal: Journal) -> list[bytes]:
    return journal.path.read_bytes().splitlines(keepends=True)


def test_lines_are_chained_and_read_back(journal: Journal) -> None:
    assert journal.read() == tuple(TEXTS)
    found = [json.loads(line) for line in lines(journal)]
    assert [line["previous"] for line in found] == [FIRST, *(line["chain"] for line in found[:-1])]
    assert json.loads(journal.head.read_text()) == {"lines": 5, "chain": found[-1]["chain"]}
    assert Journal(journal.path.with_name("none.jsonl")).read() == ()
    journal.append([])
    assert len(lines(journal)) == 5


@pytest.mark.parametrize("number", range(1, 6))
def test_the_first_altered_line_is_named(journal: Journal, number: int) -> None:
    found = lines(journal)
    found[number - 1] = found[number - 1].replace(b'{"n": ', b'{"n":  ')
    journal.path.write_bytes(b"".join(found))
    with pytest.raises(BrokenLogError, match=rf"(?s)第 {number} 行被改动过.*Line {number} of the log was altered") as e:
        journal.read()
    assert e.value.line == number
    with pytest.raises(BrokenLogError):
        journal.append(TEXTS[:1])


@pytest.mark.parametrize(
    ("order", "line"), [([1, 2, 3, 4], 1), ([0, 2, 3, 4], 2), ([0, 2, 1, 3, 4], 2), ([0, 0, 1, 2, 3, 4], 2)]
)
def test_lines_removed_moved_or_inserted(journal: Journal, order: list[int], line: int) -> None:
    found = lines(journal)
    journal.path.write_bytes(b"".join(found[i] for i in order))
    with pytest.raises(BrokenLogError, match=f"第 {line} 行与上一行不衔接"):
        journal.read()


def test_lines_taken_off_the_end(journal: Journal) -> None:
    found = lines(journal)
    for left in (b"".join(found[:4]), b"".join(found)[:-10], b""):
        journal.path.write_bytes(left)
        with pytest.raises(BrokenLogError, match="原有 5 行"):
            journal.read()
    journal.path.unlink()
    with pytest.raises(BrokenLogError, match="原有 5 行"):
        journal.read()


def test_a_log_that_was_replaced_as_a_whole(journal: Journal, tmp_path: Path) -> None:
    other = Journal(tmp_path / "other.jsonl")
    other.append(reversed(TEXTS))
    journal.path.write_bytes(other.path.read_bytes())
    with pytest.raises(BrokenLogError, match="整体替换"):
        journal.read()
    journal.path.write_text("".join(text + "\n" for text in TEXTS), encoding="utf-8")
    with pytest.raises(BrokenLogError, match="整体替换"):
        journal.read()
    with pytest.raises(InputError, match="不能重新封存"):
        journal.seal()
    journal.head.write_text("5")
    with pytest.raises(BrokenLogError, match="行数记录已损坏"):
        journal.read()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, 10_000))
def test_a_torn_line_is_cut_off_and_noted_and_no_complete_one(tmp_path: Path, cut: int) -> None:
    journal = Journal(tmp_path / f"{os.urandom(8).hex()}.jsonl")
    journal.append(TEXTS[:3])
    whole, head = journal.path.read_bytes(), journal.head.read_bytes()
    journal.append(TEXTS[3:4])
    added = journal.path.read_bytes()[len(whole) :]
    # The power went while the fourth line was being written: before its end, and before the head was.
    left = 1 + cut % len(added)
    journal.path.write_bytes(whole + added[:left])
    journal.head.write_bytes(head)
    complete = left >= len(added) - 1
    assert journal.read() == tuple(TEXTS[: 4 if complete else 3])
    journal.append(TEXTS[4:])
    assert journal.read() == (*TEXTS[: 4 if complete else 3], TEXTS[4])
    notes = tmp_path / "repairs.jsonl"
    mine = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
    mine = [note for note in mine if note["log"] == journal.path.name]
    assert [(note["line"], note["bytes"]) for note in mine] == ([] if complete else [(4, left)])
    assert not complete or not mine
    assert all(note["text"] == added[:left].decode("utf-8", "backslashreplace") for note in mine)


def test_a_torn_line_that_had_been_complete_is_no_crash(journal: Journal) -> None:
    content = journal.path.read_bytes()
    journal.path.write_bytes(content[:-30])
    with pytest.raises(BrokenLogError, match="末尾被删除或截断"):
        journal.append(TEXTS[:1])
    assert journal.path.read_bytes() == content[:-30]


def test_damage_in_the_middle_is_never_repaired(journal: Journal) -> None:
    found = lines(journal)
    journal.path.write_bytes(b"".join([*found[:2], found[2][:20] + b"\n", *found[3:]]))
    with pytest.raises(BrokenLogError, match="第 3 行已损坏"):
        journal.append(TEXTS[:1])


def test_an_old_log_is_refused_until_it_is_sealed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.jsonl")
    with pytest.raises(InputError, match="没有需要封存"):
        journal.seal()
    old = "".join(text + "\n" for text in TEXTS)
    journal.path.write_text(old, encoding="utf-8")
    for work in (journal.read, lambda: journal.append(TEXTS[:1])):
        with pytest.raises(UnchainedLogError, match=r"(?s)shuce inbox seal.*not chained"):
            work()
    assert journal.path.read_text(encoding="utf-8") == old
    kept = journal.seal()
    assert kept.read_text(encoding="utf-8") == old
    assert kept.stat().st_mode & 0o222 == 0
    assert journal.read() == tuple(TEXTS)
    with pytest.raises(InputError, match="不能重新封存"):
        journal.seal()
    journal.head.unlink()
    with pytest.raises(InputError, match="不能重新封存"):
        journal.seal()
    assert journal.read() == tuple(TEXTS)


def write(path: Path, who: int) -> None:
    for n in range(20):
        Journal(path).append([json.dumps({"who": who, "n": n})] * 2)


def test_processes_that_append_at_once_keep_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write, args=(path, who)) for who in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    found = [json.loads(text) for text in Journal(path).read()]
    assert len(found) == 120
    for who in range(3):
        assert [line["n"] for line in found if line["who"] == who] == [n for n in range(20) for _ in range(2)]
