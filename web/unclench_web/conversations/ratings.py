"""Whether answers helped: counts by topic and day. What one visitor rated is erased with the conversation."""

import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from unclench_web.conversations import store
from unclench_web.tables import rated, rating_count


class Rated(NamedTuple):
    """The topic of the answer that was rated, and whether this rating is a new one (not the same again)."""

    topic: str
    is_new: bool


def rate(connection: Connection, id: str, message_id: str, helped: bool, day: datetime.date) -> Rated | None:
    """Count a rating, or change it. None when this conversation has no such answer."""
    found = [each for each in store.transcript(connection, id) if each.id == message_id and each.from_ == "assistant"]
    topic = found[0].topic if found else None
    if topic is None:
        return None
    mine = (rated.c.conversation_id == id) & (rated.c.message_id == message_id)
    before = connection.scalar(select(rated.c.helped).where(mine))
    if before == helped:
        return Rated(topic, False)
    if before is not None:
        connection.execute(delete(rated).where(mine))
        _count(connection, day, topic, before, -1)
    connection.execute(insert(rated), {"conversation_id": id, "message_id": message_id, "helped": helped})
    _count(connection, day, topic, helped, 1)
    return Rated(topic, True)


def _count(connection: Connection, day: datetime.date, topic: str, helped: bool, amount: int) -> None:
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = upsert(rating_count).values(day=day, topic=topic, helped=helped, count=amount)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[rating_count.c.day, rating_count.c.topic, rating_count.c.helped],
            set_={"count": rating_count.c.count + amount},
        )
    )
