"""The dialogue around movements as one pure step: state and command in, next state and what is said out.

Screen → offers → a form's introduction → its steps → how it feels; "this hurts", a fact about the body, and stop are
taken everywhere. Nothing here knows of Rasa, and no wording is here: `knowledge.movements.said` says it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from knowledge.movements.choosing import Catalogue
from knowledge.movements.exercise import SIDES, Form
from knowledge.movements.screen import CLEARED, PASSED, SKIPPED, with_facts
from knowledge.movements.state import AFTER, HURTS, MENU, OFFERS, PLAYING, READY, SCREEN, STEP, Command, Say, State

Outcome = tuple[State, list[Say]]


def act(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    """Return the next state and what is said. An unknown `do` says where one is."""
    if state.held and command.do not in ("stop", "hurts", "hurts_now", "hurts_today", "hurts_strong", "hurts_none"):
        return state.closed(), [Say("held")]
    after, said = DOES.get(command.do, _where)(_in_range(state, catalogue), command, catalogue)
    if after.open.state in PLAYING and not _may_play(after, catalogue):
        return _screened(after.closed(), catalogue, MENU)
    return after, said


def _may_play(state: State, catalogue: Catalogue) -> bool:
    """Return whether what is open may be done: the last gate, whatever led here."""
    return state.open.form in {form.id for form in catalogue.allowed(state, state.open.card)}


# Finding


def _find(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    known = replace(state, wish=state.wish.and_then(command.wish), facts=with_facts(state.facts, command.facts))
    return _screened(known, catalogue, MENU)


def _another(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    was = () if state.open.card == MENU else (state.open.card,)
    return _find(replace(state, offered=tuple(dict.fromkeys([*state.offered, *was]))), command, catalogue)


def _screened(state: State, catalogue: Catalogue, card: str) -> Outcome:
    """Go on to `card` (the menu: to the offers) if the screen is over, else ask it; what rules out all ends it."""
    exercise = catalogue.exercises.get(card)
    red = _red(state, catalogue)
    if red:
        return red
    if exercise and exercise.is_practice:
        return _introduce(state, catalogue, card)
    against = catalogue.screen.rules_out_all(state.facts)
    if against:
        return _ruled_out(state, catalogue, against)
    if state.passed is None:
        question = Say("screen_more", facts=state.facts) if state.facts else Say("screen")
        return state.opening(SCREEN, card), [question]
    return _offer(state, catalogue) if exercise is None else _introduce(state, catalogue, card)


def _ruled_out(state: State, catalogue: Catalogue, against: tuple[str, ...]) -> Outcome:
    return state.opening(OFFERS), [Say("ruled_out", facts=against, cards=tuple(catalogue.practices(state)))]


def _offer(state: State, catalogue: Catalogue, lead: Say | None = None) -> Outcome:
    offers, fits = catalogue.offers(state)
    if not offers:
        return state.opening(OFFERS), [Say("none_fits", facts=state.facts, cards=tuple(catalogue.practices(state)))]
    again = all(card in state.offered for card, _ in offers)
    what = "offers_again" if again and fits else "offers" if fits else "offers_near"
    if lead is not None:
        what = lead.what
    seen = () if again else state.offered
    offered = tuple(dict.fromkeys([*seen, *(card for card, _ in offers)]))
    said = replace(lead or Say(what), what=what, cards=tuple(offers))
    return replace(state, offered=offered).opening(OFFERS), [said]


# The screen


def _fact(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    if not command.facts:
        return _where(state, command, catalogue)
    told = replace(state, facts=with_facts(state.facts, command.facts))
    red = _red(told, catalogue)
    if red:
        return red
    if state.open.state == SCREEN:
        return told, [Say("screen_more", facts=command.facts)]
    if state.open.state in PLAYING:
        return _filtered_again(told, command.facts, catalogue)
    if CLEARED in command.facts:
        return _screened(told, catalogue, MENU)
    what = "noted_ruled_out" if catalogue.screen.rules_out_all(told.facts) else "noted"
    return told.opening(OFFERS), [Say(what, facts=command.facts, cards=tuple(catalogue.practices(told)))]


def _filtered_again(state: State, told: tuple[str, ...], catalogue: Catalogue) -> Outcome:
    """Filter again in the middle of a movement: go on, take a smaller form, or leave it."""
    at = state.open
    forms = [form.id for form in catalogue.allowed(state, at.card)]
    if at.form in forms:
        return state, [Say("noted_fine", facts=told), _here(state)]
    if forms:
        smaller = state.opening(READY, at.card, forms[0])
        return smaller, [Say("switched", facts=told), Say("ready")]
    against = catalogue.screen.rules_out_all(state.facts)
    if against and not catalogue.exercises[at.card].is_practice:
        return _ruled_out(state, catalogue, against)
    return _offer(state, catalogue, Say("not_this_one", facts=told, name=(at.card, at.form)))


def _red(state: State, catalogue: Catalogue) -> Outcome | None:
    """Return the end of it when a red flag is known: its safety reply, and nothing else."""
    flags = [each for each in state.facts if each in catalogue.screen.red]
    if not flags:
        return None
    return replace(state.closed(), held=True), [Say("red", facts=tuple(flags))]


def _picked(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    """Take what was picked from the list for all there is to tell."""
    if state.open.state != SCREEN or not command.facts:
        return _fact(state, command, catalogue)
    told = replace(state, facts=with_facts(state.facts, command.facts), passed=PASSED)
    return _screened(told, catalogue, state.open.card)


def _none(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    """Close the screen: nothing (more) on the list fits."""
    return _screened(replace(state, passed=PASSED), catalogue, state.open.card)


def _skip(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    passed = replace(state, passed=SKIPPED)
    return _offer(passed, catalogue, Say("skipped"))


def _ask_screen(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    """Put the question again; what was told stays told."""
    card = state.open.card if state.open.card in catalogue.exercises else MENU
    return replace(state, passed=None).opening(SCREEN, card), [Say("screen")]


def _screen_again(what: str) -> Callable[[State, Command, Catalogue], Outcome]:
    def ask(state: State, command: Command, catalogue: Catalogue) -> Outcome:
        return state.opening(SCREEN, state.open.card), [Say(what, facts=state.facts)]

    return ask


# The player


def _start(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    card = command.card or state.open.card
    if card not in catalogue.exercises:
        return _find(state, command, catalogue)
    told = replace(state, facts=with_facts(state.facts, command.facts))
    if told.passed == SKIPPED and not catalogue.exercises[card].is_practice:
        told = replace(told, passed=None)  # a movement was asked for after all: the question is put again
    if command.form and told.passed == PASSED and command.form in {each.id for each in catalogue.allowed(told, card)}:
        return told.opening(READY, card, command.form), [Say("ready")]
    return _screened(told, catalogue, card)


def _introduce(state: State, catalogue: Catalogue, card: str) -> Outcome:
    form = catalogue.best_form(state, card)
    if form is None:
        exercise = catalogue.exercises[card]
        name = (card, next(iter(exercise.forms)))
        against = _against(state, catalogue, card)
        return _offer(state, catalogue, Say("not_this_one" if against else "left_out", facts=against, name=name))
    lead = []
    usual = next(iter(catalogue.exercises[card].forms))
    if form.id != usual and catalogue.reasons(state, card, usual):
        lead = [Say("switched", facts=catalogue.reasons(state, card, usual))]
    return state.opening(READY, card, form.id), [*lead, Say("ready")]


def _against(state: State, catalogue: Catalogue, card: str) -> tuple[str, ...]:
    exercise = catalogue.exercises[card]
    found = [fact for form in exercise.forms for fact in catalogue.reasons(state, card, form)]
    return tuple(dict.fromkeys(found))


def _form_of(state: State, catalogue: Catalogue) -> Form:
    return catalogue.exercises[state.open.card].forms[state.open.form]


def _in_range(state: State, catalogue: Catalogue) -> State:
    """Close what can't be open: a form that is no longer there or no longer allowed, a step past the last."""
    at = state.open
    if at.state not in (*PLAYING, HURTS, AFTER):
        return state
    exercise = catalogue.exercises.get(at.card)
    if exercise is None or at.form not in exercise.forms or not 0 <= at.at < len(exercise.forms[at.form].steps):
        return state.closed()
    return state if at.state not in PLAYING or _may_play(state, catalogue) else state.closed()


