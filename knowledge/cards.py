"""Cards: all that the assistant knows and says, one YAML file a topic, loaded and validated.

`load_library` reads every card folder, the sources and clinic.yml, and either returns a library in which every
id that is named exists, or raises DataError with all faults found. Style (length, reading grade, words) is
checked apart, in `knowledge.style`: a long sentence must not take the service down.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from knowledge import places
from knowledge.clinic import Clinic, load_clinic
from knowledge.located_yaml import DataError, Fault, Located, load
from knowledge.movements import guide as guides
from knowledge.movements.exercise import Exercise, FormText, exercise_of, texts_of
from knowledge.movements.faults import exercise_faults
from knowledge.movements.guide import Guide, load_guide

#: Folder under data/ → the category that training and dialogue see.
FOLDERS: Mapping[str, str] = {
    "topics": "ask",
    "stretches": "ask",
    "treatments": "ask",
    "replies": "reply",
    "follow_ups": "follow_up",
}
#: What a health answer must show beside its text.
CITED = ("evidence", "sources")
LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class Source:
    """Where a fact comes from. `checked_on`: ISO date on which it was read, None if nobody has yet."""

    id: str
    title: str
    publisher: str
    url: str | None
    checked_on: str | None


@dataclass(frozen=True)
class Review:
    """Whether a clinician signed the card: `by` a name, `on` an ISO date."""

    status: str
    by: str | None = None
    on: str | None = None


@dataclass(frozen=True)
class CardText:
    """What a card says in one language, and how people ask for it there."""

    title: str
    asks: tuple[str, ...]
    answer: str
    answer_unset: str | None = None
    no_topic: str | None = None
    follow_ups: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    exercise: Mapping[str, FormText] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """One card. `folder` is the folder under data/, `intent` the category that the dialogue sees."""

    id: str
    folder: str
    intent: str
    review: Review
    texts: Mapping[str, CardText]
    evidence: str | None = None
    sources: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    contact_topic: str | None = None
    exercise: Exercise | None = None

    def text(self, language: str) -> CardText:
        """Return the texts in `language` ("en", "es"), in English where there are none."""
        return self.texts.get(language) or self.texts["en"]


@dataclass(frozen=True)
class Library:
    """All cards by id, the follow-ups by aspect, the sources, the clinic, and what guides movements."""

    cards: Mapping[str, Card]
    follow_ups: Mapping[str, Card]
    sources: Mapping[str, Source]
    clinic: Clinic
    guide: Guide | None = None

    def everything(self) -> Iterator[Card]:
        """Yield all cards, then all follow-ups."""
        yield from self.cards.values()
        yield from self.follow_ups.values()


def card_files(data: Path = places.DATA) -> list[Path]:
    """Return every card's file, sorted by folder and name."""
    # Sorted by name: this is asked every two seconds, and comparing paths took most of it.
    return [path for folder in FOLDERS for path in sorted((data / folder).glob("*.yml"), key=_name)]


def _name(path: Path) -> str:
    return path.name


def library_files(data: Path = places.DATA, clinic: Path = places.CLINIC) -> list[Path]:
    """Return every file that the library is read from."""
    return [*card_files(data), *guides.guide_files(data), data / "sources.yml", clinic]


def load_library(data: Path = places.DATA, clinic: Path = places.CLINIC) -> Library:
    """Read and validate all cards. Raises DataError with every fault that was found."""
    faults: list[Fault] = []
    documents: list[tuple[str, Located]] = []
    for path in card_files(data):
        try:
            document = load(path)
        except DataError as error:
            faults.extend(error.faults)
            continue
        wrong = schema_faults(document)
        faults.extend(wrong)
        if not wrong:
            documents.append((path.parent.name, document))
    sources = _load_sources(data / "sources.yml", faults)
    settings = load_clinic(clinic)
    faults.extend(_reference_faults(documents, sources, settings))
    guide = _load_guide(data, faults)
    for _, document in documents:
        faults.extend(exercise_faults(document, LANGUAGES, guide))
    if not documents and not faults:
        faults.append(Fault(str(data), 1, "", "there are no cards here.", "Restore data/."))
    if faults:
        raise DataError(faults)
    cards: dict[str, Card] = {}
    follow_ups: dict[str, Card] = {}
    for folder, document in documents:
        card = _card(folder, document.value)
        (follow_ups if folder == "follow_ups" else cards)[card.id] = card
    return Library(cards, follow_ups, sources, settings, guide)


