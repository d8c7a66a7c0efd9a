from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.located_yaml import DataError, Fault, load

TEXT = """\
# a comment
id: psoas
en:
  title: What is it?
  asks:
    - what is it
    - "where: is it"
  answer: >
    A muscle.
    A long one.
"""


def fault_of(path: Path, content: str | bytes) -> Fault:
    """Write a file that can't be used and return its one fault."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError) as raised:
        load(path)
    (fault,) = raised.value.faults
    assert fault.file == str(path)
    assert fault.mend
    return fault


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "card.yml"


def test_values_come_out_as_plain_yaml(path: Path) -> None:
    path.write_text(TEXT)
    assert load(path).value == {
        "id": "psoas",
        "en": {"title": "What is it?", "asks": ["what is it", "where: is it"], "answer": "A muscle. A long one.\n"},
    }


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ((), 2),
        (("id",), 2),
        (("en",), 3),
        (("en", "title"), 4),
        (("en", "asks"), 5),
        (("en", "asks", 0), 6),
        (("en", "asks", 1), 7),
        (("en", "answer"), 8),
    ],
)
def test_every_value_knows_its_line(path: Path, where: tuple[str | int, ...], line: int) -> None:
    path.write_text(TEXT)
    assert load(path).line(where) == line


def test_a_value_that_is_not_there_has_the_line_of_what_is_around_it(path: Path) -> None:
    path.write_text(TEXT)
    assert load(path).line(["en", "follow_ups", "why"]) == 3
    assert load(path).line(["es", "title"]) == 2


def test_a_fault_reads_as_file_line_field_problem_mend(path: Path) -> None:
    path.write_text(TEXT)
    fault = load(path).fault(["en", "asks", 1], "this is odd.", "Mend it.")
    assert str(fault) == f"{path}:7: en.asks.1: this is odd. Mend it."


def test_a_fault_of_the_whole_file_says_file_in_place_of_a_field(path: Path) -> None:
    path.write_text(TEXT)
    assert ": file: " in str(load(path).fault([], "this is odd.", "Mend it."))


def test_an_empty_file_is_none_on_line_one(path: Path) -> None:
    path.write_text("")
    assert load(path).value is None
    assert load(path).line(["id"]) == 1


def test_a_key_that_is_there_twice_is_refused_at_its_second_place(path: Path) -> None:
    fault = fault_of(path, "en:\n  title: one\n  asks: [a]\n  title: two\n")
    assert (fault.line, fault.field) == (4, "en.title")
    assert "twice" in fault.problem


def test_the_key_on_stays_the_word_on(path: Path) -> None:
    # YAML 1.1 reads it as true; a signed card could not name its date otherwise.
    path.write_text("review: {status: reviewed, by: A Clinician, on: '2026-01-02'}\n")
    assert load(path).value["review"]["on"] == "2026-01-02"


def test_a_byte_order_mark_does_no_harm(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfid: psoas\n")
    assert load(path).value == {"id": "psoas"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("id: a\nen:\n\t- b\n", 3),  # a tab
        ("id: a\nanswer: yes: no\n", 2),  # a colon in an unquoted text
        ("id: a\nasks: [b, c\n", 3),  # a bracket left open
        ("id: a\n---\nid: b\n", 2),  # a second document
        ("id: a\nx: !!python/object:os.system ls\n", 2),  # a tag that would run code
        ("id: a\n[b]: c\n", 2),  # a list for a key
        ("id: a\non_day: 2026-13-45\n", 2),  # a day that does not exist
        ("id: a\nb: &x [*x]\n", 2),  # a list inside itself
        ("id: a\nb: \x00\n", 1),  # a character that no text has (its line is not known)
    ],
)
def test_what_is_not_sound_yaml_is_named_with_its_line(path: Path, content: str, line: int) -> None:
    assert fault_of(path, content).line == line


def test_a_file_that_is_not_utf8_is_refused(path: Path) -> None:
    assert "UTF-8" in fault_of(path, "title: caf\u00e9\n".encode("latin-1")).problem


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the file is missing"):
        load(tmp_path / "gone.yml")


def test_a_folder_in_place_of_a_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="can't be read"):
        load(tmp_path)


@given(st.one_of(st.text(max_size=200), st.text("ab:-[]{}&*!|>?'\"#,\n \t<@%01.", max_size=60)))
def test_any_text_is_either_read_or_refused_as_data_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "card.yml"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        load(path)
    except DataError as error:
        assert error.faults[0].line >= 1
