import json

import yaml

from bench.rows import load_examples, load_held_out, load_shared, normal

HELD_OUT = {
    "questions": [{"text": "What IS the psoas?!", "accept": ["psoas"]}, {"text": "tell me of it", "accept": ["psoas"]}],
    "follow_ups": [{"topic": "psoas", "text": "why", "aspect": "why"}],
    "two_questions": [{"text": "what and where", "accept": [["psoas"], ["clinic-location"]]}],
    "off_topic": [{"text": "how tall is a giraffe"}],
}


def test_messages_are_the_same_without_case_punctuation_and_spaces():
    assert normal("What's  up, Doc?") == normal("whats up doc")


def test_a_held_out_row_that_is_an_example_is_dropped_and_counted(tmp_path):
    path = tmp_path / "held_out.yml"
    path.write_text(yaml.safe_dump(HELD_OUT), encoding="utf-8")
    held_out = load_held_out(["what is the psoas", "something else"], path)
    assert [row.text for row in held_out.questions] == ["tell me of it"]
    assert held_out.dropped == 1
    assert held_out.two_questions[0].accept == (frozenset({"psoas"}), frozenset({"clinic-location"}))


def test_public_rows_that_are_not_there_are_passed_over(tmp_path):
    row = {"text": "how tall is a giraffe", "label": "oos", "lang": "en", "origin": "x"}
    (tmp_path / "out_of_scope.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    shared = load_shared(tmp_path)
    assert list(shared) == ["out_of_scope"]
    assert shared["out_of_scope"][0].language == "en"


def test_every_example_of_every_card_has_its_label(library):
    examples = load_examples(library)
    assert len(examples.texts) == len(examples.labels)
    assert {f"{card.intent}/{card.id}" for card in library.everything()} == set(examples.labels)
