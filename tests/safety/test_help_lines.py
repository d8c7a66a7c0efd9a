"""The help lines: what they hold, how old they may get, and the numbers that must never be printed."""

from __future__ import annotations

import os
import warnings
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from knowledge.safety.data import SAFETY, SafetyDataError
from knowledge.safety.help_lines import HelpLine, check_ages, forbidden_in, load_help_lines, tel


def today() -> date:
    """UNCLENCH_TODAY (ISO) stands in for the day, so that a build of last month can be made again."""
    given = os.environ.get("UNCLENCH_TODAY")
    return date.fromisoformat(given) if given else date.today()


def test_no_help_line_is_too_old_to_ship(lines: dict[str, HelpLine]) -> None:
    report = check_ages(lines, today())
    if report.warn:
        warnings.warn(f"check these help lines at their source soon: {', '.join(report.warn)}", stacklevel=1)
    assert report.fail == (), "check these at their source, then set checked_on"


@pytest.mark.parametrize(("age", "warned", "failed"), [(0, 0, 0), (59, 0, 0), (60, 1, 0), (89, 1, 0), (90, 0, 1)])
def test_a_line_warns_at_60_days_and_fails_at_90(
    lines: dict[str, HelpLine], age: int, warned: int, failed: int
) -> None:
    line = lines["988"]
    report = check_ages({"988": line}, line.checked_on + timedelta(days=age))
    assert (len(report.warn), len(report.fail)) == (warned, failed)


def test_a_date_in_the_future_fails(lines: dict[str, HelpLine]) -> None:
    assert check_ages(lines, date(2020, 1, 1)).fail == tuple(lines)


def test_every_line_names_its_source_and_who_it_is_for(lines: dict[str, HelpLine]) -> None:
    for line in lines.values():
        assert line.source.startswith("https://")
        assert line.purpose["en"] and line.purpose["es"]


def test_911_stands_first_and_the_lines_of_the_protocol_are_there(lines: dict[str, HelpLine]) -> None:
    assert list(lines)[:2] == ["911", "988"]
    assert {"arizona", "crisis-text", "veterans", "trevor", "domestic-violence", "rainn", "poison"} <= set(lines)


@pytest.mark.parametrize(
    ("line", "language", "tel_link", "sms_link"),
    [
        ("911", "en", "tel:911", None),
        ("988", "en", "tel:988", "sms:988"),
        ("988", "es", "tel:988", "sms:988?&body=AYUDA"),
        ("crisis-text", "en", None, "sms:741741?&body=HOME"),
        ("crisis-text", "es", None, "sms:741741?&body=HOLA"),
        ("arizona", "en", "tel:+18445344673", None),
        ("domestic-violence", "en", "tel:+18007997233", "sms:88788?&body=START"),
        ("trevor", "en", "tel:+18664887386", "sms:678678?&body=START"),
        ("rainn", "en", "tel:+18006564673", None),
        ("poison", "en", "tel:+18002221222", None),
        ("veterans", "en", "tel:988", "sms:838255"),
    ],
)
def test_a_line_can_be_tapped(
    lines: dict[str, HelpLine], line: str, language: str, tel_link: str | None, sms_link: str | None
) -> None:
    shown = lines[line].public(language)
    assert (shown["tel"], shown["sms"]) == (tel_link, sms_link)


def test_a_short_number_gets_no_country_code() -> None:
    assert tel("988") == "tel:988"


@pytest.mark.parametrize("text", ["call 988 and press 3", "oprime el 3", "text 44673", "text 64673", "marca 3"])
def test_an_ended_or_unconfirmed_line_is_found(text: str) -> None:
    assert forbidden_in([text])


@pytest.mark.parametrize("text", ["call 988 and press 1", "oprime 2", "844-534-4673", "press 2 for Spanish"])
def test_a_line_that_works_is_spared(text: str) -> None:
    assert forbidden_in([text]) == []


def test_no_help_line_is_an_ended_or_unconfirmed_one() -> None:
    assert forbidden_in((SAFETY / "help_lines.yml").read_text(encoding="utf-8").splitlines()) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"source": "http://example.org"}, "https"),
        ({"call": None, "text": None, "chat": None}, "needs"),
        ({"name": {"en": "only English"}}, "en and es"),
        ({"checked_on": "soon"}, "isoformat"),
    ],
)
def test_a_broken_line_is_refused_by_name(tmp_path: Path, change: dict[str, object], why: str) -> None:
    values = yaml.safe_load((SAFETY / "help_lines.yml").read_text(encoding="utf-8"))
    values["lines"][0].update(change)
    path = tmp_path / "help_lines.yml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(SafetyDataError, match=why):
        load_help_lines(path)


def test_a_line_that_stands_twice_is_refused(tmp_path: Path) -> None:
    values = yaml.safe_load((SAFETY / "help_lines.yml").read_text(encoding="utf-8"))
    values["lines"].append(values["lines"][1])
    path = tmp_path / "help_lines.yml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(SafetyDataError, match="twice"):
        load_help_lines(path)
