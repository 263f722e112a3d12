"""Takes one promise out of SQLite, for the controls that must fail: what is committed need not be on the disk."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool


def weaken_to(sync: str) -> None:
    """Let every connection of this process write with `PRAGMA synchronous = sync`; FULL changes nothing."""
    if sync == "FULL":
        return

    def set_sync(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA synchronous = {sync}")

    event.listen(Pool, "checkout", set_sync)
