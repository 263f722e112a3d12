"""Hand-over files that a carrier brings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "handovers",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("handover", sa.Text(), primary_key=True),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger()),
        sa.Column("manifest", sa.LargeBinary()),
    )
