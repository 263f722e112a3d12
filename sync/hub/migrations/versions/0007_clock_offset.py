"""How far a desk's clock was from the hub's as a batch came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add it; of what came before nobody measured it."""
    for table in ("entries", "early_batches"):
        op.add_column(table, sa.Column("clock_offset", sa.BigInteger(), nullable=True))
