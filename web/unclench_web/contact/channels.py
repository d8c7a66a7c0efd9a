"""Which channels tell the clinic of a new request: those that the settings name, and the inbox always."""

import logging

from unclench_web.contact.channel_settings import MailServer, secret_bytes
from unclench_web.contact.mail import Mail
from unclench_web.contact.outbox import Channel
from unclench_web.contact.webhook import Webhook
from unclench_web.conversations.service import Clock
from unclench_web.settings import Settings
from unclench_web.wording import Wording

log = logging.getLogger(__name__)


def make_channels(settings: Settings, staff_words: Wording, clock: Clock) -> dict[str, Channel]:
    """The channels by name. The settings have checked that each is set wholly."""
    channels: dict[str, Channel] = {}
    if settings.smtp_url:
        server = MailServer.from_url(settings.smtp_url.get_secret_value())
        sender, public_url = settings.mail_from or "", settings.public_url or ""
        channels["email"] = Mail(server, sender, settings.mail_to, public_url, staff_words)
    if settings.webhook_url and settings.webhook_secret:
        key = secret_bytes(settings.webhook_secret.get_secret_value())
        channels["webhook"] = Webhook(settings.webhook_url, key, settings.public_url or "", clock)
    if channels:
        log.info("contact_requests_are_announced", extra={"by": sorted(channels), "inbox": "/staff"})
    else:
        log.warning(
            "contact_requests_go_to_the_inbox_alone",
            extra={"inbox": "/staff", "set": "UNCLENCH_SMTP_URL or UNCLENCH_WEBHOOK_URL to be told of each"},
        )
    return channels
