"""Numbers in answers: the numbers of choices ("1 and 3"), an age, and how long something has lasted. Pure."""

from __future__ import annotations

import re
from datetime import date

#: Days from which a duration counts as the next choice of the question: a week, and six weeks.
WEEK = 7
SIX_WEEKS = 42
ADULT = 18
OLDEST = 120

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
    "un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "diez": 10,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5,
}  # fmt: skip
_UNITS = {
    "hour": 0.04, "hr": 0.04, "minute": 0.01, "min": 0.01, "day": 1.0, "night": 1.0, "week": 7.0, "wk": 7.0,
    "month": 30.0, "mo": 30.0, "mth": 30.0, "mnth": 30.0, "year": 365.0, "yr": 365.0, "decade": 3650.0,
    "hora": 0.04, "dia": 1.0, "semana": 7.0, "mes": 30.0, "ano": 365.0,
}  # fmt: skip
_SOME = {
    "a": 1.0, "an": 1.0, "one": 1.0, "couple": 2.0, "few": 3.0, "several": 4.0, "some": 3.0, "half": 0.5, "many": 6.0,
    "unos": 3.0, "unas": 3.0, "varios": 4.0, "varias": 4.0, "muchos": 6.0, "muchas": 6.0,
}  # fmt: skip
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: Every word that this module reads, as it is spelled.
SAID = frozenset((*_WORDS, *_ORDINALS, *_SOME, *_UNITS, *_MONTHS, *_DAYS)) | {f"{unit}s" for unit in _UNITS}
_BEFORE_A_MONTH = "since|in|from|last|early|late|mid|around|end of|middle of|back in|beginning of"
#: Days of the year that people count from, as (month, day); those that move, about where they fall.
_FEASTS = {
    "halloween": (10, 31), "christmas": (12, 25), "xmas": (12, 25), "new year": (1, 1), "valentine": (2, 14),
    "easter": (4, 10), "4th of july": (7, 4), "fourth of july": (7, 4), "labor day": (9, 3), "memorial day": (5, 27),
    "thanksgiving": (11, 25),
}  # fmt: skip
_UNIT = "(" + "|".join(sorted(_UNITS, key=len, reverse=True)) + ")(?:es|s)?"
_LASTED = re.compile(
    r"\b(?:(\d+(?:\.\d+)?) ?|([a-z]+) )(?:(?:or|to|o) (?:so|\d+|[a-z]+) )?"
    rf"(?:(?:and a half|a|an|good|long|whole|full|more|of|or so) )*{_UNIT}\b"
)
#: A second number that leaves the unit out: "a month, maybe two".
_OR_MORE = re.compile(
    rf"\b{_UNIT} (?:(?:or|o|maybe|perhaps|possibly|probably|even|if not|more like|almost|nearly) )+"
    rf"(\d+|[a-z]+)\b(?! ?{_UNIT}\b)"
)
#: More than a month may be more than six weeks, and is read so.
_OVER_A_MONTH = re.compile(r"\b(?:over|more than|longer than|well over|at least) (?:a|one|1) month\b")
_YEAR = re.compile(r"\b(?:since|in|from|around|about|of) ((?:19|20)\d\d)\b")
_BORN = re.compile(r"\bborn .*?\b((?:19|20)\d\d)\b")

#: What may stand around an age that is all that is said: "actually I'm only 17 years old".
_AROUND_AN_AGE = frozenset(
    ("im", "i", "am", "only", "just", "still", "actually", "really", "turned", "years", "old", "yo")
)


def number(word: str) -> int | None:
    """Return the number that a word says: "3", "three", "3rd"."""
    if word.isdigit():
        return int(word) if len(word) <= 4 else None
    return _WORDS.get(word) or _ORDINALS.get(word)


