"""Takes contact requests: each is stored once, together with its notices, whatever is tried again at once or later."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from unclench_web.contact import store
from unclench_web.contact.contact_request import ContactRequest
from unclench_web.contact.outbox import Outbox
from unclench_web.contact.sealing import Seal
from unclench_web.conversations.service import Clock
from unclench_web.database import Database
from unclench_web.metrics import Metrics

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread on the phone
TRIES = 5  # for a reference that nobody has


@dataclass
class ContactRequests:
    """All contact requests."""

    database: Database
    seal: Seal
    outbox: Outbox
    metrics: Metrics
    clock: Clock

    async def take(self, request: ContactRequest, key: str) -> str:
        """Store a request and return its reference; for a key that was used before, return that one's reference."""
        key_hash = hashlib.sha256(key.encode()).hexdigest()
        sealed = self.seal.close(request.fields())
        for _ in range(TRIES):
            reference = new_reference()
            kept = store.NewRequest(
                reference,
                key_hash,
                sealed,
                received_at=int(self.clock()),
                phone_index=self.seal.index(request.phone),
                email_index=self.seal.index(request.email),
            )
            try:
                await self.database.write_durably(store.insert_request, kept, list(self.outbox.channels))
            except IntegrityError:  # the key was used before, or, most unlikely, the reference is taken
                known = await self.database.read(store.reference_of, key_hash)
                if known is not None:
                    return known
                continue
            self.metrics.contact_requests.inc()
            self.outbox.nudge()
            return reference
        raise RuntimeError("no free reference was found")


def new_reference() -> str:
    """A random reference that can be read out, such as K7QM-2XRP."""
    signs = [secrets.choice(ALPHABET) for _ in range(8)]
    return "".join(signs[:4]) + "-" + "".join(signs[4:])
