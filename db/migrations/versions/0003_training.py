"""Collections with the reviews of their examples, and adapters."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _collections()
    _places()
    _reviews()
    _adapters()


def downgrade() -> None:
    for table in ("adapter", "review", "collection_track", "collection"):
        op.drop_table(table)


def _collections() -> None:
    op.create_table(
        "collection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", sa.String(), nullable=False),
        _text("licence_note"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_collection"),
        sa.UniqueConstraint("name_folded", name="uq_collection_name_folded"),
        sqlite_autoincrement=True,
    )


def _places() -> None:
    op.create_table(
        "collection_track",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        _reference("collection_track", "collection"),
        _reference("collection_track", "track"),
        sa.PrimaryKeyConstraint("collection_id", "track_id", name="pk_collection_track"),
    )
    op.create_index("ix_collection_track_track_id", "collection_track", ["track_id"])


def _reviews() -> None:
    op.create_table(
        "review",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("example_id", sa.String(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        _reference("review", "collection"),
        _reference("review", "track"),
        sa.PrimaryKeyConstraint("collection_id", "example_id", name="pk_review"),
    )
    op.create_index("ix_review_track_id", "review", ["track_id"])


def _adapters() -> None:
    op.create_table(
        "adapter",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "base_model", "folder")),
        *(sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False) for name in ("run", "dataset")),
        _text("about", "{}"),
        *(sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False) for name in ("imported", "in_use")),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_adapter"),
        sa.UniqueConstraint("name", name="uq_adapter_name"),
        sqlite_autoincrement=True,
    )


def _reference(table: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{target}_id_{target}"
    return sa.ForeignKeyConstraint([f"{target}_id"], [f"{target}.id"], name=name, ondelete="CASCADE")


def _text(name: str, default: str = "") -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)
