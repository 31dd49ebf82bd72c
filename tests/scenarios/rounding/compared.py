"""What is compared in the cases of rounding: differences before rounding, tails."""

from collections.abc import Iterator
from typing import get_args

from indicators.rounding import Tail, difference, display, round_parts
from tests.scenarios.agreement import Case, Compared


def time_progress(case: Case) -> Iterator[Compared]:
    given, published = case.given.iloc[0], case.expected.iloc[0]
    done, due = given["done"] / given["plan"], given["months"] / 12
    shown = [display(done, "%", 1), display(due, "%", 1), display(difference(done, due), "百分点", 1)]
    yield Compared("done, calendar, ahead", [float(text) for text in shown], published, case.settings["tolerance"])


def tail_policies(case: Case) -> Iterator[Compared]:
    shares = (case.given["value"] / case.settings["total"]).tolist()
    for tail in get_args(Tail):
        found = [float(part) for part in round_parts(shares, "%", 1, tail=tail)]
        yield Compared(f"tail = {tail}", found, case.expected[tail], case.settings["tolerance"])
