"""Conversations in the database: plain functions over a connection, each called within one transaction."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from unclench_web.conversations.message import Entry, Message
from unclench_web.rasa import Payload
from unclench_web.tables import answered, conversation, message, offered_choice, rasa_deletion

# the statements that every message needs, made once
_FIND = select(conversation.c.token_hash, conversation.c.last_active_at).where(conversation.c.id == bindparam("of"))
_FIND_CHOICE = select(offered_choice.c.label, offered_choice.c.payload).where(
    offered_choice.c.conversation_id == bindparam("of"), offered_choice.c.id == bindparam("choice")
)
_TOUCH = update(conversation).where(conversation.c.id == bindparam("of")).values(last_active_at=bindparam("now"))
_ADD_MESSAGE = insert(message)
_ADD_CHOICE = insert(offered_choice)
_ADD_ANSWERED = insert(answered)
_FIND_ANSWER = select(answered.c.answer).where(
    answered.c.conversation_id == bindparam("of"), answered.c.key_hash == bindparam("key_hash")
)


class Kept(NamedTuple):
    """What is known about a conversation. `last_active_at` in seconds since 1970."""

    token_hash: str
    last_active_at: int


class TakenChoice(NamedTuple):
    """A choice that was offered in this conversation."""

    label: str
    payload: Payload


def insert_conversation(connection: Connection, id: str, token_hash: str, entries: Sequence[Entry], now: int) -> None:
    """Keep a new conversation and its first messages."""
    connection.execute(
        insert(conversation), {"id": id, "token_hash": token_hash, "opened_at": now, "last_active_at": now}
    )
    _insert_entries(connection, id, entries)


def find(connection: Connection, id: str, choice: str | None = None) -> tuple[Kept | None, TakenChoice | None]:
    """A conversation, and the choice with the id `choice` if it was offered in it."""
    row = connection.execute(_FIND, {"of": id}).first()
    if row is None:
        return None, None
    return Kept(*row), _find_choice(connection, id, choice) if choice is not None else None


def _find_choice(connection: Connection, id: str, choice: str) -> TakenChoice | None:
    row = connection.execute(_FIND_CHOICE, {"of": id, "choice": choice}).first()
    return TakenChoice(row.label, json.loads(row.payload)) if row else None


def append(
    connection: Connection, id: str, said: Entry, answer: Sequence[Entry], now: int, key_hash: str | None = None
) -> bool:
    """Add what was said and its answer. False when the conversation was erased meanwhile; nothing is kept then.

    With `key_hash` the answer is kept by it too, so that the same message sent again gets the same answer.
    """
    touched = connection.execute(_TOUCH, {"of": id, "now": now})
    if touched.rowcount == 0:
        return False
    _insert_entries(connection, id, [said, *answer])
    if key_hash is not None:
        body = json.dumps([entry.message.model_dump() for entry in answer])
        connection.execute(_ADD_ANSWERED, {"conversation_id": id, "key_hash": key_hash, "answer": body})
    return True


def find_answer(connection: Connection, id: str, key_hash: str) -> list[Message] | None:
    """The answer to a message that was sent before with this key, or None."""
    kept = connection.scalar(_FIND_ANSWER, {"of": id, "key_hash": key_hash})
    return [Message.model_validate(body) for body in json.loads(kept)] if kept else None


def _insert_entries(connection: Connection, id: str, entries: Sequence[Entry]) -> None:
    rows: list[dict[str, Any]] = [{"conversation_id": id, "body": entry.message.model_dump_json()} for entry in entries]
    if rows:
        connection.execute(_ADD_MESSAGE, rows)
    offered = [
        {"conversation_id": id, "id": choice.id, "label": choice.label, "payload": json.dumps(choice.payload)}
        for entry in entries
        for choice in entry.offered
    ]
    if offered:
        connection.execute(_ADD_CHOICE, offered)


def transcript(connection: Connection, id: str) -> list[Message]:
    """All messages of a conversation, oldest first."""
    bodies = connection.scalars(
        select(message.c.body).where(message.c.conversation_id == id).order_by(message.c.position)
    )
    return [Message.model_validate_json(body) for body in bodies]


def erase(connection: Connection, ids: Sequence[str], now: int) -> None:
    """Erase conversations here, and note in the same transaction that Rasa must erase them too."""
    if not ids:
        return
    # Those that this call erased: another replica may be at the same ones.
    erased = connection.scalars(delete(conversation).where(conversation.c.id.in_(ids)).returning(conversation.c.id))
    rows = [{"conversation_id": id, "asked_at": now, "tries": 0} for id in erased]
    if rows:
        connection.execute(insert(rasa_deletion), rows)


def idle_since(connection: Connection, moment: int, limit: int = 500) -> list[str]:
    """Ids of conversations without a message since `moment`."""
    return list(
        connection.scalars(select(conversation.c.id).where(conversation.c.last_active_at < moment).limit(limit))
    )


def waiting_for_rasa(connection: Connection, limit: int = 100) -> list[str]:
    """Ids that Rasa has not erased yet, those that were tried least first."""
    return list(
        connection.scalars(
            select(rasa_deletion.c.conversation_id)
            .order_by(rasa_deletion.c.tries, rasa_deletion.c.asked_at)
            .limit(limit)
        )
    )


def erased_by_rasa(connection: Connection, id: str) -> None:
    """Rasa has erased it; nothing is known about it any more."""
    connection.execute(delete(rasa_deletion).where(rasa_deletion.c.conversation_id == id))


def not_erased_by_rasa(connection: Connection, id: str) -> None:
    """Rasa did not erase it this time."""
    # the count only sorts the queue, and so need not grow for ever
    connection.execute(
        update(rasa_deletion)
        .where(rasa_deletion.c.conversation_id == id, rasa_deletion.c.tries < 1000)
        .values(tries=rasa_deletion.c.tries + 1)
    )
