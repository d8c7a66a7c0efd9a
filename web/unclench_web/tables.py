"""The tables of `web`. Times are whole seconds since 1970, UTC.

A conversation's messages live as long as its session and are erased with it; contact requests stand apart from
conversations, and nothing links the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_counted = BigInteger().with_variant(Integer, "sqlite")

conversation = Table(
    "conversation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("token_hash", String(64), nullable=False, comment="SHA-256 of the bearer token, in hex"),
    Column("opened_at", BigInteger, nullable=False),
    Column("last_active_at", BigInteger, nullable=False, index=True),
)

message = Table(
    "message",
    metadata,
    Column("position", _counted, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey(conversation.c.id, ondelete="CASCADE"), nullable=False),
    Column("body", Text, nullable=False, comment="the message as the API gives it, as JSON"),
    Index("ix_message_conversation_id_position", "conversation_id", "position"),
)

offered_choice = Table(
    "offered_choice",
    metadata,
    Column("conversation_id", ForeignKey(conversation.c.id, ondelete="CASCADE"), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("label", Text, nullable=False),
    Column("payload", Text, nullable=False, comment="what Rasa gets when this choice is taken, as JSON"),
)

answered = Table(
    "answered",
    metadata,
    Column("conversation_id", ForeignKey(conversation.c.id, ondelete="CASCADE"), primary_key=True),
    Column("key_hash", String(64), primary_key=True, comment="SHA-256 of the Idempotency-Key, in hex"),
    Column("answer", Text, nullable=False, comment="the messages that answered it, as JSON"),
)

rated = Table(
    "rated",
    metadata,
    Column("conversation_id", ForeignKey(conversation.c.id, ondelete="CASCADE"), primary_key=True),
    Column("message_id", String(64), primary_key=True, comment="so that one visitor counts once"),
    Column("helped", Boolean, nullable=False),
)

rating_count = Table(
    "rating_count",
    metadata,
    Column("day", Date, primary_key=True, comment="UTC"),
    Column("topic", String(80), primary_key=True),
    Column("helped", Boolean, primary_key=True),
    Column("count", Integer, nullable=False),
    comment="how often an answer helped; outlives the conversations and knows nothing of them",
)

rasa_deletion = Table(
    "rasa_deletion",
    metadata,
    Column("conversation_id", String(64), primary_key=True, comment="erased here, not yet erased by Rasa"),
    Column("asked_at", BigInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),
)

contact_request = Table(
    "contact_request",
    metadata,
    Column("id", _counted, primary_key=True, autoincrement=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("key_hash", String(64), nullable=False, unique=True, comment="SHA-256 of the Idempotency-Key, in hex"),
    Column("received_at", BigInteger, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False, comment="every field of the request, encrypted"),
)
