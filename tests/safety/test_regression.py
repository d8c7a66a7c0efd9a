"""The regression of the safety classifier: which pieces of a message tell, and what a badly typed copy weighs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from knowledge.safety.features import BLOCKS, DIMENSIONS, WIDTH, columns
from knowledge.safety.regression import COPY, Regression, telling

WORDS = columns("words").start
#: Places of three words: in every crisis, in every message, in every harmless message.
BAD, BOTH, GOOD = WORDS, WORDS + 1, WORDS + 2


def messages(*held: tuple[int, ...]) -> csr_matrix:
    """Return one row a message, 1 at the places it holds."""
    at = [(row, place) for row, places in enumerate(held) for place in places]
    return csr_matrix((np.ones(len(at), np.float32), tuple(np.array(at).T)), shape=(len(held), WIDTH), dtype=np.float32)


def test_the_blocks_of_a_row_lie_one_behind_the_other_after_the_embedding() -> None:
    ends = [DIMENSIONS]
    for name, (size, _) in BLOCKS.items():
        here = columns(name)
        assert (here.start, here.stop) == (ends[-1], ends[-1] + size)
        ends.append(here.stop)
    assert ends[-1] == WIDTH
    with pytest.raises(KeyError):
        columns("drawings")


def test_a_word_of_one_side_tells_more_than_one_of_both_and_a_square_is_1_in_the_mean() -> None:
    rows = messages(*[(BAD, BOTH)] * 20, *[(GOOD, BOTH)] * 20)
    truth = np.arange(40) < 20
    scale = telling(rows, truth)
    assert scale[BAD] > scale[BOTH]
    assert scale[BAD] == pytest.approx(scale[GOOD])
    assert np.average(scale[[BAD, BOTH, GOOD]] ** 2, weights=[20, 40, 20]) == pytest.approx(1.0, abs=1e-3)
    assert (scale[:DIMENSIONS] == 1.0).all()
    assert (scale[columns("rules")] == 1.0).all()


def test_what_is_learned_reads_rows_as_they_are() -> None:
    rows = messages(*[(BAD, BOTH)] * 20, *[(GOOD, BOTH)] * 20)
    truth = np.arange(40) < 20
    learned = Regression.fit(rows, truth, np.ones(40, dtype=bool))
    assert ((learned.scores(rows) > 0) == truth).all()
    assert learned.weights[BAD] > 0 > learned.weights[GOOD]
    assert learned.weights[WORDS + 3] == 0  # in no message


def test_a_badly_typed_copy_weighs_less_than_a_message() -> None:
    rows = messages(*[(BAD,)] * 11, *[(GOOD,)] * 11, (BAD,), (GOOD,))
    truth = np.arange(24) < 11
    truth[22] = False  # one that says the opposite of the eleven
    as_messages = Regression.fit(rows, truth, np.ones(24, dtype=bool))
    as_copies = Regression.fit(rows, truth, np.arange(24) < 22)
    assert COPY < 1.0
    assert as_copies.scores(rows)[0] > as_messages.scores(rows)[0]
