"""Tracks, analyses, jobs, corrections and the search index."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "track",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audio_sha256", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("artist", sa.String(), nullable=True),
        sa.Column("album", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("genre", sa.String(), nullable=True),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("rate_hz", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("codec", sa.String(), nullable=False),
        sa.Column("original_name", sa.String(), nullable=False),
        sa.Column("original_suffix", sa.String(), nullable=False),
        sa.Column("playback_suffix", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("title_order", sa.String(), nullable=False),
        sa.Column("artist_order", sa.String(), nullable=True),
        sa.Column("tempo_bpm", sa.Float(), nullable=True),
        sa.Column("tempo_confidence", sa.Float(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("key_class", sa.Integer(), nullable=True),
        sa.Column("key_mode", sa.String(), nullable=True),
        sa.Column("key_confidence", sa.Float(), nullable=True),
        sa.Column("camelot", sa.String(), nullable=True),
        sa.Column("camelot_order", sa.Integer(), nullable=True),
        sa.Column("metre", sa.String(), nullable=True),
        sa.Column("beats_confidence", sa.Float(), nullable=True),
        sa.Column("chord_text", sa.String(), nullable=True),
        sa.Column("chords_confidence", sa.Float(), nullable=True),
        sa.Column("analysed_at", sa.DateTime(), nullable=True),
        sa.Column("engine_signature", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_track"),
        sa.UniqueConstraint("audio_sha256", name="uq_track_audio_sha256"),
        sqlite_autoincrement=True,
    )

    op.create_table(
        "analysis",
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("chord_words", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("curves", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name="fk_analysis_track_id_track", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("track_id", name="pk_analysis"),
    )

    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("aspect", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), server_default="{}", nullable=False),
        sa.Column("author", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("superseded", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name="fk_correction_track_id_track", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_correction_track_id_aspect", "correction", ["track_id", "aspect"])

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="queued", nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=True),
        sa.Column("source_path", sa.String(), nullable=True),
        sa.Column("options", sa.Text(), server_default="{}", nullable=False),
        sa.Column("stage", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("fraction", sa.Float(), server_default="0", nullable=False),
        sa.Column("what", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("advice", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("worker_pid", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name="fk_job_track_id_track", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_state_id", "job", ["state", "id"])
    op.create_index("ix_job_track_id", "job", ["track_id"])

    op.execute(
        "CREATE VIRTUAL TABLE track_search USING fts5("
        "title, artist, album, genre, original_name, chords, "
        "tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
    )


def downgrade() -> None:
    op.execute("DROP TABLE track_search")
    for table in ("job", "correction", "analysis", "track"):
        op.drop_table(table)
