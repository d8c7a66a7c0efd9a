"""What every page of the inbox is made with, and the headers that it goes out with."""

import time
from datetime import UTC, datetime
from typing import Any

from fastapi.responses import HTMLResponse
from markupsafe import Markup

from unclench_web.assets import Assets
from unclench_web.clinic import Clinic
from unclench_web.conversations.service import Clock
from unclench_web.help_lines import HelpLines
from unclench_web.pages import Look
from unclench_web.staff import ages
from unclench_web.staff.moves import moves_of
from unclench_web.staff.sessions import Staff
from unclench_web.wording import Wording

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class StaffLook:
    """Renders the templates under `staff/` with the words of `data/staff.yml`. No page may be kept by a browser."""

    def __init__(self, wording: Wording, clinic: Clinic, assets: Assets, clock: Clock = time.time) -> None:
        self.say = wording
        self.clinic = clinic
        self._clock = clock
        self._look = Look(wording, clinic, HelpLines(()), assets)

    def page(
        self,
        template: str,
        staff: Staff | None = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """A page of the inbox."""
        now = int(self._clock())
        html = self._look.render(
            f"staff/{template}",
            staff=staff,
            moves_of=moves_of,
            moment=moment,
            phone_shown=self.clinic.as_written,
            age=lambda since: ages.age(self.say, now - since),
            due=lambda since: ages.promise(self.say, now - since, self.clinic.reply_hours),
            counted=lambda name, count: ages.counted(self.say, name, count),
            **values,
        )
        return HTMLResponse(
            html, status, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", **(headers or {})}
        )

    def fault(self, name: str, status: int, staff: Staff | None = None) -> HTMLResponse:
        """A page that says what is wrong, and leads back."""
        return self.page("fault.html", staff, status, fault=name)


def moment(seconds: int) -> Markup:
    """A moment as the browser shows it in its own time zone; without scripts, in UTC."""
    at = datetime.fromtimestamp(seconds, UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(at.isoformat(), at.strftime("%Y-%m-%d %H:%M"))  # noqa: S704
