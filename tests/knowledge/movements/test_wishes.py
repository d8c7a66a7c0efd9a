from __future__ import annotations

import pytest

from knowledge.movements.guide import Guide
from knowledge.movements.wishes import Wish, asks_for_one, wish_in, wish_of


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("something for my hips", Wish(area="hips")),
        ("at my desk", Wish(position="seated")),
        ("lying down", Wish(position="lying")),
        ("two minutes", Wish(minutes=2)),
        ("got a 5 min one?", Wish(minutes=5)),
        ("easier", Wish(level=1)),
        ("something harder please", Wish(level=2, harder=True)),
        ("one for my neck while i sit in the car", Wish(area="neck", position="seated")),
        ("on the floor", Wish(position="floor")),
        ("in bed", Wish(position="lying", equipment="bed")),
        ("no equipment", Wish(equipment="none")),
        ("what is trauma", Wish()),
    ],
)
def test_a_wish_is_read_from_plain_words(guide: Guide, text: str, wish: Wish) -> None:
    assert wish_in(text, guide.words) == wish


@pytest.mark.parametrize(
    "text", ["give me something for my hips", "show me a stretch", "another exercise", "i need a move"]
)
def test_asking_for_a_movement_is_noticed(guide: Guide, text: str) -> None:
    assert asks_for_one(text, guide.words)


@pytest.mark.parametrize("text", ["why are my hips tight", "my hips", "what is the psoas"])
def test_asking_about_something_is_not_asking_for_a_movement(guide: Guide, text: str) -> None:
    assert not asks_for_one(text, guide.words)


def test_what_is_wished_for_later_refines_what_was_wished_for_before() -> None:
    wish = Wish(area="hips", minutes=5).and_then(Wish(minutes=2)).and_then(Wish(level=2, harder=True))
    assert wish == Wish(area="hips", minutes=2, level=2, harder=True)
    assert wish.and_then(Wish(level=1)) == Wish(area="hips", minutes=2, level=1)


def test_a_wish_survives_a_slot() -> None:
    wish = Wish(area="hips", level=2, harder=True)
    assert wish_of(wish.as_dict()) == wish
    assert not wish_of(None)
    assert wish_of({"area": "hips", "odd": 1}) == Wish(area="hips")
