"""Which entries wait for blobs, found without reading their chain: a desk is told at every digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the index of those few rows."""
    waits = sa.column("blobs_complete").is_(False)
    op.create_index(
        "entries_waiting", "entries", ["region", "chain", "seq"], sqlite_where=waits, postgresql_where=waits
    )
