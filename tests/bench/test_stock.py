import yaml

from bench import stock
from bench.outcome import Said
from bench.rows import load_examples

LABELS = {"ask__psoas": "ask/psoas", "follow_up__why": "follow_up/why"}


def test_the_project_has_one_intent_one_rule_and_one_response_a_card(library):
    examples = load_examples(library)
    files = stock.project(library, examples)
    labels = set(examples.labels)
    assert len(files["domain.yml"]["intents"]) == len(labels)
    assert len(files["data/rules.yml"]["rules"]) == len(labels) + 1
    assert len(files["domain.yml"]["responses"]) == len(labels) + 1
    asked = "".join(each["examples"] for each in files["data/nlu.yml"]["nlu"])
    assert asked.count("\n") == len(examples.texts)
    assert not any("/" in intent for intent in files["domain.yml"]["intents"])


def test_the_pipeline_is_that_of_rasa_init_without_the_response_selector(library):
    config = stock.project(library, load_examples(library))["config.yml"]
    names = [each["name"] for each in config["pipeline"]]
    assert "DIETClassifier" in names and "ResponseSelector" not in names
    assert {each["name"] for each in config["policies"]} >= {"TEDPolicy", "UnexpecTEDIntentPolicy", "RulePolicy"}


def test_a_changed_card_or_setting_needs_another_training(library):
    examples = load_examples(library)
    assert stock.fingerprint(stock.project(library, examples, 1)) != stock.fingerprint(
        stock.project(library, examples, 2)
    )


def test_a_model_that_fits_is_not_trained_again(library, tmp_path):
    files = stock.project(library, load_examples(library))
    model = tmp_path / f"{stock.fingerprint(files)}.tar.gz"
    model.write_bytes(b"")
    assert stock.train(files, lambda _: None, tmp_path) == model


def test_the_files_are_yaml_that_reads_back_the_same(tmp_path):
    stock.write({"data/nlu.yml": {"nlu": [{"intent": "a", "examples": "- what: is it?\n- ¿qué?\n"}]}}, tmp_path)
    read = yaml.safe_load((tmp_path / "data" / "nlu.yml").read_text(encoding="utf-8"))
    assert read["nlu"][0]["examples"] == "- what: is it?\n- ¿qué?\n"


def test_what_rasa_parsed_is_brought_to_our_shape():
    ranking = [{"name": "ask__psoas", "confidence": 0.8}]
    assert stock.said({"intent": {"name": "ask__psoas"}, "intent_ranking": ranking}, LABELS) == Said(
        answered=("psoas",), label="ask/psoas", share=0.8
    )
    assert stock.said({"intent": {"name": "follow_up__why"}, "intent_ranking": []}, LABELS).aspect == "why"
    fallback = stock.said(
        {"intent": {"name": "nlu_fallback"}, "intent_ranking": [{"name": "nlu_fallback", "confidence": 0.3}, *ranking]},
        LABELS,
    )
    assert (fallback.answered, fallback.label) == ((), "ask/psoas")


def test_the_time_of_a_training_is_known_when_it_was_noted(tmp_path):
    model = tmp_path / "one.tar.gz"
    assert stock.seconds_of(model) is None
    model.with_suffix(".seconds").write_text("12.5", encoding="utf-8")
    assert stock.seconds_of(model) == 12.5
