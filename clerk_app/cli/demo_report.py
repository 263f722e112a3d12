"""The demo's ledger against what the desk and the hub really hold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from clerk_app.cli.demo_day import Day
from clerk_app.cli.demo_place import CLERK, DemoPlace
from clerk_app.store.schema import blobs, uploads
from clerk_app.store.store import Store
from clerk_app.store.verify import verify_store


def report(place: DemoPlace, day: Day, *, synced: bool) -> dict[str, Any]:
    """The JSON of `clerk demo --headless`."""
    store = place.store
    verification = verify_store(store)
    entries_hub, blobs_hub, hub_cases = _at_hub(place, store) if synced else (None, None, None)
    local = [row.number for row in store.reads.cases(limit=len(day.told) + 1)]
    numbers = [told.number for told in day.told]
    return {
        "cases": len(day.told) + len(day.problems),
        "accepted": len(day.told),
        "documents": sum(told.papers for told in day.told),
        "ratings": sum(told.is_rated for told in day.told),
        "entries_local": verification.entries,
        "entries_hub": entries_hub,
        "blobs_hub": blobs_hub,
        "chain_ok": verification.first_fault is None,
        "lost": _lost(store, day, local, synced=synced),
        "duplicated": len(numbers) - len(set(numbers)) + _surplus(hub_cases, numbers),
        "seconds": round(place.seconds, 3),
        "data": str(place.folder.path),
        "clerk": CLERK,
        "password_file": str(place.password_file),
        "papers": str(place.out),
        "problems": sorted(set(day.problems)),
    }


def _lost(store: Store, day: Day, local: list[str], *, synced: bool) -> int:
    """Cases the clerk was told of that the desk, or after a sync the hub, does not hold whole."""
    uploaded = {row.number for row in store.reads.cases(limit=len(day.told) + 1) if row.uploaded}
    kept = set(local) & uploaded if synced else set(local)
    digests = {told.number: told.digest for told in day.told}
    intact = {number for number in kept if _digest(store, number) == digests.get(number)}
    return sum(1 for told in day.told if told.number not in intact)


def _digest(store: Store, number: str) -> str:
    entry = store.reads.first_entry(f"case/{number}")
    return entry.digest if entry else ""


def _at_hub(place: DemoPlace, store: Store) -> tuple[int, int, int | None]:
    """Entries and blobs at the hub: what our own hub says it holds, or what another hub has signed for."""
    if place.hub is not None:
        digest = place.hub.digest()
        return int(digest["entries"]), int(digest["blobs"]), int(digest["cases"])
    with store.read() as connection:
        acked = connection.execute(select(func.count()).select_from(uploads).where(uploads.c.acked)).scalar_one()
        complete = connection.execute(select(func.count()).select_from(blobs).where(blobs.c.complete)).scalar_one()
    return acked, complete, None


def _surplus(hub_cases: int | None, numbers: list[str]) -> int:
    return max(0, hub_cases - len(set(numbers))) if hub_cases is not None else 0
