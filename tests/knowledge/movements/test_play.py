"""The dialogue around movements: what follows on what, and that no way through it leads past a skip list."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import pytest

from knowledge.answers import Situation
from knowledge.cards import Library
from knowledge.movements import said as speaking
from knowledge.movements.choosing import Catalogue
from knowledge.movements.play import DOES, act
from knowledge.movements.screen import PASSED, SKIPPED
from knowledge.movements.state import (
    AFTER,
    HURTS,
    MENU,
    OFFERS,
    READY,
    SCREEN,
    STEP,
    Command,
    Open,
    Say,
    State,
    command_of,
    slots_of,
    state_of,
)
from knowledge.movements.wishes import Wish
from tests.knowledge.movements.clinical import GENERAL, RED, is_forbidden

KNEELING = State(passed=PASSED).opening(READY, "half-kneel", "usual")
STEPS = 5


def does(state: State, catalogue: Catalogue, *commands: str | Command) -> tuple[State, list[Say]]:
    """Take one command after the other; return where that leads and what was said last."""
    said: list[Say] = []
    for each in commands:
        state, said = act(state, each if isinstance(each, Command) else Command(each), catalogue)
    return state, said


def what(said: list[Say]) -> list[str]:
    return [each.what for each in said]


# The screen


def test_the_first_movement_waits_for_the_question(catalogue: Catalogue) -> None:
    state, said = does(State(), catalogue, "find")
    assert (state.open.state, what(said)) == (SCREEN, ["screen"])
    state, said = does(State(), catalogue, Command("start", "half-kneel"))
    assert (state.open, what(said)) == (Open(SCREEN, "half-kneel"), ["screen"])


def test_nothing_fits_leads_on_to_what_was_asked_for(catalogue: Catalogue) -> None:
    state, said = does(State(), catalogue, Command("start", "half-kneel"), "none")
    assert (state.open, what(said)) == (Open(READY, "half-kneel", "usual"), ["ready"])
    state, said = does(State(), catalogue, Command("find", wish=Wish(area="neck")), "none")
    assert said[0].cards[0][0] == "somatic-yoga"


def test_several_facts_may_be_told_one_after_the_other(catalogue: Catalogue) -> None:
    told = Command("fact", facts=("knee",)), Command("fact", facts=("balance", "glaucoma"))
    state, said = does(State(), catalogue, "find", *told)
    assert (state.facts, state.open.state, what(said)) == (("knee", "balance", "glaucoma"), SCREEN, ["screen_more"])
    state, said = does(state, catalogue, "none")
    assert {card for card, _ in said[0].cards} <= {"seated-marching", "leg-dangle", "leg-lifts"}


def test_what_is_picked_from_the_list_is_all_there_is_to_tell(catalogue: Catalogue) -> None:
    state, said = does(State(), catalogue, "find", Command("picked", facts=("knee", "balance")))
    assert (state.facts, state.passed, what(said)) == (("knee", "balance"), PASSED, ["offers"])
    state, said = does(State(), catalogue, Command("start", "half-kneel"), Command("picked", facts=("knee",)))
    assert (state.open, what(said)) == (Open(READY, "half-kneel", "gentler"), ["switched", "ready"])


def test_a_red_flag_among_what_is_picked_ends_it(catalogue: Catalogue) -> None:
    state, said = does(State(), catalogue, "find", Command("picked", facts=("knee", "red_now", "falls")))
    assert (state.held, state.open.state, what(said)) == (True, "", ["red"])


def test_what_is_picked_while_nothing_was_asked_passes_no_screen(catalogue: Catalogue) -> None:
    state, _ = does(State(), catalogue, Command("picked", facts=("knee",)))
    assert state.passed is None
    state, said = does(State(), catalogue, "find", "picked")
    assert (state.passed, what(said)) == (None, ["screen"])


def test_a_fact_that_rules_out_every_movement_leaves_the_calm_practices(catalogue: Catalogue) -> None:
    _, said = does(State(), catalogue, "find", Command("fact", facts=("pregnant",)), "none")
    assert what(said) == ["ruled_out"]
    assert said[0].cards and all(catalogue.exercises[card].is_practice for card, _ in said[0].cards)
    assert said[0].facts == ("pregnant",)


def test_a_red_flag_ends_it_with_the_safety_reply(catalogue: Catalogue) -> None:
    for flag in sorted(RED):
        state, said = does(State(), catalogue, "find", Command("fact", facts=(flag,)))
        assert (state.held, state.open, said) == (True, Open(), [Say("red", facts=(flag,))])
        assert what(does(state, catalogue, "find")[1]) == ["held"]


def test_passing_over_the_question_offers_what_is_safe_for_everybody_and_a_movement_asks_again(
    catalogue: Catalogue,
) -> None:
    state, said = does(State(), catalogue, "find", "skip")
    assert (state.passed, what(said)) == (SKIPPED, ["skipped"])
    assert [card for card, _ in said[0].cards] == ["grounding"]
    assert what(does(state, catalogue, Command("start", "half-kneel"))[1]) == ["screen"]
    assert does(state, catalogue, "ask_screen")[0].open.state == SCREEN


def test_a_practice_needs_no_screen(catalogue: Catalogue) -> None:
    state, said = does(State(), catalogue, Command("start", "grounding"))
    assert (state.open, what(said)) == (Open(READY, "grounding", "usual"), ["ready"])


def test_a_cleared_hip_leaves_small_forms(catalogue: Catalogue) -> None:
    state, said = does(State(), catalogue, Command("fact", facts=("hip_replacement",)))
    assert what(said) == ["noted_ruled_out"]
    _, said = does(state, catalogue, Command("fact", facts=("hip_replacement_cleared",)), "none")
    assert what(said) == ["offers"]
    assert {card for card, _ in said[0].cards} & {"half-kneel", "leg-dangle"} == set()


# The player


def test_the_steps_go_on_and_back_to_the_end_and_ask_how_it_feels(catalogue: Catalogue) -> None:
    state = KNEELING
    seen = []
    for _ in range(STEPS):
        state, said = does(state, catalogue, "next")
        seen.append((state.open.state, state.open.at, what(said)))
    assert seen == [(STEP, at, ["step"]) for at in range(STEPS)]
    assert does(state, catalogue, "back")[0].open.at == STEPS - 2
    state, said = does(state, catalogue, "next")
    assert (state.open.state, what(said)) == (AFTER, ["after"])
    assert does(state, catalogue, "back")[0].open == Open(STEP, "half-kneel", "usual", STEPS - 1)


def test_back_from_the_first_step_leads_to_the_introduction_and_from_there_to_the_offers(catalogue: Catalogue) -> None:
    first, _ = does(KNEELING, catalogue, "next")
    intro, said = does(first, catalogue, "back")
    assert (intro.open.state, what(said)) == (READY, ["ready"])
    assert does(intro, catalogue, "back")[0].open.state == OFFERS


def test_repeat_says_where_one_is(catalogue: Catalogue) -> None:
    state, _ = does(KNEELING, catalogue, "next", "next")
    assert does(state, catalogue, "repeat") == (state, [Say("step", at=1)])


def test_the_page_may_have_gone_on_without_the_network(catalogue: Catalogue) -> None:
    state, _ = does(KNEELING, catalogue, "next", Command("go_to", at=3))
    assert state.open.at == 3
    assert does(state, catalogue, Command("go_to", at=99))[0].open.at == STEPS - 1
    assert does(State(), catalogue, Command("go_to", at=3))[0].open.state == SCREEN


@pytest.mark.parametrize("aspect", ["why", "how_long", "evidence", "is_it_for_me"])
def test_a_question_in_the_middle_is_answered_and_the_step_comes_again(catalogue: Catalogue, aspect: str) -> None:
    state, _ = does(KNEELING, catalogue, "next", "next")
    assert does(state, catalogue, Command("ask", aspect=aspect)) == (
        state,
        [Say("aspect", aspect=aspect), Say("step", at=1)],
    )


def test_the_other_side_is_found_before_or_after(catalogue: Catalogue) -> None:
    state, _ = does(KNEELING, catalogue, "next")
    assert does(state, catalogue, "other_side")[1][0] == Say("other_side", aspect="right", at=2)
    state, _ = does(state, catalogue, "next", "next", "next")
    assert does(state, catalogue, "other_side")[1][0] == Say("other_side_before", aspect="left", at=1)
    breathing, _ = does(State(), catalogue, Command("start", "breathing-exercise"), "next")
    assert what(does(breathing, catalogue, "other_side")[1]) == ["other_side_none", "step"]


def test_easier_takes_the_gentler_form_and_then_says_that_it_is_the_gentlest(catalogue: Catalogue) -> None:
    state, said = does(KNEELING, catalogue, "easier")
    assert (state.open, what(said)) == (Open(READY, "half-kneel", "gentler"), ["ready"])
    assert what(does(state, catalogue, "easier")[1]) == ["nothing_gentler", "ready"]


def test_a_fact_in_the_middle_filters_again_at_once(catalogue: Catalogue) -> None:
    state, _ = does(KNEELING, catalogue, "next", "next")
    on, said = does(state, catalogue, Command("fact", facts=("glaucoma",)))
    assert (on.open, what(said)) == (state.open, ["noted_fine", "step"])
    smaller, said = does(state, catalogue, Command("fact", facts=("no_floor",)))
    assert (smaller.open, what(said)) == (Open(READY, "half-kneel", "gentler"), ["switched", "ready"])
    _, said = does(state, catalogue, Command("fact", facts=("hip_pinch",)))
    assert what(said) == ["not_this_one"] and "half-kneel" not in {card for card, _ in said[0].cards}
    none, said = does(state, catalogue, Command("fact", facts=("pregnant",)))
    assert (none.open.state, what(said)) == (OFFERS, ["ruled_out"])


def test_it_hurts_asks_for_red_flags_and_never_goes_on(catalogue: Catalogue) -> None:
    state, said = does(KNEELING, catalogue, "next", "hurts")
    assert (state.open.state, what(said)) == (HURTS, ["hurts"])
    assert what(does(state, catalogue, "next")[1]) == ["hurts"]
    assert does(state, catalogue, "hurts_now")[1] == [Say("red", facts=("red_now",))]
    assert does(state, catalogue, "hurts_today")[1] == [Say("red", facts=("red_today",))]
    over, said = does(state, catalogue, "hurts_none")
    assert (over.hurt, what(said)) == (("half-kneel",), ["hurts_over"])
    assert "half-kneel" not in {card for card, _ in does(over, catalogue, "find")[1][0].cards}
    strong, said = does(state, catalogue, "hurts_strong")
    assert what(said) == ["hurts_doctor"] and what(does(strong, catalogue, "find")[1]) == ["ruled_out"]


def test_stop_closes_it_from_anywhere_and_it_may_still_be_told_that_it_hurt(catalogue: Catalogue) -> None:
    state, said = does(KNEELING, catalogue, "next", "stop")
    assert what(said) == ["stopped"]
    assert state.open.state not in (READY, STEP)
    assert does(state, catalogue, "hurts")[0].hurt == ("half-kneel",)


def test_worse_afterwards_stops_asks_for_red_flags_and_leaves_that_movement_out(catalogue: Catalogue) -> None:
    after, _ = does(KNEELING, catalogue, *["next"] * (STEPS + 1))
    state, said = does(after, catalogue, "worse")
    assert (state.open.state, what(said), state.hurt) == (HURTS, ["after_worse"], ("half-kneel",))
    assert what(does(after, catalogue, "looser")[1]) == ["after_looser"]
    assert what(does(after, catalogue, "same")[1]) == ["after_same"]


def test_a_form_that_is_gone_from_the_card_is_closed_and_not_shown(catalogue: Catalogue) -> None:
    for gone in (
        Open(STEP, "half-kneel", "no-such-form", 0),
        Open(STEP, "no-such-card", "usual", 0),
        Open(STEP, "half-kneel", "usual", 99),
    ):
        state, said = does(State(open=gone, passed=PASSED), catalogue, "next")
        assert state.open.state == OFFERS and what(said) == ["offers"]


def test_state_and_command_survive_slots_and_entities() -> None:
    state = State(
        Open(STEP, "half-kneel", "usual", 2), PASSED, ("knee",), Wish(area="hips"), ("marching",), ("leg-lifts",)
    )
    assert state_of(slots_of(state), held=False) == state
    assert state_of({}, held=False) == State()
    command = Command("find", "half-kneel", "usual", "why", 0, ("knee", "pregnant"), Wish(minutes=2))
    assert command_of(command.as_entities()) == command
    said = Say("offers", ("knee",), ("half-kneel", "usual"), (("marching", "usual"),), "why", 2)
    assert Say.from_dict(said.as_dict()) == said


# Everything


def states(catalogue: Catalogue, facts: tuple[str, ...], passed: str | None, held: bool) -> Iterator[State]:
    """Yield every state that can be open with these facts, the impossible ones too."""
    base = State(passed=passed, facts=facts, held=held)
    yield base
    for state in (SCREEN, OFFERS):
        yield base.opening(state)
    for card, exercise in catalogue.exercises.items():
        yield base.opening(SCREEN, card)
        for name, form in exercise.forms.items():
            for state in (READY, HURTS, AFTER, "stopped"):
                yield base.opening(state, card, name)
            for at in range(len(form.steps)):
                yield base.opening(STEP, card, name, at)


def commands(catalogue: Catalogue) -> list[Command]:
    """Return every command, with every fact that it can come with."""
    found = [Command(do) for do in [*DOES, "no-such-command"]]
    found += [Command("fact", facts=(fact,)) for fact in catalogue.screen.facts]
    return [*found, Command("ask", aspect="why"), Command("go_to", at=1)]


def openings(catalogue: Catalogue) -> list[Command]:
    """Return every command that asks for a card, a form or a kind of movement."""
    found = [Command("start", card) for card in catalogue.exercises]
    found += [Command("start", card, form) for card, each in catalogue.exercises.items() for form in each.forms]
    return [*found, *(Command("find", wish=Wish(position=place)) for place in ("seated", "standing", "floor", "lying"))]


#: What is tried with pairs of facts: whatever opens or goes on.
TELLING = ("find", "next", "resume", "start", "easier", "back")


def is_fine(state: State, said: list[Say], catalogue: Catalogue) -> None:
    """Fail if a form that must not be is open or offered."""
    facts = frozenset(state.facts)
    shown = list(said[-1].cards) if said else []
    if state.open.state in (READY, STEP):
        shown.append((state.open.card, state.open.form))
    for each in said:
        shown += each.cards
    for card, form in shown:
        exercise = catalogue.exercises[card]
        assert not state.held
        assert not facts & RED
        assert card not in state.hurt
        if exercise.is_practice:
            assert not exercise.forms[form].skip_if & facts
        else:
            assert state.passed == PASSED
            assert not is_forbidden(card, form, facts), (card, form, facts)
        assert state.passed != SKIPPED or not exercise.forms[form].skip_if


def test_no_way_from_any_state_leads_past_a_skip_list(catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    """Takes every command in every state with every answer to the screen, and what opens a form with pairs of them."""
    every, opening = commands(catalogue), openings(catalogue)
    alone = [(), *((fact,) for fact in catalogue.screen.facts)]
    telling = sorted(set(catalogue.screen.facts) - GENERAL)
    answers = [(PASSED, facts, False) for facts in alone]
    answers += [(None, (), False), (None, ("knee",), False), (SKIPPED, (), False), (PASSED, (), True)]
    count = 0
    for passed, facts, held in answers:
        base = State(passed=passed, facts=facts, held=held)
        tried = [(state, command) for state in states(catalogue, facts, passed, held) for command in every]
        tried += [(base.opening(OFFERS), command) for command in opening]
        for state, command in tried:
            count += 1
            is_fine(*act(state, command, catalogue), catalogue)
    for facts in combinations(telling, 2):
        for card, exercise in catalogue.exercises.items():
            for form in exercise.forms:
                for do in TELLING:
                    count += 1
                    there = State(passed=PASSED, facts=facts).opening(READY, card, form)
                    is_fine(*act(there, Command(do, card, form), catalogue), catalogue)
    with capsys.disabled():
        print(f"\nmovements: {count:,} steps of the dialogue (state x command x answer to the screen)", end="")
    assert count > 100_000


def test_everything_that_can_be_said_is_a_message_that_stands_alone(
    library: Library, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: set[tuple[object, ...]] = set()
    for facts, passed in product([(), ("knee",)], (PASSED,)):
        for state in states(catalogue, facts, passed, held=False):
            for command in commands(catalogue):
                after, said = act(state, command, catalogue)
                key = (after.open, after.facts, after.passed, *said)
                if "red" in what(said) or key in seen:
                    continue
                seen.add(key)
                for message in speaking.say(library, said, after, Situation(movements=after)):
                    assert message["text"].strip() and "{" not in message["text"]
                    labels = [choice["label"] for choice in message["choices"]]
                    assert len(set(labels)) == len(labels), labels
                    assert all(0 < len(label) <= 80 for label in labels), labels
    with capsys.disabled():
        print(f"\nmovements: {len(seen):,} different answers said", end="")


def test_the_menu_is_a_card() -> None:
    assert MENU == "stretch-menu"
