"""Orders to devices, and the drafts of revoked ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create their tables."""
    op.create_table(
        "orders",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("hub_seq", sa.BigInteger(), primary_key=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
    op.create_index("orders_by_device", "orders", ["region", "device"])
    op.create_table(
        "held_drafts",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("device", sa.Text(), primary_key=True),
        sa.Column("draft", sa.Text(), primary_key=True),
        sa.Column("updated_at", sa.BigInteger(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
    )
