"""Messages that are sent once whatever is tried again, and counts of how often an answer helped."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The way up."""
    op.create_table(
        "answered",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False, comment="SHA-256 of the Idempotency-Key, in hex"),
        sa.Column("answer", sa.Text, nullable=False, comment="the messages that answered it, as JSON"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_answered_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "key_hash", name="pk_answered"),
    )
    op.create_table(
        "rated",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False, comment="so that one visitor counts once"),
        sa.Column("helped", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_rated_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "message_id", name="pk_rated"),
    )
    op.create_table(
        "rating_count",
        sa.Column("day", sa.Date, nullable=False, comment="UTC"),
        sa.Column("topic", sa.String(80), nullable=False),
        sa.Column("helped", sa.Boolean, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "topic", "helped", name="pk_rating_count"),
        comment="how often an answer helped; outlives the conversations and knows nothing of them",
    )


def downgrade() -> None:
    """The way back: the ratings go."""
    for table in ("rating_count", "rated", "answered"):
        op.drop_table(table)
