"""Whether the process is alive and may get visitors, and its counts. For the people and machines that run it."""

import asyncio

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from unclench_web.conversations.switch import Switch
from unclench_web.database import Database
from unclench_web.metrics import Metrics
from unclench_web.problems import Problem, describe
from unclench_web.rasa import Rasa


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """The database and Rasa answer, or the assistant is switched off and the database answers."""

    status: str = "ready"


def router(database: Database, rasa: Rasa, metrics: Metrics, switch: Switch) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> Alive:
        """Whether this process is alive."""
        return Alive()

    @routes.get("/readyz", responses=describe(503))
    async def readyz() -> Ready:
        """Whether the database and Rasa answer; while the assistant is switched off, Rasa need not."""
        database_alive, rasa_ready = await asyncio.gather(database.is_alive(), rasa.is_ready())
        if not database_alive:
            raise Problem("database-not-ready", 503, {"Retry-After": "5"})
        if not rasa_ready and not switch.is_off():
            raise Problem("rasa-not-ready", 503, {"Retry-After": "5"})
        return Ready()

    @routes.get("/metrics", response_class=Response)
    async def counts() -> Response:
        """Counts in the text format of Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return routes
