"""Batches that overtook the one they follow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "early_batches",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("chain", sa.Text(), primary_key=True),
        sa.Column("first", sa.BigInteger(), primary_key=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
    )
