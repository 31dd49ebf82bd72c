"""How alike short texts are: TF-IDF of character n-grams and the cosine, on an inverted index.

Belongs here: the index and its arithmetic. Does not belong here: what the texts mean.
The arithmetic is that of scikit-learn's TfidfVectorizer (char, sublinear, smooth idf, L2), held against it by a test;
it is done on NumPy alone, because importing scikit-learn takes longer than a whole look-up may.
"""

from __future__ import annotations

from collections import Counter
from math import log, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LONGEST: Final = 4


def grams(text: str) -> list[str]:
    """All runs of one to four characters, in order, repeated as often as they occur."""
    return [text[at : at + n] for n in range(1, LONGEST + 1) for at in range(len(text) - n + 1)]


class Index:
    """Texts that can be asked which of them are like another text."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index the texts; a gram weighs more the fewer texts hold it."""
        counted = [Counter(grams(text)) for text in texts]
        held = Counter(gram for counts in counted for gram in counts)
        self._size = len(texts)
        self._idf = {gram: log((1 + self._size) / (1 + n)) + 1.0 for gram, n in held.items()}
        self._unseen = log(1 + self._size) + 1.0
        rows: dict[str, list[int]] = {gram: [] for gram in held}
        weights: dict[str, list[float]] = {gram: [] for gram in held}
        for row, counts in enumerate(counted):
            for gram, weight in self._unit(counts):
                rows[gram].append(row)
                weights[gram].append(weight)
        self._postings = {gram: (np.array(rows[gram], np.intp), np.array(weights[gram])) for gram in held}

    def _unit(self, counts: Counter[str]) -> list[tuple[str, float]]:
        weighed = [(gram, (1.0 + log(n)) * self._idf.get(gram, self._unseen)) for gram, n in counts.items()]
        length = sqrt(sum(weight * weight for _, weight in weighed))
        return [(gram, weight / length) for gram, weight in weighed if gram in self._idf]

    def cosine(self, text: str) -> NDArray[np.float64]:
        """The cosine of ``text`` with every indexed text, in their order, 0 to 1.

        Grams that no indexed text holds lengthen the text: words nobody knows are like nothing.
        """
        result = np.zeros(self._size)
        for gram, weight in self._unit(Counter(grams(text))):
            rows, weights = self._postings[gram]
            result[rows] += weight * weights
        return result
