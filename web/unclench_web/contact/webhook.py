"""Notices to a webhook, signed as https://www.standardwebhooks.com describes: there are libraries that check it."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from unclench_web.contact.mail import request_url
from unclench_web.contact.outbox import DeliveryFault
from unclench_web.contact.outbox_store import Notice
from unclench_web.conversations.service import Clock

SECONDS = 15.0


def signature(key: bytes, id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over id, timestamp (seconds since 1970) and body."""
    digest = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


@dataclass
class Webhook:
    """The webhook channel. Whatever is not answered with 2xx counts as not delivered."""

    url: str
    key: bytes
    public_url: str
    clock: Clock
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def deliver(self, notice: Notice) -> None:
        """Post the notice. Raises `DeliveryFault`."""
        id, now = f"contact-request-{notice.reference}", int(self.clock())
        body = json.dumps(
            {
                "type": "contact_request.received",
                "timestamp": datetime.fromtimestamp(notice.received_at, UTC).isoformat(),
                "data": {
                    "reference": notice.reference,
                    "url": request_url(self.public_url, notice.reference),
                },
            }
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": id,  # the same at each try: the receiver drops what it has
            "webhook-timestamp": str(now),
            "webhook-signature": signature(self.key, id, now, body),
        }
        try:
            async with self._open().post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except TimeoutError:
            raise DeliveryFault("webhook too slow") from None
        except (aiohttp.ClientError, OSError):
            raise DeliveryFault("webhook not reached") from None
        if not 200 <= status < 300:
            raise DeliveryFault(f"webhook said {status}")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:  # made here, as it belongs to the loop that is running
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=SECONDS)
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
