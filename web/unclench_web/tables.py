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
    Column("status", String(16), nullable=False, server_default="new", comment="new, in_progress or done"),
    Column("taken_by", String(64), comment="name of the member of staff who has it or finished it"),
    Column("done_at", BigInteger, comment="set while it is done: erased so many days after"),
    Column("version", Integer, nullable=False, server_default="0", comment="grows with each change"),
    Column("phone_index", String(64), index=True, comment="keyed hash of the phone number"),
    Column("email_index", String(64), index=True, comment="keyed hash of the e-mail address"),
    Index("ix_contact_request_status_id", "status", "id"),
)

contact_note = Table(
    "contact_note",
    metadata,
    Column("id", _counted, primary_key=True, autoincrement=True),
    Column("request_id", ForeignKey(contact_request.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("author", String(64), nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False, comment="the note, encrypted"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _counted, primary_key=True, autoincrement=True),
    Column("request_id", ForeignKey(contact_request.c.id, ondelete="CASCADE"), nullable=False),
    Column("channel", String(16), nullable=False, comment="email or webhook"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", BigInteger, nullable=False, comment="not tried before this moment"),
    Column("leased_until", BigInteger, nullable=False, server_default="0", comment="a worker has it until then"),
    Column("delivered_at", BigInteger),
    Column("dead_at", BigInteger, comment="given up, until somebody sends it again"),
    Column("last_fault", String(80), comment="what kind of fault; never what the other side wrote"),
    Index("ix_outbox_request_id_channel", "request_id", "channel", unique=True),
    Index("ix_outbox_delivered_at_next_at", "delivered_at", "next_at"),
)

staff_user = Table(
    "staff_user",
    metadata,
    Column("id", _counted, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False, comment="front_desk or admin"),
    Column("password_hash", String(200), nullable=False, comment="argon2id"),
    Column("active", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("totp_sealed", LargeBinary, comment="secret of the second factor, encrypted"),
    Column(
        "totp_step", BigInteger, nullable=False, server_default="0", comment="last code used, so that none works twice"
    ),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", String(64), primary_key=True, comment="SHA-256 of the cookie, in hex"),
    Column("user_id", ForeignKey(staff_user.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("opened_at", BigInteger, nullable=False),
    Column("last_active_at", BigInteger, nullable=False),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("name_hash", String(64), primary_key=True, comment="SHA-256 of the name that was typed, known or not"),
    Column("count", Integer, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _counted, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False, comment="name of a member of staff, or of a job or command"),
    Column("action", String(32), nullable=False),
    Column("reference", String(16), index=True),
    Column("detail", String(120), comment="never anything that a visitor or a member of staff wrote"),
)
"""Rows are added only: triggers in the database refuse to change or delete one (see the migrations)."""
