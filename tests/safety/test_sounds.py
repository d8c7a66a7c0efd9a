"""Spanish written as it sounds: which spellings are one word, and which are not."""

from __future__ import annotations

import pytest

from knowledge.safety import SafetyRules
from knowledge.safety.sounds import Sounds, sound


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ago", "hago"),
        ("aser", "hacer"),
        ("boi", "voy"),
        ("kiero", "quiero"),
        ("bibir", "vivir"),
        ("pastiyas", "pastillas"),
        ("noxe", "noche"),
        ("jente", "gente"),
        ("sigarro", "cigarro"),
        ("enbarazada", "embarazada"),
        ("cansao", "cansado"),
        ("ia", "ya"),
    ],
)
def test_what_sounds_alike_has_one_key(typed: str, meant: str) -> None:
    assert sound(typed) == sound(meant)


@pytest.mark.parametrize(("one", "other"), [("pero", "perro"), ("casa", "cama"), ("callo", "calla"), ("gato", "gasto")])
def test_what_sounds_different_has_two(one: str, other: str) -> None:
    assert sound(one) != sound(other)


def test_of_two_words_that_sound_alike_the_one_written_most_like_it_is_meant() -> None:
    sounds = Sounds(["hallo", "aya", "haya"])
    assert sounds.nearest("hayo") == "hallo"
    assert sounds.nearest("ayaa") == "aya"
    assert sounds.nearest("silla") is None


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("ya no kiero bibir mas", "no quiero vivir mas"),
        ("boi a aserme daño i nadie save", "voy hacerme dano y nadie"),
        ("me aprieta el pexo i estoi sudando", "me aprieta pecho y estoy sudando"),
        ("boy a dormir, me ago un te", "voy dormir , me hago te"),
    ],
)
def test_a_spanish_message_typed_by_ear_is_read_in_plain_words(rules: SafetyRules, typed: str, plain: str) -> None:
    words, _ = rules.read(typed)
    assert words.lang == "es"
    assert " ".join(words.words).startswith(plain)


def test_english_words_are_left_alone(rules: SafetyRules) -> None:
    assert rules.read("the boy hit the ball an hour ago")[0].words == ("boy", "hit", "ball", "hour", "ago")
    assert rules.read("my boyfriend and i feel bien gacho, no quiero")[0].words[3] == "i"
