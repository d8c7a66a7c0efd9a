from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge import check_content, places

MakeCard = Callable[..., dict[str, Any]]


def test_a_sound_folder_has_no_faults(small_data: Any) -> None:
    assert check_content.content_faults(small_data.data, small_data.clinic) == []


def test_form_and_style_are_both_checked(small_data: Any, make_topic: MakeCard) -> None:
    miracle = make_topic("hips", evidence="strong")
    miracle["en"]["answer"] = "It is a miracle."
    small_data.put("topics/hips.yml", miracle)
    fields = {fault.field for fault in check_content.content_faults(small_data.data, small_data.clinic)}
    assert fields == {"evidence", "en.answer"}


def test_faults_are_sorted_by_file_and_line(small_data: Any, make_topic: MakeCard) -> None:
    for name in ("hips", "neck"):
        card = make_topic(name, evidence="strong")
        card["en"]["answer"] = "It is a miracle."
        small_data.put(f"topics/{name}.yml", card)
    faults = check_content.content_faults(small_data.data, small_data.clinic)
    assert len(faults) == 4
    assert [(fault.file, fault.line) for fault in faults] == sorted((fault.file, fault.line) for fault in faults)


@pytest.mark.parametrize("content", ["id: [\n", b"\xff\xfe", "", "- a\n", {"id": "psoas", "en": {"follow_ups": ["a"]}}])
def test_a_broken_card_gives_faults_and_no_crash(small_data: Any, content: Any) -> None:
    small_data.put("topics/psoas.yml", content)
    assert check_content.content_faults(small_data.data, small_data.clinic)


def test_a_broken_words_file_is_a_fault(small_data: Any) -> None:
    small_data.put("words.yml", "banned: [\n")
    (fault,) = check_content.content_faults(small_data.data, small_data.clinic)
    assert fault.file.endswith("words.yml")


def test_a_missing_clinic_file_is_a_fault(small_data: Any) -> None:
    small_data.clinic.unlink()
    (fault,) = check_content.content_faults(small_data.data, small_data.clinic)
    assert fault.file.endswith("clinic.yml")


@pytest.fixture
def broken(small_data: Any, make_topic: MakeCard, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the command look at a small folder in which topics/hips.yml is broken."""
    path: Path = small_data.put("topics/hips.yml", make_topic("hips", evidence="strong"))
    found = check_content.content_faults(small_data.data, small_data.clinic)
    monkeypatch.setattr(check_content, "content_faults", lambda: list(found))
    return path


def test_the_command_ends_with_1_and_names_each_fault(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_content.main([]) == 1
    said = capsys.readouterr().out
    assert f"{broken}:2: evidence: 'strong' is not allowed. Write one of" in said
    assert "1 faults" in said


def test_the_command_ends_with_0_for_files_that_are_sound(
    broken: Path, small_data: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_content.main([str(small_data.data / "topics/psoas.yml")]) == 0
    assert "no faults" in capsys.readouterr().out


def test_the_command_ends_with_1_for_the_broken_file_by_any_of_its_names(
    broken: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(broken.parent)
    assert check_content.main(["hips.yml"]) == 1
    assert check_content.main([str(broken)]) == 1


def test_the_command_ends_with_1_for_a_file_that_is_not_there(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_content.main([str(tmp_path / "typo.yml")]) == 1
    assert "the file is missing" in capsys.readouterr().out


def test_the_real_content_has_no_faults(capsys: pytest.CaptureFixture[str]) -> None:
    code = check_content.main([])
    said = capsys.readouterr().out
    assert code == 0, said
    assert str(places.ROOT) not in said
