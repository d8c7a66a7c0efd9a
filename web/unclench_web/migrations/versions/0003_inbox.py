"""The inbox: what is done with a request, notices to staff, who may sign in, and who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_counted = sa.BigInteger().with_variant(sa.Integer, "sqlite")

REFUSE_SQLITE = """
CREATE TRIGGER audit_no_{what} BEFORE {what} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
REFUSE_POSTGRESQL = (
    """
    CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
    """,
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
    """,
)


def upgrade() -> None:
    """The way up."""
    _extend_requests()
    _make_tables()
    _make_audit()


def _extend_requests() -> None:
    for column in (
        sa.Column("status", sa.String(16), nullable=False, server_default="new", comment="new, in_progress or done"),
        sa.Column("taken_by", sa.String(64), comment="name of the member of staff who has it or finished it"),
        sa.Column("done_at", sa.BigInteger, comment="set while it is done: erased so many days after"),
        sa.Column("version", sa.Integer, nullable=False, server_default="0", comment="grows with each change"),
        sa.Column("phone_index", sa.String(64), comment="keyed hash of the phone number"),
        sa.Column("email_index", sa.String(64), comment="keyed hash of the e-mail address"),
    ):
        op.add_column("contact_request", column)
    op.create_index("ix_contact_request_phone_index", "contact_request", ["phone_index"])
    op.create_index("ix_contact_request_email_index", "contact_request", ["email_index"])
    op.create_index("ix_contact_request_status_id", "contact_request", ["status", "id"])


def _make_tables() -> None:
    op.create_table(
        "contact_note",
        sa.Column("id", _counted, autoincrement=True, nullable=False),
        sa.Column("request_id", _counted, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False, comment="the note, encrypted"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["contact_request.id"], name="fk_contact_note_request_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_note"),
    )
    op.create_index("ix_contact_note_request_id", "contact_note", ["request_id"])
    op.create_table(
        "outbox",
        sa.Column("id", _counted, autoincrement=True, nullable=False),
        sa.Column("request_id", _counted, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False, comment="email or webhook"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.BigInteger, nullable=False, comment="not tried before this moment"),
        sa.Column(
            "leased_until", sa.BigInteger, nullable=False, server_default="0", comment="a worker has it until then"
        ),
        sa.Column("delivered_at", sa.BigInteger),
        sa.Column("dead_at", sa.BigInteger, comment="given up, until somebody sends it again"),
        sa.Column("last_fault", sa.String(80), comment="what kind of fault; never what the other side wrote"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["contact_request.id"], name="fk_outbox_request_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_request_id_channel", "outbox", ["request_id", "channel"], unique=True)
    op.create_index("ix_outbox_delivered_at_next_at", "outbox", ["delivered_at", "next_at"])
    op.create_table(
        "staff_user",
        sa.Column("id", _counted, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False, comment="front_desk or admin"),
        sa.Column("password_hash", sa.String(200), nullable=False, comment="argon2id"),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary, comment="secret of the second factor, encrypted"),
        sa.Column(
            "totp_step",
            sa.BigInteger,
            nullable=False,
            server_default="0",
            comment="last code used, so that none works twice",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_staff_user"),
        sa.UniqueConstraint("name", name="uq_staff_user_name"),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(64), nullable=False, comment="SHA-256 of the cookie, in hex"),
        sa.Column("user_id", _counted, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("last_active_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name="fk_staff_session_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
    )
    op.create_index("ix_staff_session_user_id", "staff_session", ["user_id"])
    op.create_table(
        "sign_in_failure",
        sa.Column(
            "name_hash", sa.String(64), nullable=False, comment="SHA-256 of the name that was typed, known or not"
        ),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name="pk_sign_in_failure"),
    )
    op.create_index("ix_sign_in_failure_last_at", "sign_in_failure", ["last_at"])


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", _counted, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False, comment="name of a member of staff, or of a job or command"),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(16)),
        sa.Column("detail", sa.String(120), comment="never anything that a visitor or a member of staff wrote"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_reference", "audit", ["reference"])
    if op.get_bind().dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(REFUSE_SQLITE.format(what=what))
    else:
        for statement in REFUSE_POSTGRESQL:
            op.execute(statement)


def downgrade() -> None:
    """The way back: requests stay, what was done with them goes."""
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")
    for table in ("sign_in_failure", "staff_session", "staff_user", "outbox", "contact_note"):
        op.drop_table(table)
    for index in ("status_id", "email_index", "phone_index"):
        op.drop_index(f"ix_contact_request_{index}", "contact_request")
    for column in ("email_index", "phone_index", "version", "done_at", "taken_by", "status"):
        op.drop_column("contact_request", column)
