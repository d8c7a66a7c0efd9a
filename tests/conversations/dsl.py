"""A conversation as it reads: `chat.says("why is my jaw tight?").gets(topic="jaw-clenching")`."""

from __future__ import annotations

from typing import Any

import httpx


class Chat:
    """One visitor's conversation with a running assistant."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=15)
        opened = self.http.post("/api/conversations")
        assert opened.status_code == 201, opened.text
        body = opened.json()
        self.id, self.token = body["id"], body["token"]
        self.messages: list[dict[str, Any]] = body["messages"]

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def says(self, text: str) -> Chat:
        """Type a message."""
        return self._send({"text": text})

    def takes(self, label: str) -> Chat:
        """Tap the choice of the last message that has this label (or begins with it)."""
        offered = [choice for message in self.messages for choice in message["choices"]]
        found = [choice for choice in offered if choice["label"].startswith(label)]
        assert found, f"{label!r} is not among {[choice['label'] for choice in offered]}"
        return self._send({"choice": found[0]["id"]})

    def gets(
        self,
        topic: str | tuple[str, ...] | None = None,
        kind: str | None = None,
        says: str | None = None,
        offers: str | None = None,
        tier: str | tuple[str, ...] | None = None,
    ) -> Chat:
        """Assert what the last answer was. `says` is a part of the text, `offers` the topic of a choice."""
        shown = [(m["kind"], m["topic"], m["text"][:90]) for m in self.messages]
        assert self.messages, "no answer at all"
        if topic is not None:
            wanted = (topic,) if isinstance(topic, str) else topic
            assert any(message["topic"] in wanted for message in self.messages), (wanted, shown)
        if kind is not None:
            assert any(message["kind"] == kind for message in self.messages), (kind, shown)
        if says is not None:
            assert any(says.lower() in message["text"].lower() for message in self.messages), (says, shown)
        if offers is not None:
            topics = [choice["topic"] for message in self.messages for choice in message["choices"]]
            assert offers in topics, (offers, topics)
        if tier is not None:
            tiers = (tier,) if isinstance(tier, str) else tier
            assert any((m.get("data") or {}).get("tier") in tiers for m in self.messages), (tiers, shown)
        return self

    def offers_no_movement(self) -> Chat:
        """Assert that no choice of the last answer opens a movement."""
        movements = {"seated-marching", "leg-dangle", "half-kneel", "leg-lifts", "marching", "stability-ball"}
        movements |= {"somatic-yoga", "stretch-menu"}
        topics = {choice["topic"] for message in self.messages for choice in message["choices"]}
        assert not topics & movements, topics & movements
        return self

    def topics(self) -> list[str | None]:
        """Return the topics of the last answer's messages."""
        return [message["topic"] for message in self.messages]

    def transcript(self) -> list[dict[str, Any]]:
        """Return all messages of the conversation, as a reload sees them."""
        answer = self.http.get(f"/api/conversations/{self.id}/messages", headers=self.authorization)
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def post(self, **request: Any) -> httpx.Response:
        """Send any request to the messages of this conversation, with its token."""
        headers = {**self.authorization, **request.pop("headers", {})}
        return self.http.post(f"/api/conversations/{self.id}/messages", headers=headers, **request)

    def _send(self, body: dict[str, str]) -> Chat:
        answer = self.post(json=body)
        assert answer.status_code == 200, answer.text
        self.messages = answer.json()["messages"]
        return self
