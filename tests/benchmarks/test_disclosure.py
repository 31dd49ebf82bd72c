"""What the choice is held against is a relaxation of it: no choice hides less."""

from benchmarks.disclosure import ATTACKED, City, from_readers, relaxation

SMALL = (3, 2, 3, 60, 2)


def test_the_relaxation_is_a_lower_bound() -> None:
    unsafe, hidden, least = len(City(*SMALL).needs), len(from_readers(*SMALL)()), relaxation(*SMALL)()
    assert unsafe > ATTACKED
    assert unsafe <= least <= hidden + 1e-6
