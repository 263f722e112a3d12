"""Who is shown what: the devices of a region that follow a stream, and the lines of their feeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, union

from sync.hub.judge import QUARANTINED
from sync.hub.order import FeedLine, append_to_feed
from sync.hub.schema import chains, entries, follows
from sync.hub.store import parts_of

TAKING_PART = (entries.c.hub_seq.is_not(None), entries.c.verdict != QUARANTINED)
"""What has its place in the order, and is not in quarantine."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An entry, fact or copy as a feed names it: its number in the region's order, its stream and its first line."""

    hub_seq: int
    stream: str
    line: bytes


def followers(connection: Connection, region: str, streams: Iterable[str]) -> dict[str, set[str]]:
    """The devices of a region that follow each of these streams, by what has its place in the order."""
    found: dict[str, set[str]] = {stream: set() for stream in streams}
    of_chain = (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain)
    for part in parts_of(list(found)):
        writers = (
            select(entries.c.stream, chains.c.device)
            .join(chains, of_chain)
            .where(entries.c.region == region, entries.c.stream.in_(part), *TAKING_PART)
        )
        takers = select(follows.c.stream, follows.c.device).where(
            follows.c.region == region, follows.c.stream.in_(part)
        )
        for row in connection.execute(union(writers, takers)):
            found[row.stream].add(row.device)
    return found


def takers(connection: Connection, region: str, streams: Iterable[str]) -> dict[str, set[str]]:
    """The devices of a region that were shown, or are to be shown, what others write to each of these streams."""
    found: dict[str, set[str]] = {stream: set() for stream in streams}
    for part in parts_of(list(found)):
        mine = select(follows.c.stream, follows.c.device).where(follows.c.region == region, follows.c.stream.in_(part))
        for row in connection.execute(mine):
            found[row.stream].add(row.device)
    return found


def show(connection: Connection, region: str, items: Sequence[Numbered]) -> None:
    """Show what has just been numbered to everybody of the region who follows its stream; call under its lock."""
    audience = followers(connection, region, {item.stream for item in items})
    for device in sorted(set[str]().union(*audience.values())):
        theirs = [item for item in items if device in audience[item.stream]]
        lines = [FeedLine(item.hub_seq, item.line, shows=item.hub_seq) for item in theirs]
        append_to_feed(connection, region, device, lines)
