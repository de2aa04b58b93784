"""Captions, conversations and what was said in them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _captions()
    _conversations()
    _utterances()


def downgrade() -> None:
    for table in ("utterance", "conversation", "caption"):
        op.drop_table(table)


def _captions() -> None:
    op.create_table(
        "caption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=True),
        sa.Column("end_s", sa.Float(), nullable=True),
        _text("text"),
        sa.Column("edited_text", sa.Text(), nullable=True),
        _text("thought"),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("prompt_name", "prompt_version")),
        _text("prompt_text"),
        sa.Column("used_facts", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("backend", "voice", "finish_reason")),
        _text("note"),
        sa.Column("preferred", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name="fk_caption_track_id_track", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_caption"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_caption_track_id_kind", "caption", ["track_id", "kind"])


def _conversations() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        _text("title_folded"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name="fk_conversation_track_id_track", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conversation_track_id", "conversation", ["track_id"])


def _utterances() -> None:
    reference = "fk_utterance_conversation_id_conversation"
    op.create_table(
        "utterance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        *(_text(name) for name in ("text", "text_folded", "thought")),
        sa.Column("voice", sa.String(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=True),
        sa.Column("end_s", sa.Float(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("prompt_version", "backend")),
        sa.Column("used_facts", sa.Boolean(), nullable=False),
        sa.Column("finish_reason", sa.String(), nullable=False),
        _text("evidence", "[]"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=reference, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_utterance"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_utterance_conversation_id", "utterance", ["conversation_id"])


def _text(name: str, default: str = "") -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)
