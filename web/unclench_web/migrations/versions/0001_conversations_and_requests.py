"""Conversations, and contact requests as they first were."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_counted = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """The way up."""
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, comment="SHA-256 of the bearer token, in hex"),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("last_active_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
    )
    op.create_index("ix_conversation_last_active_at", "conversation", ["last_active_at"])
    op.create_table(
        "message",
        sa.Column("position", _counted, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False, comment="the message as the API gives it, as JSON"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_message_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("position", name="pk_message"),
    )
    op.create_index("ix_message_conversation_id_position", "message", ["conversation_id", "position"])
    op.create_table(
        "offered_choice",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False, comment="what Rasa gets when this choice is taken, as JSON"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_offered_choice_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "id", name="pk_offered_choice"),
    )
    op.create_table(
        "rasa_deletion",
        sa.Column("conversation_id", sa.String(64), nullable=False, comment="erased here, not yet erased by Rasa"),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_rasa_deletion"),
    )
    op.create_table(
        "contact_request",
        sa.Column("id", _counted, autoincrement=True, nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False, comment="SHA-256 of the Idempotency-Key, in hex"),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False, comment="every field of the request, encrypted"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_request"),
        sa.UniqueConstraint("reference", name="uq_contact_request_reference"),
        sa.UniqueConstraint("key_hash", name="uq_contact_request_key_hash"),
    )
    op.create_index("ix_contact_request_received_at", "contact_request", ["received_at"])


def downgrade() -> None:
    """The way back: to an empty database."""
    for table in ("contact_request", "rasa_deletion", "offered_choice", "message", "conversation"):
        op.drop_table(table)
