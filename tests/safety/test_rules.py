"""The phrase rules: what each catches and spares, about whom, when, and whether it is meant."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.safety import SafetyRules
from knowledge.safety.data import phrase_rules
from knowledge.safety.rules import Finding, RuleError, Rules

RULES, EXEMPTIONS = phrase_rules()


def sentences(entries: list[dict[str, Any]], field: str) -> list[Any]:
    return [
        pytest.param(entry["id"], text, id=f"{entry['id']}: {text}")
        for entry in entries
        for text in entry.get(field) or ()
    ]


def asserted(rules: SafetyRules, text: str) -> list[Finding]:
    _, reading = rules.read(text)
    return [finding for finding in reading.findings if finding.state == "asserted"]


def states(rules: SafetyRules, text: str) -> set[str]:
    return {finding.state for finding in rules.read(text)[1].findings}


@pytest.mark.parametrize(("rule", "text"), sentences(RULES, "catches"))
def test_a_rule_catches_its_sentence(rules: SafetyRules, rule: str, text: str) -> None:
    assert rule in {finding.rule for finding in asserted(rules, text)}


@pytest.mark.parametrize(("rule", "text"), sentences(RULES, "spares"))
def test_a_rule_spares_its_sentence_unless_the_classifier_agrees(rules: SafetyRules, rule: str, text: str) -> None:
    assert rule not in {finding.rule for finding in asserted(rules, text) if finding.sure}


@pytest.mark.parametrize(("exemption", "text"), sentences(EXEMPTIONS, "catches"))
def test_a_saying_is_set_aside_and_nothing_else_is_raised(rules: SafetyRules, exemption: str, text: str) -> None:
    _, reading = rules.read(text)
    assert exemption in reading.exempt
    assert rules.table.join(reading, None).outcome == "none"


def test_every_rule_has_sentences_that_it_catches_and_that_it_spares() -> None:
    assert [rule["id"] for rule in RULES if not rule.get("catches") or not rule.get("spares")] == []
    assert [entry["id"] for entry in EXEMPTIONS if not entry.get("catches")] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I want to die", "self"),
        ("my best friend wants to kill himself", "other"),
        ("my daughter keeps cutting herself", "other"),
        ("quiero morirme", "self"),
        ("mi hermano dice que se quiere matar", "other"),
        ("my husband beats me", "abuse"),
        ("I want to kill my boss", "harm_to_others"),
        ("the voices tell me to hurt people", "psychosis"),
        ("fui violada anoche", "assault"),
    ],
)
def test_who_is_in_danger_is_told_from_the_words(rules: SafetyRules, text: str, kind: str) -> None:
    assert kind in {finding.kind for finding in asserted(rules, text)}


@pytest.mark.parametrize(
    "text",
    [
        "I am not suicidal",
        "I don't want to kill myself",
        "I would never hurt myself",
        "no quiero matarme",
        "nunca he pensado en el suicidio",
        "I do not think that I want to die",
        "I would never hurt myself",
        "I am not one bit suicidal, I told the nurse",
        "nobody hits me at home",
        "no me quiero morir todavía",
    ],
)
def test_a_denial_is_not_a_crisis(rules: SafetyRules, text: str) -> None:
    assert asserted(rules, text) == []
    assert rules.table.join(rules.read(text)[1], None).outcome in ("none", "crisis_footer")


@pytest.mark.parametrize(
    "text",
    [
        "I am not eating and I want to kill myself",
        "I'm not okay. I want to die",
        "no, I want to kill myself",
        "I can't stop thinking about suicide",
        "I don't know if I want to kill myself",
        "nothing will change that I want to die",
        "no puedo dejar de pensar en matarme",
        "not joking, I want to kill myself",
        "I don't want help but I want to die",
        "no one knows that I want to die",
        "si no entro a la carrera me mato",
    ],
)
def test_a_negation_reaches_no_further_than_its_clause(rules: SafetyRules, text: str) -> None:
    assert asserted(rules, text)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("I tried to kill myself ten years ago", "past"),
        ("why do people kill themselves", "general"),
        ("the character in the movie wants to kill himself", "fiction"),
        ("i want to die lol", "joke"),
        ("hace años pensaba en suicidarme", "past"),
        ("en la novela el personaje quiere suicidarse", "fiction"),
    ],
)
def test_what_is_past_general_told_or_a_joke_is_marked_as_such(rules: SafetyRules, text: str, state: str) -> None:
    assert state in states(rules, text)
    assert rules.table.join(rules.read(text)[1], None).outcome not in ("T1", "T2")


def test_a_crisis_now_outweighs_a_past_one(rules: SafetyRules) -> None:
    text = "I tried to kill myself years ago and now I want to die again"
    assert rules.table.join(rules.read(text)[1], None).outcome in ("T1", "T2")


def test_a_saying_does_not_hide_the_crisis_beside_it(rules: SafetyRules) -> None:
    text = "this commute is killing me and honestly I want to kill myself"
    assert rules.table.join(rules.read(text)[1], None).outcome == "T2"


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"id": "x", "tier": "T2", "kind": "self", "en": ["<no_such_list> die"]}, "no word list"),
        ({"id": "x", "tier": "T2", "kind": "self", "en": ["die?"]}, "nothing at all"),
        ({"id": "x", "tier": "T2", "kind": "self", "words": ["die"]}, "fields"),
        ({"id": "x", "tier": "T2", "kind": "self", "keeps": ["maybe"], "en": ["die"]}, "keeps"),
    ],
)
def test_a_broken_rule_is_refused_by_name(broken: dict[str, Any], why: str) -> None:
    fields = (
        "self",
        "other",
        "addressed",
        "negation",
        "not_negating_when_followed_by",
        "carries_negation",
        "clause_start",
        "contrast",
    )
    cues = {"words": {name: [] for name in fields}, "phrases": {}}
    with pytest.raises(RuleError, match=why):
        Rules({}, cues, [broken], [])


@pytest.mark.parametrize(
    "text",
    [
        "my dad beat us, that was forty years ago and we made up. what is EMDR",
        "I was raped in 1988. years of good therapy since, I'm well. is the group only for women",
        "mi marido me pegaba, hace veinte años que vivo tranquila. ¿sirve la yoga?",
        "when I was nine a neighbor molested me, it's long behind me. does somatic yoga help the hips",
    ],
)
def test_violence_told_calmly_as_settled_history_beside_a_question_is_history(rules: SafetyRules, text: str) -> None:
    assert states(rules, text) == {"history"}


@pytest.mark.parametrize(
    "text",
    [
        "my husband beats me, I'm fine. what is EMDR",
        "my dad beat us forty years ago, I never told anyone. what is EMDR",
        "he raped me when I was nineteen, I'm fine, was it my fault? is there a group",
        "my ex hit me years ago, I was fine, he showed up again outside my house. is there a group",
        "mi marido me pegaba hace veinte años, estoy bien, pero volvió anoche. ¿hay grupo?",
        "my dad beat us forty years ago",
    ],
)
def test_violence_that_is_not_over_not_settled_or_all_that_is_said_is_no_history(rules: SafetyRules, text: str) -> None:
    assert states(rules, text)
    assert "history" not in states(rules, text)


def test_a_wish_to_die_told_as_history_is_still_past_and_asked_about(rules: SafetyRules) -> None:
    text = "I tried to kill myself in 1999, I'm happy now and love my life. can I do the stretches"
    _, reading = rules.read(text)
    assert reading.told_as_history
    assert rules.table.join(reading, None).outcome == "T3"


@pytest.mark.parametrize(
    "text",
    [
        "everyone at school would be better off without me",
        "my husband and the kids would be so much happier without me",
        "todos estarían mejor sin mí",
    ],
)
def test_whoever_would_be_better_off_without_the_writer_it_is_the_writer_who_is_in_danger(
    rules: SafetyRules, text: str
) -> None:
    _, reading = rules.read(text)
    assert {finding.kind for finding in reading.findings} == {"self"}
