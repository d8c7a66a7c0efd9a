"""The static safe reply: what a visitor gets when Rasa or the database gives nothing, or the switch is off.

It needs none of them.
"""

from dataclasses import dataclass

from unclench_web.clinic import Clinic
from unclench_web.conversations.message import Entry, Message, new_id
from unclench_web.help_lines import HelpLines
from unclench_web.wording import Wording


@dataclass(frozen=True)
class SafeReply:
    """Says that no answer can be given now, and where help is: help lines, the clinic's phone, the contact form."""

    wording: Wording
    clinic: Clinic
    help_lines: HelpLines

    def opening(self) -> Entry:
        """In place of the greeting."""
        return self._entry("safe_reply.opening")

    def answer(self) -> Entry:
        """In place of an answer."""
        return self._entry("safe_reply.answer")

    def switched_off(self) -> Entry:
        """In place of everything while the assistant is switched off."""
        return self._entry("safe_reply.switched_off")

    def _entry(self, name: str) -> Entry:
        phone = self.clinic.phone_shown
        reach = self.wording("safe_reply.reach_by_phone", phone=phone) if phone else self.wording("safe_reply.reach")
        return Entry(
            Message(
                id=new_id(),
                from_="assistant",
                kind="text",
                text=f"{self.wording(name)} {reach}",
                data={
                    "safe_reply": True,
                    "lines": self.help_lines.in_language(self.wording.language),
                    "phone": self.clinic.phone,
                    "contact_url": "/contact",
                },
            )
        )
