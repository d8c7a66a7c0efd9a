"""Notices by e-mail, over SMTP. The mail holds a reference and a link to the inbox, and nothing of the visitor's."""

import logging
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from unclench_web.contact.channel_settings import MailServer
from unclench_web.contact.outbox import DeliveryFault
from unclench_web.contact.outbox_store import Notice
from unclench_web.wording import Wording

log = logging.getLogger(__name__)

SECONDS = 15.0  # for one step of the exchange


@dataclass(frozen=True)
class Mail:
    """The e-mail channel."""

    server: MailServer
    sender: str
    to: tuple[str, ...]
    public_url: str
    say: Wording

    def compose(self, notice: Notice) -> EmailMessage:
        """The mail of a notice: the same one each time, so that a second delivery is seen as the same mail."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, ", ".join(self.to)
        mail["Subject"] = self.say("mail.subject", reference=notice.reference)
        mail["Date"] = format_datetime(datetime.fromtimestamp(notice.received_at, UTC))
        mail["Message-ID"] = f"<contact-request-{notice.reference}@{self.sender.rpartition('@')[2].rstrip('> ')}>"
        mail["Auto-Submitted"] = "auto-generated"
        link = request_url(self.public_url, notice.reference)
        mail.set_content(self.say("mail.body", reference=notice.reference, link=link) + "\n")
        return mail

    async def deliver(self, notice: Notice) -> None:
        """Hand the mail in. Raises `DeliveryFault`."""
        server = self.server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=SECONDS,
            use_tls=server.implicit_tls,
            start_tls=False if server.implicit_tls else (None if server.is_here else True),
            tls_context=ssl.create_default_context(),
        )
        try:
            async with client:
                if server.user is not None:
                    await client.login(server.user, server.password or "")
                refused, _ = await client.send_message(self.compose(notice), sender=self.sender, recipients=self.to)
        except aiosmtplib.SMTPTimeoutError:
            raise DeliveryFault("mail server too slow") from None
        except aiosmtplib.SMTPAuthenticationError:
            raise DeliveryFault("mail server refused the password") from None
        except aiosmtplib.SMTPResponseException as fault:
            raise DeliveryFault(f"mail server said {fault.code}") from None
        except aiosmtplib.SMTPRecipientsRefused:
            raise DeliveryFault("mail server refused the address") from None
        except (aiosmtplib.SMTPException, OSError):
            raise DeliveryFault("mail server not reached") from None
        if refused:  # the others have it, and would get it again at each further try
            log.warning("mail_address_refused", extra={"count": len(refused), "of": len(self.to)})

    async def close(self) -> None:
        """Nothing is kept open between two mails."""


def request_url(public_url: str, reference: str) -> str:
    """Where staff read a request."""
    return f"{public_url}/staff/requests/{reference}"
