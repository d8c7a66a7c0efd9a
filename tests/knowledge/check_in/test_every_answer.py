"""The decision, proven over every combination of answers: each stands for all that are interchangeable with it.

Prints how many combinations there are and how many ways to answer they stand for (`pytest -s`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from knowledge.check_in.content import Question, load_check_in
from knowledge.check_in.decision import decide, is_asked

CHECK_IN = load_check_in()
LEVELS = [level.id for level in CHECK_IN.levels]


@dataclass(frozen=True)
class Answer:
    """An answer that stands for all that are interchangeable with it: `count` sets of choices."""

    picked: tuple[str, ...]
    count: int


def interchangeable(question: Question) -> list[list[str]]:
    """Return the choices in groups of the same effect, as far as the content tells; a referred one stays apart."""
    referred = {choice for each in CHECK_IN.questions for choice in each.asked_if.get(question.id, ())}
    groups: dict[tuple[Any, ...], list[str]] = {}
    for choice in question.choices:
        groups.setdefault((choice.effect, choice.holds, choice.only, choice.id in referred), []).append(choice.id)
    return list(groups.values())


def answers_to(question: Question) -> list[Answer]:
    """Return left out, then every set of groups (or every group, where one choice may be picked)."""
    groups = interchangeable(question)
    most = len(groups) if question.several else 1
    found = [Answer((), 1)]
    for size in range(1, most + 1):
        for chosen in itertools.combinations(groups, size):
            count = math.prod(2 ** len(group) - 1 for group in chosen) if question.several else len(chosen[0])
            found.append(Answer(tuple(group[0] for group in chosen), count))
    return found


#: The axes of the whole space: each a list of answers to one question, or to one and the question that hangs on it.
Axis = list[dict[str, Answer]]


def axes() -> list[Axis]:
    """Return the axes. A question whose choices lead nowhere at all is left out: its answers are interchangeable."""
    found: list[Axis] = []
    for question in CHECK_IN.questions:
        leads = question.red_flag or question.screen or any(each.effect or each.holds for each in question.choices)
        referred = any(question.id in each.asked_if for each in CHECK_IN.questions)
        if question.asked_if:
            at = next(at for at, axis in enumerate(found) if set(question.asked_if) & set(axis[0]))
            found[at] = [
                {**before, question.id: answer} if asked else before
                for before in found[at]
                for asked in [is_asked(question, {name: each.picked for name, each in before.items()})]
                for answer in (answers_to(question) if asked else [Answer((), 1)])
            ]
        elif leads or referred:
            found.append([{question.id: answer} for answer in answers_to(question)])
    return found


@dataclass(frozen=True)
class Space:
    """The outcome of every combination: the place of its level in LEVELS, and whether movement may be offered."""

    axes: list[Axis]
    levels: npt.NDArray[np.int8]
    movement: npt.NDArray[np.bool_]

    def axis(self, question: str) -> int:
        return next(at for at, axis in enumerate(self.axes) if any(question in answers for answers in axis))

    def where(self, question: str, holds: Callable[[tuple[str, ...] | None], bool]) -> npt.NDArray[np.bool_]:
        """Return, broadcast over the whole space, where the answer to a question holds; None is: not asked."""
        at = self.axis(question)
        found = [holds(answers[question].picked if question in answers else None) for answers in self.axes[at]]
        shape = [1] * self.levels.ndim
        shape[at] = len(found)
        return np.broadcast_to(np.array(found).reshape(shape), self.levels.shape)


@pytest.fixture(scope="module")
def space() -> Space:
    found = axes()
    shape = tuple(map(len, found))
    levels = np.empty(shape, dtype=np.int8)
    movement = np.empty(shape, dtype=np.bool_)
    place = {level: at for at, level in enumerate(LEVELS)}
    counts = [sum(math.prod(each.count for each in answers.values()) for answers in axis) for axis in found]
    spots = itertools.product(*(range(length) for length in shape))
    plain = [[{name: each.picked for name, each in answers.items()} for answers in axis] for axis in found]
    for spot, parts in zip(spots, itertools.product(*plain), strict=True):
        given_answers = {name: picked for part in parts for name, picked in part.items()}
        result = decide(CHECK_IN, given_answers)
        levels[spot] = place[result.level]
        movement[spot] = result.movement
        for reason in (*result.reasons, *result.held_by):
            picked = given_answers.get(reason.question, ())
            assert (reason.choice in picked) if reason.choice else not picked, (given_answers, reason)
    led = {name for axis in found for answers in axis for name in answers}
    counts += [1 + len(question.choices) for question in CHECK_IN.questions if question.id not in led]
    print(f"\n{levels.size:,} combinations, standing for {math.prod(counts):,} ways to answer")
    return Space(found, levels, movement)


RED_FLAGS = [question.id for question in CHECK_IN.questions if question.red_flag]
MOST_URGENT = LEVELS.index("A")


def effects(question: str, picked: tuple[str, ...] | None) -> set[str | None]:
    return {CHECK_IN.question(question).choice(each).effect for each in picked or ()}


@pytest.mark.parametrize("question", [q.id for q in CHECK_IN.questions if any(c.effect for c in q.choices)])
@pytest.mark.parametrize("level", [level for level in LEVELS if level != "D"])
def test_a_picked_flag_leads_to_its_level_or_a_more_urgent_one_whatever_else_is_answered(
    space: Space, question: str, level: str
) -> None:
    flagged = space.where(question, lambda picked: level in effects(question, picked))
    assert (space.levels[flagged] <= LEVELS.index(level)).all()


def test_a_flag_for_911_is_beaten_by_a_crisis_alone(space: Space) -> None:
    flags = [space.where(name, lambda picked, name=name: "A" in effects(name, picked)) for name in RED_FLAGS]
    crisis = space.where("now", lambda picked: "crisis" in effects("now", picked))
    flagged = np.logical_or.reduce(flags)
    assert (space.levels[flagged & ~crisis] == MOST_URGENT).all()
    assert (space.levels[crisis] == LEVELS.index("crisis")).all()


def neighbours(space: Space) -> Iterator[tuple[int, int, int]]:
    """Yield (axis, less, more): answers of which the second has all choices of the first, and more."""
    for at, axis in enumerate(space.axes):
        for less, more in itertools.permutations(range(len(axis)), 2):
            before = {name: set(answer.picked) for name, answer in axis[less].items()}
            after = {name: set(answer.picked) for name, answer in axis[more].items()}
            if all(before.values()) and all(before[name] <= after.get(name, set()) for name in before):
                yield at, less, more


def test_picking_one_more_choice_never_lowers_the_outcome_and_never_brings_movement_back(space: Space) -> None:
    pairs = list(neighbours(space))
    assert len(pairs) > 30
    for at, less, more in pairs:
        before, after = space.levels.take(less, at), space.levels.take(more, at)
        assert (after <= before).all(), (space.axes[at][less], space.axes[at][more])
        assert (~space.movement.take(more, at) | space.movement.take(less, at)).all()


def test_leaving_a_question_out_never_leads_to_less_than_answering_that_nothing_fits(space: Space) -> None:
    for question in CHECK_IN.questions:
        if question.asked_if or not any(question.id in answers for axis in space.axes for answers in axis):
            continue
        at = space.axis(question.id)
        harmless = [
            spot
            for spot, answers in enumerate(space.axes[at])
            if answers[question.id].picked
            and not any(effects(name, each.picked) - {None} for name, each in answers.items())
        ]
        [left_out] = [spot for spot, answers in enumerate(space.axes[at]) if not answers[question.id].picked]
        assert harmless, question.id
        least = np.minimum.reduce([space.levels.take(spot, at) for spot in harmless if len(space.axes[at][spot]) == 1])
        assert (space.levels.take(left_out, at) <= least).all(), question.id


def test_a_red_flag_question_left_out_leads_to_c_at_least_and_to_no_movement(space: Space) -> None:
    for name in RED_FLAGS:
        left_out = space.where(name, lambda picked: picked == ())
        assert left_out.any()
        assert (space.levels[left_out] <= LEVELS.index("C")).all()
        assert not space.movement[left_out].any()


def test_the_calm_outcome_needs_none_on_every_red_flag_question(space: Space) -> None:
    calm = space.levels == LEVELS.index("D")
    assert calm.any()
    for name in RED_FLAGS:
        plainly_none = space.where(name, lambda picked: picked is None or picked == ("none",))
        assert plainly_none[calm].all(), name


def test_no_movement_where_care_is_urgent_or_anything_holds_it_back(space: Space) -> None:
    urgent = space.levels <= LEVELS.index("minor")
    assert not space.movement[urgent].any()
    for name in RED_FLAGS:
        any_flag = space.where(name, lambda picked, name=name: bool(effects(name, picked) - {None}))
        assert not space.movement[any_flag].any()
    screened = space.where("movement", lambda picked: picked == ("none",))
    assert not space.movement[~screened].any()
    assert space.movement.any()
