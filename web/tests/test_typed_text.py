"""What is done to a visitor's text."""

import pytest

from unclench_web.conversations.typed_text import clean, neutralise


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  hello  ", "hello"),
        ("two\r\nlines\rand\u2028more", "two\nlines\nand\nmore"),
        ("tab\tbed", "tab bed"),
        ("\ufeffmark", "mark"),
        ("su\u200bi\u200cc\u200di\u2060de", "suicide"),
        ("\u202eright to left\u202c", "right to left"),
        ("العربية", "العربية"),
        ("עברית", "עברית"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("👍🏽 ❤️", "👍🏽 ❤️"),
        ("naïve café ¿qué?", "naïve café ¿qué?"),
        ("a\u0301", "a\u0301"),
        ("\x00\x1b\x7f\x85", ""),
    ],
)
def test_only_what_can_be_seen_is_kept(typed: str, kept: str) -> None:
    assert clean(typed) == kept
    assert clean(clean(typed)) == clean(typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/ask{}", "ask{}"),
        ("// /ask", "ask"),
        ("\uff0fask", "ask"),
        ("and/or", "and/or"),
        ("24/7?", "24/7?"),
        ("/", ""),
    ],
)
def test_leading_slashes_are_taken_away_and_others_stay(typed: str, said: str) -> None:
    assert neutralise(typed) == said
