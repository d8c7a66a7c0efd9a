"""Puts the rooms of `web` together. No rule of its own."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI

from unclench_web import health, pages, problems
from unclench_web.assets import COLOR, Assets
from unclench_web.body import BodyLimit
from unclench_web.clinic import read_clinic
from unclench_web.contact import api as contact_api
from unclench_web.contact import form as contact_form
from unclench_web.contact.channels import make_channels
from unclench_web.contact.crisis import CrisisCheck
from unclench_web.contact.outbox import Outbox
from unclench_web.contact.retention import Retention
from unclench_web.contact.sealing import make_seal
from unclench_web.contact.service import ContactRequests
from unclench_web.conversations import api as conversations_api
from unclench_web.conversations.erasure import Erasure
from unclench_web.conversations.safe_reply import SafeReply
from unclench_web.conversations.service import Clock, Conversations
from unclench_web.conversations.switch import Switch
from unclench_web.database import Database, default_url
from unclench_web.help_lines import read_help_lines
from unclench_web.limits import RateLimits
from unclench_web.metrics import MeasureRequests, Metrics
from unclench_web.pages import Look, find_logo
from unclench_web.places import Places
from unclench_web.problems import CatchAll, ProblemBody
from unclench_web.rasa import Rasa
from unclench_web.request_id import NameRequests
from unclench_web.security_headers import SecurityHeaders
from unclench_web.settings import Settings
from unclench_web.staff import account as staff_account
from unclench_web.staff import door as staff_door
from unclench_web.staff import pages as staff_pages
from unclench_web.staff.door import Door
from unclench_web.staff.inbox import Inbox
from unclench_web.staff.look import StaffLook
from unclench_web.staff.sessions import Sessions
from unclench_web.wording import read_wording

log = logging.getLogger(__name__)


def create_app(settings: Settings, places: Places | None = None, clock: Clock = time.time) -> FastAPI:
    """Make the app. Raises `StartFault` when a file, a setting or the database will not do."""
    places = places or Places()
    wording = read_wording(places.wording)
    clinic = read_clinic(places.clinic)
    help_lines = read_help_lines(places.help_lines)
    assets = Assets(style=clinic.style, color=clinic.color or COLOR, logo=find_logo(clinic, places.clinic))
    look = Look(wording, clinic, help_lines, assets)
    limits = RateLimits(settings)
    database = Database(settings.database_url or default_url(places.var))
    database.prepare()
    metrics = Metrics()
    rasa = Rasa(
        settings.rasa_url, settings.rasa_secret.get_secret_value(), settings.rasa_timeout_seconds, metrics.observe_rasa
    )
    idle_seconds = settings.idle_hours * 3600
    switch = Switch(settings.off, Path(settings.off_file) if settings.off_file else places.off)
    safe_reply = SafeReply(wording, clinic, help_lines)
    conversations = Conversations(database, rasa, safe_reply, help_lines, metrics, clock, idle_seconds, switch)
    seal = make_seal(settings.contact_keys, places.var)
    staff_words = read_wording(places.staff_wording)
    outbox = Outbox(database, make_channels(settings, staff_words, clock), metrics, clock)
    contact_requests = ContactRequests(database, seal, outbox, metrics, clock)
    inbox = Inbox(database, seal, outbox, clock, clinic.region)
    sessions = Sessions(database, seal, clock, settings.staff_idle_minutes * 60, settings.staff_hours * 3600)
    staff_look, door = StaffLook(staff_words, clinic, look.assets, clock), Door(sessions)
    retention = Retention(database, sessions, clock, clinic.keep_requests_days)
    erasure = Erasure(database, rasa, metrics, clock, idle_seconds)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        log.info("web_started", extra={"port": settings.port})
        working = [asyncio.create_task(each.run()) for each in (erasure, outbox, retention)]
        try:
            yield
        finally:
            await outbox.finish()
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            for channel in outbox.channels.values():
                await channel.close()
            await rasa.close()
            await limits.close()
            database.close()
            log.info("web_stopped")

    app = FastAPI(
        title="Unclench",
        version="0.1.0",
        description="The public API of Unclench. Every problem comes as application/problem+json (RFC 9457).",
        docs_url=None,  # both of these pages load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.database, app.state.outbox = database, outbox
    app.state.erasure, app.state.retention = erasure, retention
    app.include_router(conversations_api.router(conversations, limits))
    app.include_router(health.router(health.Parts(database, rasa, switch, metrics, help_lines, clock)))
    crisis_in = CrisisCheck(rasa, help_lines, metrics)
    app.include_router(contact_api.router(contact_requests, crisis_in, limits, clinic, wording))
    app.include_router(pages.router(look))
    app.include_router(contact_form.router(contact_requests, crisis_in, limits, look, clock))
    app.include_router(staff_door.router(door, limits, staff_look))
    app.include_router(staff_pages.router(door, inbox, staff_look, clinic.keep_requests_days))
    app.include_router(staff_account.router(door, staff_look))
    problems.install(app, wording)
    _describe_problems(app)
    # the last one added is the outermost
    app.add_middleware(BodyLimit, wording=wording)
    app.add_middleware(CatchAll, wording=wording)
    app.add_middleware(MeasureRequests, metrics=metrics)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(NameRequests)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Put the shape of problems into the OpenAPI description, in place of FastAPI's own."""
    make = app.openapi

    def openapi() -> dict[str, object]:
        described = make()
        schemas = described["components"]["schemas"]
        if "ProblemBody" not in schemas:
            shape = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(shape.pop("$defs", {}))
            schemas["ProblemBody"] = shape
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            for path in described["paths"].values():
                for call in path.values():
                    if "422" in call["responses"]:
                        call["responses"]["422"] = problems.describe(422)[422]
        return described

    app.openapi = openapi  # type: ignore[method-assign]
