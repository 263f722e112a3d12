"""Who sees which stream. A device follows the streams it wrote to and those it took up by number.

What comes later is shown as it is numbered. What was before is shown at fresh places of the order, one after another,
and a last line says that this was all: so a device's feed has one order and one mark, a page of it can be lost and read
again, and a hub that is put back to an older copy forgets a follow together with the places it took.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, or_, select, union

from clerk_app.domain import case_number
from clerk_app.failpoints import failpoint
from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.hub_facts import read_hub_fact
from sync.feed_page import follow_line, past_line
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.judge import QUARANTINED
from sync.hub.order import FeedLine, append_to_feed, lock_order, take_numbers
from sync.hub.schema import cases, chains, entries, follows, hub_facts
from sync.hub.shown import attested_entries
from sync.hub.store import insert_all, parts_of
from sync.schemas import CaseFollowed, CaseWish, StreamsAnswer, StreamsAsk

logger = logging.getLogger(__name__)


_TAKING_PART = (entries.c.hub_seq.is_not(None), entries.c.verdict != QUARANTINED)
"""What has its place in the order, and is not in quarantine."""


@dataclass(frozen=True, slots=True)
class Follow:
    """A stream that a device begins to follow; `clerk` asked for it, empty where the device wrote to it."""

    stream: str
    clerk: str = ""


def followers(connection: Connection, region: str, streams: Iterable[str]) -> dict[str, set[str]]:
    """The devices that follow each of these streams, by what has its place in the order."""
    found: dict[str, set[str]] = {stream: set() for stream in streams}
    of_chain = (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain)
    for part in parts_of(list(found)):
        writers = (
            select(entries.c.stream, chains.c.device)
            .join(chains, of_chain)
            .where(entries.c.region == region, entries.c.stream.in_(part), *_TAKING_PART)
        )
        takers = select(follows.c.stream, follows.c.device).where(
            follows.c.region == region, follows.c.stream.in_(part)
        )
        for row in connection.execute(union(writers, takers)):
            found[row.stream].add(row.device)
    return found


def entry_lines(
    shown: Sequence[AttestedEntry], audience: Mapping[str, set[str]], *, writer: str
) -> dict[str, list[FeedLine]]:
    """Fresh entries of `writer` as lines for everybody else who follows their streams."""
    lines: dict[str, list[FeedLine]] = {}
    for attested in shown:
        for device in audience.get(attested.header.stream, set()) - {writer}:
            line = FeedLine(attested.hub_seq, attested.message(), shows=attested.hub_seq)
            lines.setdefault(device, []).append(line)
    return lines


def begin_to_follow(connection: Connection, hub: Hub, device: Device, wanted: Sequence[Follow]) -> list[FeedLine]:
    """Take places for all there was of these streams and note who follows; return the lines for the device's feed.

    Call under the region's lock. What the device wrote itself it has.
    """
    lines: list[FeedLine] = []
    for follow in wanted:
        lines += _shown_late(connection, device.region, _past(connection, hub, device, follow.stream))
        place = take_numbers(connection, device.region, 1)
        lines.append(FeedLine(place, follow_line(place, follow.stream)))
        row = {
            "region": device.region,
            "stream": follow.stream,
            "device": device.device,
            "hub_seq": place,
            "clerk": follow.clerk,
            "followed_at": hub.clock.now_ms(),
        }
        insert_all(connection, follows, [row])
    return lines


def show_late(connection: Connection, hub: Hub, region: str, *which: ColumnElement[bool]) -> None:
    """Show entries that have had their numbers for long to everybody who follows their streams.

    Call under the region's lock.
    """
    late = attested_entries(connection, hub, region, *which)
    audience = followers(connection, region, {attested.header.stream for attested in late.values()})
    readers = sorted(set[str]().union(*audience.values()))
    for reader in readers:
        mine = {
            number: attested.message()
            for number, attested in late.items()
            if reader in audience[attested.header.stream] and not attested.device.endswith(reader)
        }
        append_to_feed(connection, region, reader, _shown_late(connection, region, mine))


def _shown_late(connection: Connection, region: str, lines: Mapping[int, bytes]) -> list[FeedLine]:
    """Lines at fresh places, in their old order, for what has these numbers and first lines."""
    first = take_numbers(connection, region, len(lines))
    return [
        FeedLine(place, past_line(place, line), shows=number)
        for place, (number, line) in enumerate(sorted(lines.items()), first)
    ]


def _past(connection: Connection, hub: Hub, device: Device, stream: str) -> dict[int, bytes]:
    """Number and first line of everything in a stream that others wrote."""
    of_stream = (entries.c.stream == stream, chains.c.device != device.device, *_TAKING_PART)
    shown = attested_entries(connection, hub, device.region, *of_stream)
    lines = {number: attested.message() for number, attested in shown.items()}
    statement = select(hub_facts.c.content).where(hub_facts.c.region == device.region, hub_facts.c.stream == stream)
    facts = (read_hub_fact(content) for content in connection.execute(statement).scalars())
    return lines | {fact.hub_seq: fact.message() for fact in facts}


# ---- taking up by number ------------------------------------------------------------------------------------------


def take_up(hub: Hub, device: Device, ask: StreamsAsk) -> StreamsAnswer:
    """Let a device follow cases by their numbers. Harmless to repeat."""
    with hub.store.writing() as connection:
        lock_order(connection, device.region)
        answers = [_take_up(connection, hub, device, wish) for wish in ask.cases]
        failpoint("hub.follow.before_commit")
    failpoint("hub.follow.after_commit")
    return StreamsAnswer(cases=answers)


def _take_up(connection: Connection, hub: Hub, device: Device, wish: CaseWish) -> CaseFollowed:
    number = _number_of(connection, device.region, wish.number)
    if number is None:
        other = case_number.check(wish.number) and wish.number[: case_number.HALL] != device.region
        return CaseFollowed(number=wish.number, refused="other_region" if other else "unknown_case")
    stream = f"case/{number}"
    if device.device not in followers(connection, device.region, [stream])[stream]:
        lines = begin_to_follow(connection, hub, device, [Follow(stream, wish.clerk)])
        append_to_feed(connection, device.region, device.device, lines)
        # The platform's own log of who looked at what; a case number is no personal data.
        logger.info("device %s took up case %s for clerk %s", device.code, number, wish.clerk)
    mine = (follows.c.region == device.region, follows.c.stream == stream, follows.c.device == device.device)
    place = connection.execute(select(follows.c.hub_seq).where(*mine)).scalar_one_or_none()
    return CaseFollowed(number=wish.number, stream=stream, hub_seq=place or 0)


def _number_of(connection: Connection, region: str, number: str) -> str | None:
    """Our number of a case that this region holds, by our number, a child's, or the platform's."""
    ours = number[: case_number.LENGTH] if case_number.check(number) else number
    statement = select(cases.c.number).where(
        cases.c.region == region, or_(cases.c.number == ours, cases.c.official_number == number)
    )
    return connection.execute(statement.order_by(cases.c.number).limit(1)).scalar_one_or_none()
