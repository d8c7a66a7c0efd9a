"""Nothing on a skip list is ever offered: every combination of facts, not a sample."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product

import pytest

from knowledge.movements.choosing import Catalogue
from knowledge.movements.screen import PASSED, SKIPPED
from knowledge.movements.state import State
from knowledge.movements.wishes import Wish
from tests.knowledge.movements.clinical import GENERAL, RED, SKIP, is_forbidden

SCREENS = (None, PASSED, SKIPPED)


def subsets(facts: frozenset[str], sizes: Iterable[int]) -> list[frozenset[str]]:
    """Return all subsets of these sizes."""
    return [frozenset(chosen) for size in sizes for chosen in combinations(sorted(facts), size)]


def test_the_clinical_rules_speak_of_every_movement_and_of_facts_that_exist(catalogue: Catalogue) -> None:
    movements = {card for card, exercise in catalogue.exercises.items() if not exercise.is_practice}
    assert set(SKIP) == movements
    assert GENERAL | frozenset().union(*SKIP.values()) <= set(catalogue.screen.facts)


def test_no_combination_of_facts_lets_a_forbidden_form_through(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    """Goes through every subset of what a form's skip lists name, with none, one, two and all of the general facts."""
    forms = [(exercise, form) for exercise in catalogue.exercises.values() for form in exercise.forms.values()]
    general = [*subsets(GENERAL, (0, 1, 2)), GENERAL]
    count = allowed = 0
    for ending, (exercise, form) in product(SCREENS, forms):
        own = (form.skip_if | SKIP.get(exercise.card, frozenset())) - GENERAL
        for chosen in subsets(own, range(len(own) + 1)):
            for more in general:
                count += 1
                facts = chosen | more
                if not catalogue.screen.allows(exercise, form, facts, ending):
                    continue
                allowed += 1
                assert not facts & RED
                if exercise.is_practice:
                    assert not facts & form.skip_if
                else:
                    assert ending == PASSED
                    assert not is_forbidden(exercise.card, form.id, facts), (exercise.card, form.id, facts)
                assert ending != SKIPPED or not form.skip_if
    with capsys.disabled():
        print(f"\nmovements: {count:,} combinations of facts, forms and screens, {allowed:,} of them allowed", end="")
    assert allowed > 0


def test_facts_that_a_form_does_not_name_do_not_change_it(catalogue: Catalogue) -> None:
    for exercise in catalogue.exercises.values():
        for form in exercise.forms.values():
            general = () if exercise.is_practice else GENERAL
            others = set(catalogue.screen.facts) - form.skip_if - set(general) - RED
            assert catalogue.screen.allows(exercise, form, others, PASSED), (exercise.card, form.id)


def test_any_red_flag_leaves_nothing_at_all(catalogue: Catalogue) -> None:
    for flag, ending in product(sorted(RED), SCREENS):
        state = State(passed=ending, facts=(flag,))
        assert [card for card in catalogue.exercises if catalogue.allowed(state, card)] == []
        assert catalogue.offers(state)[0] == []


def test_after_a_crisis_nothing_is_left(catalogue: Catalogue) -> None:
    assert [card for card in catalogue.exercises if catalogue.allowed(State(passed=PASSED, held=True), card)] == []


def test_somebody_who_passes_over_the_question_gets_only_what_has_no_skip_list(catalogue: Catalogue) -> None:
    offers, _ = catalogue.offers(State(passed=SKIPPED))
    assert offers
    assert all(not catalogue.exercises[card].forms[form].skip_if for card, form in offers)
    assert all(catalogue.exercises[card].is_practice for card, _ in offers)


def test_the_ball_is_never_offered_by_itself(catalogue: Catalogue) -> None:
    for wish in (Wish(), Wish(area="hips"), Wish(level=2, harder=True), Wish(position="standing")):
        state = State(passed=PASSED, wish=wish)
        for _ in range(4):
            offers, _ = catalogue.offers(state)
            assert "stability-ball" not in {card for card, _ in offers}
            seen = tuple(card for card, _ in offers)
            state = State(passed=PASSED, wish=wish, offered=(*state.offered, *seen))
    assert not catalogue.may_open(State(passed=PASSED), "stability-ball")


@pytest.mark.parametrize(
    ("wish", "first"),
    [
        (Wish(position="seated"), "seated-marching"),
        (Wish(position="lying"), "leg-dangle"),
        (Wish(position="floor"), "half-kneel"),
        (Wish(position="standing"), "half-kneel"),
        (Wish(area="neck"), "somatic-yoga"),
        (Wish(area="calm"), "breathing-exercise"),
        (Wish(area="jaw"), "muscle-relaxation"),
        (Wish(equipment="bed"), "leg-dangle"),
        (Wish(level=2, harder=True), "half-kneel"),
        (Wish(minutes=1), "somatic-yoga"),
        (Wish(area="hips", position="seated"), "seated-marching"),
    ],
)
def test_a_wish_finds_what_fits_it(catalogue: Catalogue, wish: Wish, first: str) -> None:
    offers, fits = catalogue.offers(State(passed=PASSED, wish=wish))
    assert fits
    assert offers[0][0] == first
    for card, form in offers:
        assert wish.fits(catalogue.exercises[card], catalogue.exercises[card].forms[form]) == 0


def test_a_wish_that_nothing_fits_gets_what_comes_near_and_says_so(catalogue: Catalogue) -> None:
    offers, fits = catalogue.offers(State(passed=PASSED, wish=Wish(area="neck", position="lying")))
    assert offers and not fits


def test_at_most_three_are_offered_one_form_of_each_card(catalogue: Catalogue) -> None:
    offers, _ = catalogue.offers(State(passed=PASSED))
    assert len(offers) == 3
    assert len({card for card, _ in offers}) == 3


def test_another_shows_others_before_it_repeats(catalogue: Catalogue) -> None:
    first, _ = catalogue.offers(State(passed=PASSED))
    second, _ = catalogue.offers(State(passed=PASSED, offered=tuple(card for card, _ in first)))
    assert not {card for card, _ in first} & {card for card, _ in second}


def test_what_hurt_is_not_offered_again(catalogue: Catalogue) -> None:
    state = State(passed=PASSED, hurt=("seated-marching", "half-kneel"))
    offers, _ = catalogue.offers(state)
    assert not {card for card, _ in offers} & {"seated-marching", "half-kneel"}
    assert catalogue.best_form(state, "half-kneel") is None


def test_a_smaller_form_stands_in_where_the_usual_one_is_ruled_out(catalogue: Catalogue) -> None:
    form = catalogue.best_form(State(passed=PASSED, facts=("knee",)), "half-kneel")
    assert form is not None and form.id == "gentler"
    assert catalogue.reasons(State(facts=("knee", "glaucoma")), "half-kneel") == ("knee",)
