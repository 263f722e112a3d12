"""Cases that several regions hold: who holds one besides its home, and what of it was written or said elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add them; until now a case was seen in its own region only."""
    op.create_table(
        "holders",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("stream", sa.Text(), primary_key=True),
        sa.Column("holder", sa.Text(), primary_key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "copies",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("hub_seq", sa.BigInteger(), primary_key=True),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
    op.create_index("copies_by_stream", "copies", ["region", "stream"])
    op.create_index("copies_by_entry", "copies", ["region", "chain", "seq"])
