from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.clinic import Clinic, load_clinic
from knowledge.located_yaml import DataError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clinic.yml"


def test_settings_are_read_by_name(path: Path) -> None:
    path.write_text("name: Example\ncity: Mesa\n")
    assert load_clinic(path).get("city") == "Mesa"


def test_a_setting_that_is_unset_or_unknown_is_none(path: Path) -> None:
    path.write_text("name: Example\nphone: null\n")
    assert load_clinic(path).get("phone") is None
    assert load_clinic(path).get("fax") is None


def test_a_number_is_said_as_text(path: Path) -> None:
    path.write_text("name: Example\nphone: 911\n")
    assert load_clinic(path).get("phone") == "911"


@pytest.mark.parametrize("content", ["", "city: Mesa\n", "name: null\n", "name: ''\n", "- name\n", "Example\n"])
def test_a_clinic_without_a_name_is_refused(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(DataError, match="no name"):
        load_clinic(path)


def test_a_broken_file_is_refused_with_its_line(path: Path) -> None:
    path.write_text("name: Example\nhours: Monday: closed\n")
    with pytest.raises(DataError) as raised:
        load_clinic(path)
    assert raised.value.faults[0].line == 2


def test_a_missing_file_is_refused(path: Path) -> None:
    with pytest.raises(DataError, match="missing"):
        load_clinic(path)


def test_settings_fill_the_texts_that_name_them() -> None:
    clinic = Clinic({"name": "Example", "city": "Mesa", "phone": None})
    assert clinic.fill("{name} is in {city}. {name}!") == "Example is in Mesa. Example!"


def test_an_unset_setting_leaves_the_text_as_it_is() -> None:
    assert Clinic({"phone": None}).fill("Call {phone} {fax} {}") == "Call {phone} {fax} {}"


def test_the_real_clinic_has_a_name_and_every_setting_that_texts_may_use() -> None:
    settings = load_clinic().settings
    assert settings["name"]
    assert {"short_name", "city", "state", "address", "phone", "website", "hours", "reply_time"} <= set(settings)
    assert {"insurance", "prices", "telehealth", "ages"} <= set(settings)