def _next(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    at = state.open
    if at.state == READY:
        on = state.opening(STEP, at.card, at.form, 0)
    elif at.state != STEP:
        return _where(state, command, catalogue)
    elif at.at + 1 < len(_form_of(state, catalogue).steps):
        on = state.opening(STEP, at.card, at.form, at.at + 1)
    else:
        return state.opening(AFTER, at.card, at.form, at.at), [Say("after")]
    return on, [_here(on)]


def _back(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    at = state.open
    if at.state == AFTER:
        before = state.opening(STEP, at.card, at.form, at.at)
    elif at.state == STEP and at.at > 0:
        before = state.opening(STEP, at.card, at.form, at.at - 1)
    elif at.state == STEP:
        before = state.opening(READY, at.card, at.form)
    elif at.state == READY:
        return _offer(state, catalogue) if state.passed else _where(state, command, catalogue)
    else:
        return _where(state, command, catalogue)
    return before, [_here(before)]


def _go_to(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    """Take the step that the page shows, which may have gone on while the network was away."""
    if state.open.state not in (*PLAYING, AFTER) or command.at is None:
        return _where(state, command, catalogue)
    at = min(max(command.at, 0), len(_form_of(state, catalogue).steps) - 1)
    there = state.opening(STEP, state.open.card, state.open.form, at)
    return there, [_here(there)]


def _here(state: State) -> Say:
    return Say("ready") if state.open.state == READY else Say("step", at=state.open.at)


def _where(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    """Say once more what is open."""
    if state.open.state in PLAYING:
        return state, [_here(state)]
    if state.open.state in (HURTS, AFTER):
        return state, [Say("hurts" if state.open.state == HURTS else "after")]
    if state.open.state == SCREEN:
        return state, [Say("screen")]
    return _screened(state, catalogue, MENU)


def _ask(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    """Answer a question in the middle from the card, and come back to the step."""
    if state.open.state not in PLAYING or command.aspect is None:
        return _where(state, command, catalogue)
    return state, [Say("aspect", aspect=command.aspect), _here(state)]


def _unclear(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    next_state, said = _where(state, command, catalogue)
    return next_state, ([Say("unclear"), *said] if state.open.state in PLAYING else said)


def _other_side(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    if state.open.state not in PLAYING:
        return _where(state, command, catalogue)
    steps = _form_of(state, catalogue).steps
    at = state.open.at if state.open.state == STEP else -1
    side = steps[at].side if at >= 0 else None
    others = [place for place, step in enumerate(steps) if step.side in SIDES and step.side != side]
    later, earlier = [p for p in others if p > at], [p for p in others if p < at]
    if later:
        said = Say("other_side", aspect=steps[later[0]].side, at=later[0])
    elif earlier:
        said = Say("other_side_before", aspect=steps[earlier[-1]].side, at=earlier[-1])
    else:
        said = Say("other_side_none")
    return state, [said, _here(state)]


def _easier(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    """Take a gentler form of what is open, or the easiest there is."""
    if state.open.state not in PLAYING:
        return _another(state, command, catalogue)
    forms = catalogue.allowed(state, state.open.card)
    now = [form.id for form in forms].index(state.open.form)
    if now + 1 < len(forms) and forms[now + 1].level <= forms[now].level:
        return state.opening(READY, state.open.card, forms[now + 1].id), [Say("ready")]
    return state, [Say("nothing_gentler"), _here(state)]


def _stop(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    was = state.open.state in (*PLAYING, AFTER)
    hurt_next = state.opening(OFFERS, MENU) if not was else state.opening("stopped", state.open.card, state.open.form)
    return hurt_next, [Say("stopped")]


# When it hurts, and afterwards


def _hurts(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    hurting = replace(state, hurt=_with_this_one(state))
    return replace(hurting, open=replace(state.open, state=HURTS)), [Say("hurts")]


def _with_this_one(state: State) -> tuple[str, ...]:
    return state.hurt if state.open.card == MENU else tuple(dict.fromkeys([*state.hurt, state.open.card]))


def _hurts_red(fact: str) -> Callable[[State, Command, Catalogue], Outcome]:
    def end(state: State, command: Command, catalogue: Catalogue) -> Outcome:
        known = replace(state, facts=with_facts(state.facts, (fact,)), hurt=_with_this_one(state))
        return _red(known, catalogue) or (known.closed(), [Say("held")])

    return end


def _hurts_strong(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    known = replace(state, facts=with_facts(state.facts, ("strong_pain",)), hurt=_with_this_one(state))
    return known.opening(OFFERS), [Say("hurts_doctor", cards=tuple(catalogue.practices(known)))]


def _hurts_none(state: State, command: Command, catalogue: Catalogue) -> Outcome:
    known = replace(state, hurt=_with_this_one(state))
    return known.opening(OFFERS), [Say("hurts_over", cards=tuple(catalogue.practices(known)))]


def _feel(what: str) -> Callable[[State, Command, Catalogue], Outcome]:
    def after(state: State, command: Command, catalogue: Catalogue) -> Outcome:
        if what == "after_worse":
            return replace(state, hurt=_with_this_one(state), open=replace(state.open, state=HURTS)), [Say(what)]
        return state.opening(OFFERS), [Say(what)]

    return after


DOES: dict[str, Callable[[State, Command, Catalogue], Outcome]] = {
    "find": _find,
    "another": _another,
    "fact": _fact,
    "picked": _picked,
    "none": _none,
    "skip": _skip,
    "ask_screen": _ask_screen,
    "which": _screen_again("screen_which"),
    "unclear_fact": _screen_again("screen_unclear"),
    "start": _start,
    "next": _next,
    "back": _back,
    "go_to": _go_to,
    "repeat": _where,
    "resume": _where,
    "ask": _ask,
    "unclear": _unclear,
    "other_side": _other_side,
    "easier": _easier,
    "stop": _stop,
    "hurts": _hurts,
    "hurts_now": _hurts_red("red_now"),
    "hurts_today": _hurts_red("red_today"),
    "hurts_strong": _hurts_strong,
    "hurts_none": _hurts_none,
    "looser": _feel("after_looser"),
    "same": _feel("after_same"),
    "worse": _feel("after_worse"),
}
