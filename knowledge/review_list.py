"""`make review-list`: what the clinic must still check before launch, as Markdown, from the content as it is now.

Usage: python -m knowledge.review_list. It decides nothing and changes nothing: a source counts as read when
data/sources.yml says when, a fact as checked when it is gone from a card's `unverified`, a card as reviewed when
its `review` names who signed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from knowledge import places
from knowledge.cards import FOLDERS, Card, Library, load_library
from knowledge.check_in.content import CheckIn, load_check_in
from knowledge.located_yaml import DataError, load

Lines = list[str]


def review_list(
    library: Library, rows: Mapping[str, Any], help_lines: Sequence[Any], safety_review: str, check_in: CheckIn
) -> str:
    """Return the whole list as Markdown. Pure.

    `rows` is data/sources.yml as it stands (id → row), `help_lines` the `lines` of data/safety/help_lines.yml,
    `safety_review` the review status of data/safety/replies.yml.
    """
    unread, copies = unread_sources(library), stored_copies(library, rows)
    facts, drafts = unverified_facts(library), draft_cards(library)
    facts |= {"check-in": check_in.unverified} if check_in.unverified else {}
    unset = unset_settings(library)
    parts = [
        ["# To check before launch", ""],
        _summary(unread, copies, facts, drafts, help_lines, unset),
        _section("Sources nobody has read yet", _source_lines(library, unread)),
        _section("Sources read only as a stored copy, not as the live page", _source_lines(library, copies)),
        _section("Facts that no source was read for, by card", _fact_lines(facts)),
        _section("Help lines", _help_lines(help_lines)),
        _section("Texts still draft: nobody named has signed them", _draft_lines(drafts, safety_review, check_in)),
        _section("What the clinic has not told yet (clinic.yml)", _unset_lines(library, unset)),
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def unread_sources(library: Library) -> list[str]:
    """Return the ids of sources without a date of reading."""
    return [each.id for each in library.sources.values() if each.checked_on is None]


def stored_copies(library: Library, rows: Mapping[str, Any]) -> list[str]:
    """Return the ids of sources that were read in an archived copy (`read_in`)."""
    return [each for each in library.sources if rows[each].get("read_in")]


def cards_citing(library: Library, source: str) -> list[str]:
    """Return the ids of the cards that cite a source."""
    return [card.id for card in library.everything() if source in card.sources]


def unverified_facts(library: Library) -> dict[str, tuple[str, ...]]:
    """Return the unverified facts by card, for the cards that have some."""
    return {card.id: card.unverified for card in library.everything() if card.unverified}


def draft_cards(library: Library) -> dict[str, list[str]]:
    """Return the ids of cards that nobody has signed, by their folder under data/."""
    cards: list[Card] = [card for card in library.everything() if card.review.status != "reviewed"]
    return {folder: [card.id for card in cards if card.folder == folder] for folder in FOLDERS}


def unset_settings(library: Library) -> list[str]:
    """Return the settings of clinic.yml that are still null."""
    return [name for name, value in library.clinic.settings.items() if value is None]


def _summary(
    unread: Sequence[str],
    copies: Sequence[str],
    facts: Mapping[str, Sequence[str]],
    drafts: Mapping[str, Sequence[str]],
    help_lines: Sequence[Any],
    unset: Sequence[str],
) -> Lines:
    uncertain = sum(1 for line in help_lines if line.get("unverified"))
    return [
        f"- {_count(len(unread), 'source')} not read, {len(copies)} read only as a stored copy",
        f"- {_count(sum(map(len, facts.values())), 'fact')} without a source, in {_count(len(facts), 'card')}",
        f"- {_count(uncertain, 'help line')} with something not confirmed at its source",
        f"- {_count(sum(map(len, drafts.values())), 'card')} still draft",
        f"- {_count(len(unset), 'setting')} of the clinic unset",
        "",
    ]


def _section(title: str, lines: Iterable[str]) -> Lines:
    return [f"## {title}", "", *(list(lines) or ["Nothing."]), ""]


def _source_lines(library: Library, ids: Iterable[str]) -> Iterator[str]:
    for each in ids:
        source = library.sources[each]
        where = f" <{source.url}>" if source.url else ""
        yield f"- [ ] **{each}**: {source.title}, {source.publisher}.{where}"
        yield f"  Cited by: {', '.join(cards_citing(library, each)) or 'no card'}"


def _fact_lines(facts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for card, its in facts.items():
        yield f"- **{card}**"
        yield from (f"  - [ ] {fact}" for fact in its)


def _help_lines(help_lines: Sequence[Any]) -> Iterator[str]:
    for line in help_lines:
        unconfirmed = ", ".join(line.get("unverified") or ())
        note = f"; not confirmed: {unconfirmed}" if unconfirmed else ""
        checked = f"checked on {line['checked_on']} at <{line['source']}>"
        yield f"- [ ] **{line['id']}** ({line['name']['en']}): {checked}{note}"


def _draft_lines(drafts: Mapping[str, Sequence[str]], safety_review: str, check_in: CheckIn) -> Iterator[str]:
    for folder, ids in drafts.items():
        if ids:
            yield f"- [ ] **data/{folder}/** ({len(ids)}): {', '.join(ids)}"
    if safety_review != "reviewed":
        yield "- [ ] **data/safety/replies.yml**: every reply to a crisis or an emergency"
    if check_in.review["status"] != "reviewed":
        yield "- [ ] **data/check_in.yml**: every question, what each answer leads to, and what is said at the end"


def _unset_lines(library: Library, unset: Iterable[str]) -> Iterator[str]:
    for name in unset:
        waiting = [card.id for card in library.everything() if name in card.needs]
        note = f": {', '.join(waiting)} {'says' if len(waiting) == 1 else 'say'} so" if waiting else ""
        yield f"- [ ] **{name}**{note}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def read_review_list(data: Path = places.DATA, clinic: Path = places.CLINIC) -> str:
    """Return the list for the content on disk. Raises DataError when the content can't be read."""
    replies = load(data / "safety" / "replies.yml").value
    return review_list(
        load_library(data, clinic),
        load(data / "sources.yml").value,
        load(data / "safety" / "help_lines.yml").value["lines"],
        (replies.get("review") or {}).get("status", "draft"),
        load_check_in(data / "check_in.yml"),
    )


def main() -> int:
    """Print the list; return the exit code, 1 when the content can't be read."""
    try:
        print(read_review_list(), end="")
    except DataError as error:
        print(f"{error}\nMend the content first: make check-content.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
