"""Work that goes on for ever beside the visitors. A fault ends one round of it, never the loop."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from unclench_web.problems import log_fault


async def survive[T](round: Callable[[], Awaitable[T]]) -> T | None:
    """Do one round; what goes wrong in it is logged, and None comes back."""
    try:
        return await round()
    except SQLAlchemyError as fault:
        log_fault("database_fault", fault)
    except Exception as fault:
        log_fault("unforeseen_fault", fault)
    return None


async def sweep_for_ever(sweep: Callable[[], Awaitable[None]], every_seconds: float) -> None:
    """Do one round after the other, with a pause between."""
    while True:
        await survive(sweep)
        await asyncio.sleep(every_seconds)
