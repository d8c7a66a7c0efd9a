"""Reads the answer to one of our two questions (data/safety/answers.yml). What is no clear no counts as a yes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from spacy.tokens import Doc
from spacy.vocab import Vocab

from knowledge.safety.normalise import Words
from knowledge.safety.patterns import Lists, Phrases

Reply = Literal["yes", "no", "unclear", "other"]
#: A message this short that asks for nothing else is an answer, however vague.
SHORT = 4
#: An answer stands within the first words.
EARLY = 2
NOT_EARLY = 99


class Answers:
    """Build once; `read` returns what a message answers."""

    def __init__(
        self, patterns: Mapping[str, Sequence[str]], lists: Mapping[str, Sequence[str]], dropped: Iterable[str] = ()
    ) -> None:
        self._vocab = Vocab()
        self._phrases = Phrases(self._vocab, Lists(lists, dropped))
        for name, entries in patterns.items():
            self._phrases.add(name, entries)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word the answers know."""
        return frozenset(self._phrases.words)

    def read(self, message: Words, asked: str | None = None) -> Reply:
        """Return "yes", "no", "unclear", or "other" when the message is no answer at all.

        `asked` is the question ("t3", "right_now"): "not right now" is a no to the second only.
        """
        words = [word for word in message.words if word.isalnum() or word in ".,"]
        while words and words[0] in ".,":
            words.pop(0)
        if not words:
            return "unclear"
        found = self._phrases.find(Doc(self._vocab, words=words), words)
        early = {name: min(start for start, _ in spans) for name, spans in found.items()}
        if early.get("clear_no") == 0:
            return "no"
        if asked == "right_now" and early.get("not_now", NOT_EARLY) <= EARLY and not {"but", "pero"} & set(words):
            return "no"
        if "asks_something" in found and early.get("yes", 9) > 0:
            return "no" if early.get("no") == 0 and "unclear" not in found else "other"
        if early.get("yes") == 0:
            return "yes"
        if "unclear" in found:
            return "unclear"
        if early.get("no", 99) <= 1:
            return "no"
        if message.question:
            return "other"
        if "yes" in found and early["yes"] <= 2:
            return "yes"
        return "unclear" if len(words) <= SHORT else "other"
