"""Who follows which stream, what a line of a feed shows, and the official number by which a case is looked up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add them; until now only facts of the hub were shown, each at its own place."""
    op.create_table(
        "follows",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("stream", sa.Text(), primary_key=True),
        sa.Column("device", sa.Text(), primary_key=True),
        sa.Column("hub_seq", sa.BigInteger(), nullable=False),
        sa.Column("clerk", sa.Text(), nullable=False),
        sa.Column("followed_at", sa.BigInteger(), nullable=False),
    )
    op.add_column("feed", sa.Column("shows", sa.BigInteger()))
    op.execute("UPDATE feed SET shows = hub_seq WHERE line IS NULL")
    op.add_column("cases", sa.Column("official_number", sa.Text()))
    op.create_index("cases_by_official_number", "cases", ["region", "official_number"])
