"""Visitors under load: each asks about topics of its own, and keeps what it got, how late, and what came out wrong."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

#: Seconds in which every visitor has an answer or the safe static reply, whatever breaks.
BOUND = 6.0
#: Questions that are surely understood, and the topic that answers each.
QUESTIONS = {
    "psoas": "what is the psoas?",
    "emdr": "what is emdr?",
    "fight-or-flight": "what is fight or flight?",
    "jaw-clenching": "why do i clench my jaw?",
    "trauma-stored-in-hips": "is trauma stored in the hips?",
    "sleep-and-tension": "why am i so tense at night?",
}


@dataclass
class Answer:
    """One answer: the status (0: none came), the seconds it took, and its messages."""

    status: int
    seconds: float
    messages: list[dict[str, Any]]

    @property
    def is_safe_reply(self) -> bool:
        """Whether it is the static safe reply."""
        return any((each.get("data") or {}).get("safe_reply") for each in self.messages)

    @property
    def topics(self) -> list[str | None]:
        """The topics of its messages."""
        return [each["topic"] for each in self.messages]


class Visitor:
    """Somebody in one conversation, through nginx, as the chat page does it: a key for each message."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        opened = self.http.post("/api/conversations")
        assert opened.status_code == 201, opened.text
        self.id: str = opened.json()["id"]
        self._key = {"Authorization": f"Bearer {opened.json()['token']}"}

    def say(self, text: str = "", choice: str | None = None) -> Answer:
        """Say something and wait for the answer."""
        key = {"Idempotency-Key": secrets.token_urlsafe(16)}
        body = {"choice": choice} if choice else {"text": text}
        began = time.monotonic()
        try:
            answer = self.http.post(f"/api/conversations/{self.id}/messages", json=body, headers={**self._key, **key})
        except httpx.TransportError:
            return Answer(0, time.monotonic() - began, [])
        took = time.monotonic() - began
        return Answer(answer.status_code, took, answer.json()["messages"] if answer.status_code == 200 else [])

    def transcript(self) -> list[dict[str, Any]]:
        """All messages so far."""
        answer = self.http.get(f"/api/conversations/{self.id}/messages", headers=self._key)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def erase(self) -> int:
        """Erase the conversation; return the status."""
        return self.http.delete(f"/api/conversations/{self.id}", headers=self._key).status_code

    def asks_for_contact(self) -> tuple[int, str]:
        """Send a contact request; return the status (0: no answer) and the reference."""
        fields = {"name": "Ann", "phone": "480 555 0100", "topic": "general", "consent": True}
        try:
            answer = self.http.post(
                "/api/contact-requests", json=fields, headers={"Idempotency-Key": secrets.token_urlsafe(16)}
            )
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.json().get("reference", "")


@dataclass
class Crowd:
    """What came of many visitors talking at once."""

    answers: list[Answer] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    refused: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Everybody was answered in time, by the right card or the safe reply, in their own conversation."""
        assert self.answers
        assert self.wrong == []
        unanswered = [(each.status, round(each.seconds, 1)) for each in self.answers if each.status != 200]
        assert unanswered == [], "a visitor was left without an answer"
        assert max(each.seconds for each in self.answers) <= BOUND

    @property
    def answered(self) -> int:
        """How many got a real answer."""
        return sum(not each.is_safe_reply for each in self.answers)


@contextmanager
def crowd(url: str, size: int = 6, pause: float = 0.15) -> Iterator[Crowd]:
    """Let visitors talk until the block ends: each asks about a topic, then "why?", which only it can tell."""
    seen = Crowd()
    over = threading.Event()
    lock = threading.Lock()

    def talk(at: int) -> None:
        visitor = Visitor(url)
        topics = list(QUESTIONS)
        while not over.is_set():
            at += 1
            topic = topics[at % len(topics)]
            for text in (QUESTIONS[topic], "why?"):
                answer = visitor.say(text)
                with lock:
                    seen.answers.append(answer)
                    if answer.status == 200 and not answer.is_safe_reply and answer.topics != [topic]:
                        seen.wrong.append(f"{text} after {topic}: {answer.topics}")
                if answer.is_safe_reply or answer.status != 200:
                    break  # what it was about is open now: begin anew
                time.sleep(pause)
            if at % 5 == 0:
                status, reference = visitor.asks_for_contact()
                with lock:
                    seen.references += [reference] if status == 201 else []
                    seen.refused += status != 201

    threads = [threading.Thread(target=talk, args=(at,)) for at in range(size)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()
