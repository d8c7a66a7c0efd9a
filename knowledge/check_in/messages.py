"""What the check-in says: the open question, the result, and the goodbye, as plain messages. Pure.

A message has the shape of the public API (see `knowledge.answers`). Its text stands alone, with numbered choices, for
a screen reader or a text message; `data` holds the same in parts, for the chat page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from knowledge.answers import Choice, Message, Situation, opens, payload
from knowledge.cards import Library
from knowledge.check_in import sharing
from knowledge.check_in.content import CheckIn, Question
from knowledge.check_in.course import Progress, place
from knowledge.check_in.decision import Outcome, Reason
from knowledge.safety.help_lines import HelpLine

TOPIC = "check-in"
INTENT = "check_in"
#: Movements that the result names, the gentlest first. Their steps come after the movement screen, as everywhere.
MOVEMENTS = ("seated-marching", "stretch-menu")
READING_AT_MOST = 3
#: What a note says before the question; "unclear" has a wording for each kind of question.
UNCLEAR = {"body_map": "unclear_where", "duration": "unclear_long", "age": "unclear_age"}
NOTES = {"back": "back_note"} | {name: name for name in ("first", "resumed", "restarted", "returned", "unclear_again")}
#: Small texts that the chat page shows on its own.
QUESTION_LABELS = ("list_done", "map_front", "map_back", "map_pick", "map_nothing", "map_done")
RESULT_LABELS = ("copy", "copied", "print", "result_title", "picked_title", "now_title")


def move(name: str, **said: Any) -> dict[str, Any]:
    """Return the payload of a choice that says something to the check-in."""
    return payload(INTENT, check_in_said={"move": name, **said})


def question_message(check_in: CheckIn, progress: Progress, language: str, note: str | None = None) -> Message:
    """Return the open question. `note` replaces what the progress says first ("returned" after another topic)."""
    say = check_in.text(language)
    question = check_in.question(progress.question or "")
    said = _note(check_in, question, progress, language, progress.note if note is None else note)
    first = " ".join(part for part in (said, question.text(language).get("intro")) if part)
    at, of = place(check_in, question.id)
    where = say["progress"].format(at=at, of=of) if at else ""
    labels = [choice.label.get(language, choice.label["en"]) for choice in question.choices]
    ask = question.text(language)["ask"]
    hint = say["several"] if question.several else say["numbered"]
    listed = "\n".join(f"{number}. {label}" for number, label in enumerate(labels, start=1))
    head = " ".join(part for part in (f"{where}." if where else "", ask) if part)
    answers: list[Choice] = [
        _choice(label, move("answer", question=question.id, choices=[choice.id]))
        for label, choice in zip(labels, question.choices, strict=True)
    ]
    controls = _controls(question, progress, say)
    return _message(
        check_in,
        kind="body_map" if question.kind == "body_map" else "check_in",
        text="\n\n".join(part for part in (first, head, f"{listed}", hint) if part),
        choices=[*answers, *controls.values()],
        data={
            "question": question.id,
            "note": first,
            "ask": ask,
            "progress": {"at": at, "of": of, "text": where},
            "several": question.several,
            "answers": [{"id": each.id, "only": each.only} for each in question.choices],
            "picked": list(progress.answers.get(question.id, ())),
            "controls": list(controls),
            "labels": {name: say[name] for name in QUESTION_LABELS},
        },
    )


def stopped_message(check_in: CheckIn, language: str) -> Message:
    """Return the goodbye of a check-in that was stopped, with the way back."""
    say = check_in.text(language)
    resume = resume_choice(check_in, language)
    return _message(check_in, "text", say["stopped"], [resume])


def resume_choice(check_in: CheckIn, language: str) -> Choice:
    """Return the choice that goes on with a check-in that was left."""
    return _choice(check_in.text(language)["resume"], move("resume"), TOPIC)


def result_message(
    check_in: CheckIn,
    progress: Progress,
    outcome: Outcome,
    library: Library,
    now: Situation,
    lines: dict[str, HelpLine],
) -> Message:
    """Return the result: the level in words, why, what to do now, and where to go on."""
    language = now.language
    say = check_in.text(language)
    level = check_in.level(outcome.level)
    texts = level.text(language)
    because = _because(check_in, outcome, progress, language)
    places = _places(check_in, progress, language)
    movement = _movement(check_in, outcome, progress, language)
    shown = [lines[name] for name in outcome.lines]
    heavy = [say["heavy"]] if "988" in outcome.lines and level.id in ("C", "D") else []
    sections = _sections(check_in, progress, outcome, library, now)
    parts = [f"{texts['title']}.", *because, texts["now"], *heavy, *movement, places, say["limits"]]
    urgent = level.tier is not None
    share = None if urgent or level.id == "minor" else sharing.shared(check_in, progress, outcome, language)
    message = _message(
        check_in,
        "check_in_result",
        "\n\n".join(part for part in parts if part),
        [choice for _, choices in sections for choice in choices],
        {
            "level": level.id,
            "title": texts["title"],
            "picked": because,
            "now": " ".join([texts["now"], *heavy]),
            "movement": " ".join(movement),
            "places": places,
            "limits": say["limits"],
            "sections": [{"title": title, "choices": len(choices)} for title, choices in sections],
            "lines": [each.public(language) for each in shown],
            "share": share,
            "labels": {name: say[name] for name in RESULT_LABELS},
        },
    )
    if level.tier is not None:
        message["data"]["tier"] = level.tier
    message["sources"] = [
        {"title": each.title, "publisher": each.publisher, "url": each.url}
        for each in (library.sources[name] for name in level.sources)
    ]
    return message


def picked_words(check_in: CheckIn, reason: Reason, progress: Progress, language: str) -> str:
    """Return a picked choice as it is called in a sentence, with its side: "hips (left)"; the question if left out."""
    question = check_in.question(reason.question)
    if reason.choice is None:
        return question.text(language)["short"]
    words = question.choice(reason.choice).picked
    said = words.get(language, words["en"])
    return sharing.told(check_in, progress, question, reason.choice, said, language)


def _note(check_in: CheckIn, question: Question, progress: Progress, language: str, note: str) -> str:
    say = check_in.text(language)
    if note == "why":
        return question.text(language)["why"]
    if note == "unclear":
        return say["unclear_flag" if question.red_flag else UNCLEAR.get(question.kind, "unclear")]
    if note == "skipped" and progress.last:
        return check_in.question(progress.last).text(language).get("skipped", say["skipped"])
    if note == "corrected" and progress.last:
        return say["corrected"].format(answer=sharing.answer_line(check_in, progress, progress.last, language))
    return say[NOTES[note]] if note in NOTES else ""


def _controls(question: Question, progress: Progress, say: Any) -> dict[str, Choice]:
    names = ["skip", "back", "why", "stop"] if progress.answers else ["skip", "why", "stop"]
    if progress.note == "why":
        names.remove("why")
    said = {
        "skip": move("skip", question=question.id),
        "back": move("back"),
        "why": move("why"),
        "stop": payload("stop", reply="stop"),
    }
    return {name: _choice(say[name], said[name]) for name in names}


def _because(check_in: CheckIn, outcome: Outcome, progress: Progress, language: str) -> list[str]:
    """Return the sentences that say why, each naming answers really given."""
    say = check_in.text(language)
    picked = [picked_words(check_in, each, progress, language) for each in outcome.reasons if each.choice is not None]
    left_out = [picked_words(check_in, each, progress, language) for each in outcome.reasons if each.choice is None]
    sentences = [say["because"].format(picked=", ".join(picked))] if picked else []
    sentences += [say["because_skipped"].format(left_out=", ".join(left_out))] if left_out else []
    return sentences + ([say["because_earlier"]] if outcome.earlier else [])


def _places(check_in: CheckIn, progress: Progress, language: str) -> str:
    question = check_in.body_map
    areas = [each for each in progress.answers.get(question.id, ()) if not question.choice(each).only]
    if not areas:
        return ""
    named = ", ".join(picked_words(check_in, Reason(question.id, each), progress, language) for each in areas)
    return check_in.text(language)["noticed"].format(places=named)


def _movement(check_in: CheckIn, outcome: Outcome, progress: Progress, language: str) -> list[str]:
    say = check_in.text(language)
    if not check_in.level(outcome.level).movement:
        return []
    if outcome.movement:
        return [say["movement_ok"]]
    held = [picked_words(check_in, each, progress, language) for each in outcome.held_by if each.choice is not None]
    if held:
        return [say["movement_held"].format(picked=", ".join(held))]
    left_out = any(each.choice is None for each in outcome.held_by)
    return [say["movement_left_out" if left_out else "movement_earlier"]]


def _sections(
    check_in: CheckIn, progress: Progress, outcome: Outcome, library: Library, now: Situation
) -> list[tuple[str, list[Choice]]]:
    """Return what the result offers, under headings; what the visitor asked for comes first."""
    say = check_in.text(now.language)
    level = check_in.level(outcome.level)
    urgent = level.tier is not None
    reading = [] if urgent else [*_reading(check_in, progress), *(each for each in level.next if each != "contact")]
    unique = list(dict.fromkeys(reading))[:READING_AT_MOST]
    movements: Sequence[str] = MOVEMENTS if outcome.movement else ()
    person = ["contact"] if "contact" in level.next else []
    parts = {
        "read": (say["read_title"], _cards(library, unique, now)),
        "move": (say["move_title"], _cards(library, movements, now)),
        "talk": (say["hand_title"], _cards(library, person, now)),
    }
    wanted = [each for each in progress.answers.get("help", ()) if each in parts]
    order = [*wanted, *(each for each in parts if each not in wanted)]
    found = [parts[each] for each in order if parts[each][1]]
    change = [_choice(say["change"], move("back")), _choice(say["again"], move("restart"))] if progress.answers else []
    return [*found, ("", change)] if change else found


def _reading(check_in: CheckIn, progress: Progress) -> list[str]:
    question = check_in.body_map
    return [card for each in progress.answers.get(question.id, ()) for card in question.choice(each).reading]


def _cards(library: Library, cards: Sequence[str], now: Situation) -> list[Choice]:
    return [choice for choice in (opens(library, each, now) for each in cards) if choice]


def _choice(label: str, taken: dict[str, Any], topic: str | None = None) -> Choice:
    return {"label": label, "topic": topic, "payload": taken}


def _message(
    check_in: CheckIn, kind: str, text: str, choices: list[Choice], data: dict[str, Any] | None = None
) -> Message:
    review = {name: check_in.review[name] for name in ("status", "by", "on")}
    return {
        "kind": kind,
        "text": text,
        "topic": TOPIC,
        "choices": choices,
        "sources": [],
        "evidence": None,
        "review": review,
        "data": data or {},
    }
