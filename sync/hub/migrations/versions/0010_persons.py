"""Cases found by whose they are, by a keyed hash of the document's number, and a log of who asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add them; rows of cases that are there get their hash when the hub is served."""
    op.add_column("cases", sa.Column("person", sa.Text()))
    op.create_index("cases_by_person", "cases", ["region", "person"])
    op.create_table(
        "person_requests",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("device", sa.Text(), primary_key=True),
        sa.Column("request", sa.Text(), primary_key=True),
        sa.Column("clerk", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("person_requests_by_person", "person_requests", ["region", "person"])
