"""Whether the process is alive and may get visitors, and its counts. For the people and machines that run it."""

import asyncio
import datetime
from dataclasses import dataclass

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from unclench_web.conversations.service import Clock
from unclench_web.conversations.switch import Switch
from unclench_web.database import Database
from unclench_web.help_lines import HelpLines
from unclench_web.metrics import Metrics
from unclench_web.problems import Problem, describe
from unclench_web.rasa import Rasa
from unclench_web.standing import read_standing

STANDING_SECONDS = 2.0


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """The database and Rasa answer, or the assistant is switched off and the database answers."""

    status: str = "ready"
    database: bool = True
    rasa: bool
    """Whether Rasa has a model, and its safety filter has just raised a plain crisis."""
    answering: bool
    """False while answers are switched off."""


@dataclass(frozen=True)
class Parts:
    """What is looked at."""

    database: Database
    rasa: Rasa
    switch: Switch
    metrics: Metrics
    help_lines: HelpLines
    clock: Clock

    async def look(self) -> tuple[bool, bool, bool]:
        """Whether the database answers, whether Rasa is ready, and whether answers are switched off."""
        database, rasa = await asyncio.gather(self.database.is_alive(), self.rasa.is_ready())
        off = self.switch.is_off()
        self.metrics.ready.labels("database").set(database)
        self.metrics.ready.labels("rasa").set(rasa)
        self.metrics.off.set(off)
        return database, rasa, off

    async def count(self) -> bytes:
        """All counts, with what waits in the database."""
        database, _, _ = await self.look()
        standing = None
        if database:
            try:
                async with asyncio.timeout(STANDING_SECONDS):
                    standing = await self.database.read(read_standing, int(self.clock()))
            except (SQLAlchemyError, TimeoutError):
                standing = None
        self.metrics.show(standing)
        self.metrics.help_lines_checked.set(_checked_longest_ago(self.help_lines))
        return self.metrics.text()


def _checked_longest_ago(help_lines: HelpLines) -> float:
    days = [line.checked_on for line in help_lines]
    known = [day for day in days if day is not None]
    if len(known) < len(days):
        return 0
    return datetime.datetime.combine(min(known), datetime.time(), datetime.UTC).timestamp()


def router(parts: Parts) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> Alive:
        """Whether this process is alive."""
        return Alive()

    @routes.get("/readyz", responses=describe(503))
    async def readyz() -> Ready:
        """Whether the database and Rasa answer; while the assistant is switched off, Rasa need not."""
        database, rasa, off = await parts.look()
        if not database:
            raise Problem("database-not-ready", 503, {"Retry-After": "5"})
        if not rasa and not off:
            raise Problem("rasa-not-ready", 503, {"Retry-After": "5"})
        return Ready(rasa=rasa, answering=not off)

    @routes.get("/metrics", response_class=Response)
    async def counts() -> Response:
        """Counts in the text format of Prometheus."""
        return Response(await parts.count(), media_type=CONTENT_TYPE_LATEST)

    return routes
