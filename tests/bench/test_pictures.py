from bench import pictures
from bench.cross_validation import CrossValidation
from bench.figures import Measured, Read
from bench.outcome import Outcome, Said
from components.understanding import load_numbers


def test_the_page_and_the_pictures_are_written_without_texts(tmp_path):
    measured = Measured()
    accept = frozenset({"psoas"})
    wrong = Said(answered=("emdr",), label="ask/emdr", share=0.6)
    measured.add("questions", [Read("questions", wrong, Outcome.WRONG, False, accept)], {"wrong": (Outcome.WRONG,)})
    validated = CrossValidation(["ask/psoas"], [wrong])
    page = pictures.write(tmp_path, measured, validated, load_numbers())
    text = page.read_text(encoding="utf-8")
    assert "psoas → emdr" in text and "ask/psoas" in text
    assert sorted(path.name for path in tmp_path.glob("*.png")) == [
        "understanding_confidence.png",
        "understanding_confusion.png",
    ]


def test_pictures_are_drawn_when_nothing_was_confused(tmp_path):
    assert pictures.write(tmp_path, Measured(), None, load_numbers()).is_file()
