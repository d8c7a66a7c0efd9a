from __future__ import annotations

from pathlib import Path

from components.card_classifier import CardClassifier
from components.check_in_reader import CheckInReader
from components.learned_from import CODE, learned_from


def test_another_word_in_a_file_is_another_hash(tmp_path: Path) -> None:
    file = tmp_path / "examples.yml"
    file.write_text("one")
    before = learned_from([file])
    assert learned_from([file]) == before
    file.write_text("another")
    assert learned_from([file]) != before


def test_every_classifier_knows_the_code_that_it_learned_with_and_the_check_in_its_own_examples_too() -> None:
    assert CardClassifier.fingerprint_addon({}) == learned_from(CODE)
    assert CheckInReader.fingerprint_addon({}) != learned_from(CODE)
    assert all(path.is_file() for path in CODE)
