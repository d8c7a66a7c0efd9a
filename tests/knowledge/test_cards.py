from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from knowledge.cards import Library, card_files, load_library
from knowledge.located_yaml import DataError, Fault

MakeCard = Callable[..., dict[str, Any]]


def faults_of(small_data: Any) -> list[Fault]:
    """Load a data folder that is broken and return what was found."""
    with pytest.raises(DataError) as raised:
        load_library(small_data.data, small_data.clinic)
    assert all(fault.problem and fault.mend and fault.line >= 1 for fault in raised.value.faults)
    return raised.value.faults


def only_fault(small_data: Any) -> Fault:
    """Return the one fault of a data folder."""
    faults = faults_of(small_data)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def texts(card: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a card with its English texts changed; a value of None takes a field out."""
    changed = {name: value for name, value in {**card["en"], **changes}.items() if value is not None}
    return {**card, "en": changed}


# What is read


def test_a_sound_folder_becomes_a_library(small_data: Any) -> None:
    library = load_library(small_data.data, small_data.clinic)
    assert set(library.cards) == {"psoas"}
    assert set(library.follow_ups) == {"why"}
    assert [card.id for card in library.everything()] == ["psoas", "why"]
    assert library.sources["a-source"].url == "https://example.org/"
    assert library.clinic.get("name") == "Example Clinic"


@pytest.mark.parametrize(
    ("folder", "intent"), [("topics", "ask"), ("stretches", "ask"), ("treatments", "ask"), ("replies", "reply")]
)
def test_a_cards_folder_is_its_category(small_data: Any, make_topic: MakeCard, folder: str, intent: str) -> None:
    small_data.put(f"{folder}/extra.yml", make_topic("extra"))
    assert load_library(small_data.data, small_data.clinic).cards["extra"].intent == intent


def test_a_reply_may_name_its_category(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("replies/contact.yml", make_topic("contact", intent="contact"))
    assert load_library(small_data.data, small_data.clinic).cards["contact"].intent == "contact"


def test_a_folded_text_becomes_one_line(small_data: Any, make_topic: MakeCard) -> None:
    card = texts(make_topic("psoas"), answer="One.\n  Two.\n", follow_ups={"why": "Three.\n\nFour.\n"})
    small_data.put("topics/psoas.yml", card)
    read = load_library(small_data.data, small_data.clinic).cards["psoas"].text("en")
    assert read.answer == "One. Two."
    assert read.follow_ups == {"why": "Three. Four."}


def test_a_card_without_spanish_speaks_english(small_data: Any) -> None:
    card = load_library(small_data.data, small_data.clinic).cards["psoas"]
    assert card.text("es") == card.text("en")


def test_a_card_with_spanish_speaks_it(small_data: Any, make_topic: MakeCard) -> None:
    spanish = {**make_topic("psoas")["en"], "asks": [f"pregunta {each}" for each in range(15)], "answer": "Un músculo."}
    small_data.put("topics/psoas.yml", make_topic("psoas", es=spanish))
    assert load_library(small_data.data, small_data.clinic).cards["psoas"].text("es").answer == "Un músculo."


def test_a_signed_card_names_clinician_and_date(small_data: Any) -> None:
    path = small_data.data / "topics/psoas.yml"
    signed = "status: reviewed\n  by: A. Clinician, PhD\n  on: '2026-01-31'"
    path.write_text(path.read_text().replace("status: draft", signed))
    review = load_library(small_data.data, small_data.clinic).cards["psoas"].review
    assert (review.status, review.by, review.on) == ("reviewed", "A. Clinician, PhD", "2026-01-31")


def test_card_files_come_in_the_same_order_every_time(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("topics/anxiety.yml", make_topic("anxiety"))
    assert [path.stem for path in card_files(small_data.data)] == ["anxiety", "psoas", "why"]


# What the schema refuses


def long(words: int) -> str:
    return "x" * words


SCHEMA_FAULTS: list[tuple[str, Callable[[dict[str, Any]], dict[str, Any]], str, str, str]] = [
    ("a missing title", lambda card: texts(card, title=None), "en", "`title` is missing", "Add `title:`"),
    ("a missing review", lambda card: {k: v for k, v in card.items() if k != "review"}, "", "`review`", "Add"),
    ("an unknown field", lambda card: {**card, "evidnce": "some"}, "evidnce", "not known", "evidence"),
    (
        "an unknown follow-up",
        lambda card: texts(card, follow_ups={"wy": "No."}),
        "en.follow_ups.wy",
        "not known",
        "why",
    ),
    ("an unknown evidence word", lambda card: {**card, "evidence": "strong"}, "evidence", "'strong'", "'little'"),
    ("too few examples", lambda card: texts(card, asks=["a", "b"]), "en.asks", "2 entries are too few", "15"),
    (
        "too many cards to go on with",
        lambda card: {**card, "next": ["psoas", "a", "b", "c"]},
        "next",
        "4 entries are too many",
        "3",
    ),
    (
        "an example twice",
        lambda card: texts(card, asks=[*card["en"]["asks"], "x", "x"]),
        "en.asks",
        "twice: x",
        "Keep one",
    ),
    ("a long title", lambda card: texts(card, title=long(61)), "en.title", "61 characters", "60"),
    ("a number for a text", lambda card: texts(card, answer=5), "en.answer", "'5' is not a string", "Quote it"),
    (
        "a yes for an example",
        lambda card: texts(card, asks=[*card["en"]["asks"], True]),
        "en.asks.15",
        "'True'",
        "Quote it",
    ),
    ("an id with capitals", lambda card: {**card, "id": "Psoas"}, "id", "does not match", "file's name"),
    (
        "a review without a name",
        lambda card: {**card, "review": {"status": "reviewed", "on": "2026-01-01"}},
        "review",
        "`by`",
        "Add",
    ),
    (
        "a review without a date",
        lambda card: {**card, "review": {"status": "reviewed", "by": "A. B."}},
        "review",
        "`on`",
        "Add",
    ),
    ("no sources at all", lambda card: {**card, "sources": []}, "sources", "0 entries are too few", "1"),
]


@pytest.mark.parametrize(
    ("change", "field", "problem", "mend"), [row[1:] for row in SCHEMA_FAULTS], ids=[row[0] for row in SCHEMA_FAULTS]
)
def test_a_fault_of_form_names_file_field_problem_and_mend(
    small_data: Any,
    make_topic: MakeCard,
    change: Callable[[dict[str, Any]], dict[str, Any]],
    field: str,
    problem: str,
    mend: str,
) -> None:
    path = small_data.put("topics/psoas.yml", change(make_topic("psoas")))
    fault = only_fault(small_data)
    assert fault.file == str(path)
    assert fault.field == field
    assert problem in fault.problem
    assert mend in fault.mend


def test_a_fault_of_form_names_its_line(small_data: Any) -> None:
    path = small_data.data / "topics/psoas.yml"
    lines = path.read_text().splitlines()
    at = lines.index("evidence: some")
    lines[at] = "evidence: strong"
    path.write_text("\n".join(lines))
    assert only_fault(small_data).line == at + 1


def test_two_missing_fields_are_named_once_each(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("topics/psoas.yml", texts(make_topic("psoas"), title=None, answer=None))
    assert sorted(fault.problem for fault in faults_of(small_data)) == ["`answer` is missing.", "`title` is missing."]


def test_unknown_fields_of_all_kinds_of_key_are_named(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("topics/psoas.yml", {**make_topic("psoas"), 5: "a", "b": "c"})
    assert [fault.field for fault in faults_of(small_data)] == ["5", "b"]


@pytest.mark.parametrize("content", ["", "just a sentence\n", "- a\n- list\n"])
def test_a_file_that_is_no_card_at_all_is_refused(small_data: Any, content: str) -> None:
    small_data.put("topics/psoas.yml", content)
    assert "is not a object" in only_fault(small_data).problem


def test_all_faults_of_all_files_come_at_once(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("topics/psoas.yml", {**make_topic("psoas"), "evidence": "strong"})
    small_data.put("topics/hips.yml", "id: [\n")
    small_data.put("topics/neck.yml", texts(make_topic("neck"), title=None))
    files = {fault.file.rsplit("/", 1)[-1] for fault in faults_of(small_data)}
    assert files == {"psoas.yml", "hips.yml", "neck.yml"}


# What a card's folder asks for


def test_the_id_must_be_the_files_name(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("topics/hips.yml", make_topic("hip"))
    fault = only_fault(small_data)
    assert (fault.field, fault.line) == ("id", 1)
    assert "id: hips" in fault.mend


@pytest.mark.parametrize("folder", ["topics", "stretches", "treatments"])
@pytest.mark.parametrize("name", ["evidence", "sources"])
def test_a_health_card_must_cite(small_data: Any, make_topic: MakeCard, folder: str, name: str) -> None:
    card = make_topic("hips")
    del card[name]
    small_data.put(f"{folder}/hips.yml", card)
    assert f"`{name}`" in only_fault(small_data).problem


def test_a_reply_needs_no_evidence(small_data: Any, make_aspect: MakeCard) -> None:
    small_data.put("replies/thanks.yml", texts(make_aspect("thanks"), no_topic=None))
    assert "thanks" in load_library(small_data.data, small_data.clinic).cards


def test_only_a_reply_may_name_an_intent(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("topics/psoas.yml", make_topic("psoas", intent="contact"))
    assert only_fault(small_data).field == "intent"


def test_a_follow_up_must_say_something_without_a_topic(small_data: Any, make_aspect: MakeCard) -> None:
    small_data.put("follow_ups/why.yml", texts(make_aspect("why"), no_topic=None))
    assert "no_topic" in only_fault(small_data).mend


# What must exist elsewhere


def test_a_source_that_is_not_there_is_named_at_its_line(small_data: Any, make_topic: MakeCard) -> None:
    path = small_data.put("topics/psoas.yml", make_topic("psoas", sources=["a-source", "no-source"]))
    fault = only_fault(small_data)
    assert "'no-source'" in fault.problem
    assert fault.field == "sources.1"
    assert path.read_text().splitlines()[fault.line - 1] == "- no-source"


def test_a_next_card_that_is_not_there_is_named(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("topics/psoas.yml", make_topic("psoas", next=["gone"]))
    assert only_fault(small_data).field == "next.0"


def test_a_follow_up_is_no_next_card(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("topics/psoas.yml", make_topic("psoas", next=["why"]))
    assert only_fault(small_data).field == "next.0"


def test_a_setting_that_is_not_in_clinic_yml_is_named(small_data: Any, make_topic: MakeCard) -> None:
    card = texts(make_topic("psoas", needs=["fax"]), answer_unset="Not known.")
    small_data.put("topics/psoas.yml", card)
    assert only_fault(small_data).field == "needs.0"


def test_needs_ask_for_what_is_true_while_unset(small_data: Any, make_topic: MakeCard) -> None:
    small_data.put("topics/psoas.yml", make_topic("psoas", needs=["phone"]))
    assert "answer_unset" in only_fault(small_data).problem


def test_an_unset_setting_in_a_text_is_a_fault_unless_the_card_needs_it(small_data: Any, make_topic: MakeCard) -> None:
    card = texts(make_topic("psoas"), answer="Call {phone}.", answer_unset="I don't know the number.")
    small_data.put("topics/psoas.yml", card)
    assert only_fault(small_data).field == "en.answer"
    small_data.put("topics/psoas.yml", {**card, "needs": ["phone"]})
    load_library(small_data.data, small_data.clinic)


@pytest.mark.parametrize("setting", ["phone", "phnoe"])
def test_a_setting_that_cannot_be_filled_in_a_follow_up_is_a_fault(
    small_data: Any, make_topic: MakeCard, setting: str
) -> None:
    small_data.put("topics/psoas.yml", texts(make_topic("psoas"), follow_ups={"why": f"Ask {{{setting}}}."}))
    fault = only_fault(small_data)
    assert fault.field == "en.follow_ups.why"
    assert setting in fault.problem


def test_the_same_id_in_two_folders_is_refused(small_data: Any, make_topic: MakeCard) -> None:
    card = texts(make_topic("psoas"), asks=[f"another {each}" for each in range(15)])
    small_data.put("stretches/psoas.yml", card)
    assert "same id" in only_fault(small_data).problem


def test_the_same_example_in_two_cards_is_refused(small_data: Any, make_topic: MakeCard) -> None:
    card = make_topic("hips")
    card["en"]["asks"].append("PSOAS   number 3")
    small_data.put("topics/hips.yml", card)
    # Cards are read in the order of their names: the second to claim the example is the one that is told.
    fault = only_fault(small_data)
    assert "is an example of hips too" in fault.problem
    assert fault.field == "en.asks.3"


def test_an_empty_data_folder_is_refused(small_data: Any) -> None:
    for path in card_files(small_data.data):
        path.unlink()
    assert "no cards" in only_fault(small_data).problem


# Sources


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"title": "A"}, "a-source"),
        ({"publisher": "A"}, "a-source"),
        ("just a title", "a-source"),
        ({"title": "A", "publisher": "B", "url": "http://example.org"}, "a-source.url"),
        ({"title": "A", "publisher": "B", "url": "javascript:alert(1)"}, "a-source.url"),
    ],
)
def test_a_source_that_cannot_be_shown_is_refused(small_data: Any, row: Any, field: str) -> None:
    small_data.put("sources.yml", {"a-source": row})
    assert field in {fault.field for fault in faults_of(small_data)}


def test_a_source_date_without_quotes_is_refused_with_the_mend(small_data: Any) -> None:
    small_data.put("sources.yml", "a-source: {title: A, publisher: B, checked_on: 2026-01-01}\n")
    assert any("quotes" in fault.mend for fault in faults_of(small_data))


def test_a_source_without_an_address_is_fine(small_data: Any) -> None:
    small_data.put("sources.yml", "a-source: {title: A, publisher: B, url: null, checked_on: null}\n")
    assert load_library(small_data.data, small_data.clinic).sources["a-source"].url is None


@pytest.mark.parametrize("content", ["", "- a\n", "a: [\n"])
def test_a_sources_file_that_is_none_is_a_fault_and_no_crash(small_data: Any, content: str) -> None:
    small_data.put("sources.yml", content)
    assert any(fault.file.endswith("sources.yml") for fault in faults_of(small_data))


def test_a_missing_sources_file_is_a_fault(small_data: Any) -> None:
    (small_data.data / "sources.yml").unlink()
    assert "missing" in only_fault(small_data).problem


# The cards themselves


def test_the_real_cards_load(library: Library) -> None:
    assert len(library.cards) >= 80
    assert len(library.follow_ups) >= 16
