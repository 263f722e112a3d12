"""The first tables: regions, devices, chains, entries, facts, verdicts, feed, blobs, cases.

A database made before there were steps has exactly these.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.create_table(
        "regions",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_hub_seq", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "devices",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("device", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary()),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("registered_at", sa.BigInteger()),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("feed_hub_seq", sa.BigInteger(), nullable=False),
        sa.Column("feed_mark", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "chains",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("chain", sa.Text(), primary_key=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("cites", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("stopped", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("chains_by_device", "chains", ["region", "device"])
    op.create_table(
        "entries",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("chain", sa.Text(), primary_key=True),
        sa.Column("seq", sa.BigInteger(), primary_key=True),
        sa.Column("hub_seq", sa.BigInteger()),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("blobs_complete", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("entries_by_order", "entries", ["region", "hub_seq"], unique=True)
    op.create_index("entries_by_stream", "entries", ["region", "stream"])
    op.create_index("entries_by_verdict", "entries", ["region", "verdict"])
    op.create_table(
        "hub_facts",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("hub_seq", sa.BigInteger(), primary_key=True),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
    op.create_index("hub_facts_by_stream", "hub_facts", ["region", "stream"])
    op.create_table(
        "verdicts",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("hub_seq", sa.BigInteger(), primary_key=True),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_table(
        "feed",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("device", sa.Text(), primary_key=True),
        sa.Column("hub_seq", sa.BigInteger(), primary_key=True),
        sa.Column("line", sa.LargeBinary()),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "blobs",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("blob", sa.Text(), primary_key=True),
        sa.Column("size", sa.BigInteger()),
        sa.Column("complete", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "blob_names",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("chain", sa.Text(), primary_key=True),
        sa.Column("seq", sa.BigInteger(), primary_key=True),
        sa.Column("blob", sa.Text(), primary_key=True),
    )
    op.create_index("blob_names_by_blob", "blob_names", ["region", "blob"])
    op.create_table(
        "cases",
        sa.Column("region", sa.Text(), primary_key=True),
        sa.Column("number", sa.Text(), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("matter_name", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text()),
        sa.Column("conflicts", sa.BigInteger(), nullable=False),
    )
    op.create_index("cases_by_state", "cases", ["region", "state"])
    # What a program from before the steps looks at: it must see that it is too old.
    op.execute("INSERT INTO meta (name, value) VALUES ('schema', 'alembic')")
