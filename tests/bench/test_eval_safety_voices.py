"""The measure on writers who were left out: who is left out, what counts as what, and the curve."""

from __future__ import annotations

import pytest

from bench.eval_safety import Row
from bench.eval_safety_voices import NEW, Read, authors, by_author, curve, dealt, wanted, without
from knowledge.safety.classifier import Example
from knowledge.safety.data import SAFETY


def example(text: str, tier: str = "T0", source: str = "somebody_en.yml", slips: bool = False) -> Example:
    return Example(text, tier, "none" if tier == "T0" else "self", "en", source, slips)


def read(want: str, belief: float, lang: str = "en") -> Read:
    return Read(Row("a message", want, "self", lang, "first", "voices"), {"crisis": belief})


def test_every_file_that_is_named_exists_once() -> None:
    named = list(authors())
    assert all((SAFETY / "examples" / name).is_file() for name in named)
    assert len(set(named)) == len(named)


def test_a_file_that_nobody_named_is_a_new_author_and_rules_cards_and_slips_are_none() -> None:
    own, slipped = example("one"), example("oen", slips=True)
    card, rule = example("two", source="topics/psoas.yml"), example("three", source="phrases")
    found = by_author([own, slipped, card, rule], {"another_en.yml": "first"})
    assert found == {NEW: [own]}


def test_authors_are_dealt_out_so_that_groups_are_about_as_large() -> None:
    written = {
        author: [example(str(n)) for n in range(size)] for author, size in (("a", 9), ("b", 5), ("c", 4), ("d", 1))
    }
    assert dealt(written, 2) == [["a", "d"], ["b", "c"]]
    assert dealt({"a": written["a"]}, 5) == [["a"]]


def test_an_author_leaves_with_the_badly_typed_copies() -> None:
    own, slipped, other = example("one"), example("oen", slips=True), example("two", source="other_en.yml")
    assert without([own, slipped, other], [own]) == [other]


@pytest.mark.parametrize(
    ("tier", "source", "want"),
    [
        ("T1", "night_en.yml", "crisis"),
        ("T2", "night_en.yml", "crisis"),
        ("M1", "night_en.yml", "emergency"),
        ("M2", "night_en.yml", "today"),
        ("T3", "night_en.yml", "ask"),
        ("T0", "night_en.yml", "trap"),
        ("T0", "traps_en.yml", "trap"),
        ("T0", "days_en.yml", "ordinary"),
    ],
)
def test_what_is_harmless_beside_crises_is_a_trap(tier: str, source: str, want: str) -> None:
    assert wanted(example("a message", tier, source), {"night_en.yml"}) == want


def test_the_curve_is_whole_where_crises_stand_above_all_else_and_half_where_nothing_tells() -> None:
    harmless = [read("ordinary", 0.1), read("trap", 0.2)]
    assert curve([*harmless, read("crisis", 0.9), read("crisis", 0.8)], "crisis", "crisis", "en") == (1.0, 1.0)
    blind = [*harmless, *(read("crisis", each.belief["crisis"]) for each in harmless)]
    assert curve(blind, "crisis", "crisis", "en")[0] == 0.5


def test_the_curve_looks_at_one_language_and_its_limit_at_all() -> None:
    rows = [read("ordinary", 0.5, "es"), read("ordinary", 0.1), read("crisis", 0.4), read("crisis", 0.6)]
    assert curve(rows, "crisis", "crisis", "en") == (1.0, 0.5)
