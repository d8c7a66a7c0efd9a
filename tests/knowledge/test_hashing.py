from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.hashing import HashedCounts

CHARACTERS = HashedCounts(1 << 10, analyzer="char_wb", ngram_range=(2, 4))
WORDS = HashedCounts(1 << 10, tokenizer=str.split, token_pattern=None, ngram_range=(1, 3), lowercase=False)


@pytest.mark.parametrize("counts", [CHARACTERS, WORDS], ids=["characters", "words"])
@given(text=st.text(max_size=60))
def test_the_short_cut_for_one_text_gives_the_row_that_scikit_learn_gives(counts: HashedCounts, text: str) -> None:
    text = text.encode(errors="ignore").decode()
    whole = counts.rows([text]).toarray()[0]
    places, numbers = counts.row(text)
    short = np.zeros_like(whole)
    short[places] = numbers
    assert np.allclose(short, whole, atol=1e-6)


def test_a_row_has_length_one_and_an_empty_text_has_none() -> None:
    assert np.linalg.norm(CHARACTERS.row("why is my jaw tight")[1]) == pytest.approx(1.0)
    assert len(CHARACTERS.row("")[0]) == 0


def test_lists_of_names_are_counted_as_they_are() -> None:
    listed = HashedCounts(1 << 10, analyzer=lambda names: names)
    places, numbers = listed.row(["a", "b", "a"])
    assert sorted(numbers.round(4)) == pytest.approx(sorted(np.array([1, 2]) / np.sqrt(5)), abs=1e-3)
    assert len(set(places)) == 2