def _load_guide(data: Path, faults: list[Fault]) -> Guide | None:
    """Return the guide, or None where data/ has none or a broken one."""
    if not (data / guides.FOLDER).is_dir():
        return None
    try:
        return load_guide(data)
    except DataError as error:
        faults.extend(error.faults)
        return None


@lru_cache(maxsize=1)
def _validator() -> jsonschema.Draft7Validator:
    schema = json.loads((places.DATA / "card.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema)


def schema_faults(document: Located) -> list[Fault]:
    """Return what card.schema.json and the card's folder find wrong, in the words of a person."""
    faults: list[Fault] = []
    for error in _validator().iter_errors(document.value):
        for where, problem, mend in explain(error):
            faults.append(document.fault(where, problem, mend))
    if faults or not isinstance(document.value, dict):
        return list(dict.fromkeys(faults))  # two missing fields are two errors that each name both
    card_id, folder = document.value["id"], document.path.parent.name
    if card_id != document.path.stem:
        mend = f"Write `id: {document.path.stem}` or rename the file."
        faults.append(document.fault(["id"], f"{card_id!r} is not the file's name.", mend))
    if FOLDERS.get(folder) == "ask":
        for name in CITED:
            if name not in document.value:
                problem = f"a card in {folder}/ must have `{name}`."
                faults.append(document.fault([], problem, f"Add `{name}:` (docs/writing-cards.md)."))
    if "intent" in document.value and folder != "replies":
        problem = "only replies may name an intent."
        faults.append(document.fault(["intent"], problem, "Take the line out."))
    if folder == "follow_ups" and "no_topic" not in document.value["en"]:
        problem = "a follow-up must say something when there is no topic yet."
        faults.append(document.fault(["en"], problem, "Add `no_topic:`."))
    return faults


def explain(error: jsonschema.ValidationError) -> Iterator[tuple[list[Any], str, str]]:
    """Yield (path, problem, mend) for one schema error."""
    where: list[Any] = list(error.absolute_path)
    # The stubs of jsonschema leave these open; here they are what card.schema.json holds.
    wanted: Any = error.validator_value
    found: Any = error.instance
    schema: Any = error.schema
    if error.validator == "required":
        missing = [name for name in wanted if name not in found]
        for name in missing:
            yield where, f"`{name}` is missing.", f"Add `{name}:`."
    elif error.validator == "additionalProperties":
        known = schema.get("properties", {})
        for name in sorted(set(found) - set(known), key=str):
            yield [*where, name], "this field is not known.", f"Known: {', '.join(sorted(known))}."
    elif error.validator == "enum":
        allowed = ", ".join(repr(each) for each in wanted)
        yield where, f"{found!r} is not allowed.", f"Write one of {allowed}."
    elif error.validator == "minItems":
        problem = f"{len(found)} entries are too few."
        yield where, problem, f"Write at least {wanted}."
    elif error.validator == "maxItems":
        problem = f"{len(found)} entries are too many."
        yield where, problem, f"Keep the best {wanted}."
    elif error.validator == "uniqueItems":
        twice = sorted({str(each) for each in found if found.count(each) > 1})
        yield where, f"this stands here twice: {'; '.join(twice)}.", "Keep one of the two."
    elif error.validator == "maxLength":
        problem = f"{len(found)} characters are too many."
        yield where, problem, f"Keep to {wanted}."
    elif error.validator == "type":
        problem = f"{str(found)[:40]!r} is not a {wanted}."
        yield where, problem, "Quote it if it is a text, or mend the indentation."
    else:
        description = schema.get("description", "See docs/writing-cards.md.")
        yield where, f"{error.message[:120]}.", str(description)


def _load_sources(path: Path, faults: list[Fault]) -> dict[str, Source]:
    try:
        document = load(path)
    except DataError as error:
        faults.extend(error.faults)
        return {}
    sources: dict[str, Source] = {}
    if not isinstance(document.value, dict):
        mend = "Write `id: {title: …, publisher: …}`."
        faults.append(document.fault([], "these are not sources by id.", mend))
        return {}
    for source_id, row in document.value.items():
        if not isinstance(row, dict) or not row.get("title") or not row.get("publisher"):
            problem = "a source needs a title and a publisher."
            faults.append(document.fault([source_id], problem, "Add what is missing."))
            continue
        url, checked = row.get("url"), row.get("checked_on")
        if url is not None and not str(url).startswith("https://"):
            problem = f"{url!r} is not an https address."
            faults.append(document.fault([source_id, "url"], problem, "Write https://… or null."))
        if checked is not None and not isinstance(checked, str):
            problem = "the date is not a text."
            faults.append(document.fault([source_id, "checked_on"], problem, "Put it in quotes."))
            continue
        sources[source_id] = Source(source_id, row["title"], row["publisher"], url, checked)
    return sources


def _reference_faults(
    documents: Sequence[tuple[str, Located]], sources: Mapping[str, Source], clinic: Clinic
) -> list[Fault]:
    """Return ids named but not there, ids and examples there twice, and placeholders that can't be filled."""
    faults: list[Fault] = []
    ids = {doc.value["id"] for folder, doc in documents if folder != "follow_ups"}
    seen: dict[tuple[bool, str], str] = {}
    asked: dict[str, str] = {}
    for folder, doc in documents:
        card = doc.value
        key = (folder == "follow_ups", card["id"])
        if key in seen:
            problem = f"{seen[key]} has the same id."
            faults.append(doc.fault(["id"], problem, "Give one of the two another id."))
        seen[key] = str(doc.path)
        for at, source in enumerate(card.get("sources", [])):
            if sources and source not in sources:
                problem = f"there is no source {source!r}."
                faults.append(doc.fault(["sources", at], problem, "Add it to data/sources.yml."))
        for at, follower in enumerate(card.get("next", [])):
            if follower not in ids:
                problem = f"there is no card {follower!r}."
                faults.append(doc.fault(["next", at], problem, "Name one that exists."))
        for at, setting in enumerate(card.get("needs", [])):
            if setting not in clinic.settings:
                problem = f"clinic.yml has no {setting!r}."
                faults.append(doc.fault(["needs", at], problem, "Name a setting of clinic.yml."))
        for language in LANGUAGES:
            texts = card.get(language)
            if not texts:
                continue
            if card.get("needs") and "answer_unset" not in texts:
                problem = "`needs` asks for `answer_unset`."
                faults.append(doc.fault([language], problem, "Say what is true while it is unset."))
            for where, setting in _placeholders(texts):
                covered = where == ["answer"] and setting in card.get("needs", [])
                if clinic.get(setting) is None and not covered:
                    problem = f"clinic.yml sets no {setting!r}, and visitors would read {{{setting}}}."
                    mend = "Set it, or name it in `needs` and use it in `answer` only."
                    faults.append(doc.fault([language, *where], problem, mend))
            for at, ask in enumerate(texts["asks"]):
                plain = " ".join(ask.lower().split())
                if plain in asked and asked[plain] != card["id"]:
                    problem = f"{ask!r} is an example of {asked[plain]} too."
                    faults.append(doc.fault([language, "asks", at], problem, "Keep it where it belongs."))
                asked[plain] = card["id"]
    return faults


def _placeholders(texts: Mapping[str, Any]) -> Iterator[tuple[list[str], str]]:
    """Yield (path, setting) for every {setting} in the texts of one language."""
    said = [([name], texts[name]) for name in ("answer", "answer_unset", "no_topic") if name in texts]
    said += [(["follow_ups", aspect], text) for aspect, text in texts.get("follow_ups", {}).items()]
    for where, text in said:
        for setting in re.findall(r"\{(\w+)\}", text):
            yield where, setting


def _card(folder: str, raw: Mapping[str, Any]) -> Card:
    texts = {
        language: CardText(
            title=raw[language]["title"].strip(),
            asks=tuple(raw[language]["asks"]),
            answer=_one_line(raw[language]["answer"]),
            answer_unset=_maybe(raw[language].get("answer_unset")),
            no_topic=_maybe(raw[language].get("no_topic")),
            follow_ups={aspect: _one_line(text) for aspect, text in raw[language].get("follow_ups", {}).items()},
            choices=raw[language].get("choices", {}),
            exercise=texts_of(raw[language].get("exercise", {})),
        )
        for language in LANGUAGES
        if language in raw
    }
    return Card(
        id=raw["id"],
        folder=folder,
        intent=raw.get("intent", FOLDERS[folder]),
        review=Review(**raw["review"]),
        texts=texts,
        evidence=raw.get("evidence"),
        sources=tuple(raw.get("sources", ())),
        next=tuple(raw.get("next", ())),
        needs=tuple(raw.get("needs", ())),
        unverified=tuple(raw.get("unverified", ())),
        contact_topic=raw.get("contact_topic"),
        exercise=exercise_of(raw["id"], raw["exercise"]) if "exercise" in raw else None,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _maybe(text: str | None) -> str | None:
    return None if text is None else _one_line(text)