def chosen_numbers(text: str, choices: int) -> tuple[int, ...]:
    """Return the numbers of choices when a plain text holds nothing else: "1 and 3", "number two", "the last one"."""
    words = [
        word
        for word in text.split()
        if word not in ("and", "number", "numbers", "option", "options", "the", "choice", "nr")
    ]
    if words and words[-1] == "one" and len(words) > 1 and words[0] in (*_ORDINALS, "last"):
        words.pop()
    numbers = [choices if word == "last" else number(word) for word in words]
    if not numbers or any(each is None or not 1 <= each <= choices for each in numbers):
        return ()
    return tuple(dict.fromkeys(each for each in numbers if each is not None))


def age(text: str, today: date) -> int | None:
    """Return the age in years that a plain text says ("im 34", "turned twenty two last week"), or None.

    Of a year of birth the birthday counts as still to come.
    """
    born = _BORN.search(text)
    if born:
        return today.year - int(born.group(1)) - 1
    words = text.split()
    for at, word in enumerate(words):
        found = number(word)
        if found is None or word in _ORDINALS:
            continue
        after = number(words[at + 1]) if at + 1 < len(words) else None
        if 20 <= found <= 90 and found % 10 == 0 and after is not None and after < 10 and not word.isdigit():
            found += after
        if 5 <= found <= OLDEST:
            return found
    return None


def says_age(text: str) -> bool:
    """Return whether a plain text says an age and nothing else: "im only 17", "born in 2010"."""
    rest = [word for word in text.split() if word not in _AROUND_AN_AGE]
    return bool(_BORN.search(text)) or (bool(rest) and all(number(word) is not None for word in rest))


def days(text: str, today: date) -> float | None:
    """Return how many days ago something began, by a plain text: "like three weeks", "since march"; None if unsaid.

    Of several durations the longest counts, which is the more careful reading.
    """
    found = (
        _lasted(text),
        _since_day(text, today),
        _since_month(text, today),
        _since_feast(text, today),
        _since_year(text, today),
    )
    return max((days for days in found if days is not None), default=None)


def _lasted(text: str) -> float | None:
    found: list[float] = []
    for match in _LASTED.finditer(text):
        digits, word, unit = match.groups()
        count = float(digits) if digits else _SOME.get(word) or _WORDS.get(word)
        if count is None:
            count = _before(text[: match.start()])
        if count is not None:
            found.append(count * _UNITS[unit])
    for match in _OR_MORE.finditer(text):
        more = number(match.group(2))
        if more is not None:
            found.append(more * _UNITS[match.group(1)])
    if _OVER_A_MONTH.search(text):
        found.append(float(SIX_WEEKS))
    return max(found, default=None)


def _since_year(text: str, today: date) -> float | None:
    years = [int(year) for year in _YEAR.findall(text) if int(year) <= today.year]
    return max((today.year - year) * 365.0 or 1.0 for year in years) if years else None


def _before(text: str) -> float | None:
    """Return the count that the last words before a unit say: "a couple of", "two long"."""
    for word in reversed(text.split()[-3:]):
        if word in _SOME or word in _WORDS:
            return _SOME.get(word) or float(_WORDS[word])
    return None


def _since_day(text: str, today: date) -> float | None:
    for at, name in enumerate(_DAYS):
        match = re.search(rf"\b(last )?{name}\b", text)
        if match:
            return float((today.weekday() - at) % 7 or 7)
    return None


def _since_month(text: str, today: date) -> float | None:
    for at, name in enumerate(_MONTHS, start=1):
        wanted = rf"\b(?:{_BEFORE_A_MONTH}) {name[:3]}(?:{name[3:]})?\b"
        if re.search(wanted, text) or text == name:
            year = today.year if at <= today.month else today.year - 1
            return float(max((today - date(year, at, 1)).days, 1))
    return None


def _since_feast(text: str, today: date) -> float | None:
    for name, (month, day) in _FEASTS.items():
        if name in text:
            year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
            return float(max((today - date(year, month, day)).days, 1))
    return None
