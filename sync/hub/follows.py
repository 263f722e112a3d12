"""Who sees which stream. A device follows the streams it wrote to and those it took up by number.

What comes later is shown as it is numbered. What was before is shown at fresh places of the order, one after another,
and a last line says that this was all: so a device's feed has one order and one mark, a page of it can be lost and read
again, and a hub that is put back to an older copy forgets a follow together with the places it took.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select, union_all

from clerk_app.domain import case_number, notice_number
from clerk_app.failpoints import failpoint
from clerk_app.journal.attested import AttestedEntry
from sync.feed_page import follow_line, past_line
from sync.hub.audience import TAKING_PART, Numbered, followers
from sync.hub.copies import hold_too
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.judge import read_item
from sync.hub.order import FeedLine, append_to_feed, take_numbers
from sync.hub.schema import cases, chains, copies, devices, entries, follows, hub_facts, regions
from sync.hub.sharing import Holding, lock_holders
from sync.hub.shown import attested_entries
from sync.hub.store import insert_all
from sync.schemas import CaseFollowed, CaseWish, StreamsAnswer, StreamsAsk

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Follow:
    """A stream that a device begins to follow; `clerk` asked for it, empty where the device wrote to it."""

    stream: str
    clerk: str = ""


def entry_lines(
    shown: Sequence[AttestedEntry], audience: Mapping[str, set[str]], *, writer: str
) -> dict[str, list[FeedLine]]:
    """Fresh entries of `writer` as lines for everybody else who follows their streams."""
    lines: dict[str, list[FeedLine]] = {}
    if not any(audience.values()):
        return lines
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


def show_late(connection: Connection, region: str, late: Sequence[Numbered], *, writer: str) -> None:
    """Show what `writer` wrote, which has had its numbers for long, to everybody else who follows its stream.

    `writer` has nine digits. Call under the region's lock.
    """
    audience = followers(connection, region, {item.stream for item in late})
    for reader in sorted(set[str]().union(*audience.values())):
        if region + reader != writer:
            mine = {item.hub_seq: item.line for item in late if reader in audience[item.stream]}
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
    of_stream = (entries.c.stream == stream, chains.c.device != device.device, *TAKING_PART)
    shown = attested_entries(connection, hub, device.region, *of_stream)
    lines = {number: attested.message() for number, attested in shown.items()}
    of_hub = select(hub_facts.c.content).where(hub_facts.c.region == device.region, hub_facts.c.stream == stream)
    copied = select(copies.c.content).where(
        copies.c.region == device.region, copies.c.stream == stream, copies.c.quarantined.is_(False)
    )
    items = (read_item(content) for content in connection.execute(union_all(of_hub, copied)).scalars())
    return lines | {item.hub_seq: item.message() for item in items}


# ---- taking up by number ------------------------------------------------------------------------------------------


def take_up(hub: Hub, device: Device, ask: StreamsAsk) -> StreamsAnswer:
    """Let a device follow cases by their numbers, and its region hold them. Harmless to repeat."""
    with hub.store.writing() as connection:
        streams = {
            wish.number: _stream_of(connection, device.region, wish.number) or _shown_once(connection, wish.stream)
            for wish in ask.cases
        }
        found = list(dict.fromkeys(stream for stream in streams.values() if stream is not None))
        held = lock_holders(connection, device.region, found)
        taking = _TakingUp(hub, connection, device, held)
        answers = [
            _refused(connection, device.region, wish)
            if (stream := streams[wish.number]) is None
            else taking.take_up(wish, stream)
            for wish in ask.cases
        ]
        failpoint("hub.follow.before_commit")
    failpoint("hub.follow.after_commit")
    return StreamsAnswer(cases=answers)


class _TakingUp:
    """Takes up cases for one device, under the locks of all their regions."""

    def __init__(self, hub: Hub, connection: Connection, device: Device, held: dict[str, Holding]) -> None:
        self._hub, self._connection, self._device, self._held = hub, connection, device, held

    def take_up(self, wish: CaseWish, stream: str) -> CaseFollowed:
        """Show the device all of this stream, and what will come."""
        connection, device = self._connection, self._device
        self._held[stream] = hold_too(self._hub, connection, device.region, stream, self._held[stream])
        if device.device not in followers(connection, device.region, [stream])[stream]:
            lines = begin_to_follow(connection, self._hub, device, [Follow(stream, wish.clerk)])
            append_to_feed(connection, device.region, device.device, lines)
            # The platform's own log of who looked at what; a case number is no personal data.
            logger.info("device %s took up %s for clerk %s", device.code, stream, wish.clerk)
        mine = (follows.c.region == device.region, follows.c.stream == stream, follows.c.device == device.device)
        place = connection.execute(select(follows.c.hub_seq).where(*mine)).scalar_one_or_none()
        return CaseFollowed(number=wish.number, stream=stream, hub_seq=place or 0)


def _refused(connection: Connection, region: str, wish: CaseWish) -> CaseFollowed:
    """`other_region` for what will never arrive: a case of a hall not served here, a notice of another hall."""
    is_notice = notice_number.check(wish.number)
    home = wish.number[: case_number.HALL] if is_notice or case_number.check(wish.number) else region
    here = home == region if is_notice else _is_served(connection, home)
    return CaseFollowed(number=wish.number, refused="unknown_case" if here else "other_region")


def _is_served(connection: Connection, hall: str) -> bool:
    """Whether any device of a hall is enrolled here."""
    enrolled = select(devices.c.device).where(devices.c.region == hall)
    return connection.execute(enrolled.limit(1)).one_or_none() is not None


def _shown_once(connection: Connection, stream: str) -> str | None:
    """The stream of a case or notice that a hub showed before it was put back to a copy without it.

    To follow it now does no harm, and what its desk sends again is then shown at once.
    """
    family, _, number = stream.partition("/")
    is_case = family == "case" and len(number) == case_number.LENGTH and case_number.check(number)
    is_notice = family == "notice" and notice_number.check(number)
    served = (is_case or is_notice) and _is_served(connection, number[: case_number.HALL])
    return stream if served else None


def _stream_of(connection: Connection, region: str, number: str) -> str | None:
    """The stream of a case that the platform holds, or of a one-time notice that this region has given."""
    if notice_number.check(number):
        stream = f"notice/{number}"
        given = select(entries.c.stream).where(entries.c.region == region, entries.c.stream == stream, *TAKING_PART)
        return connection.execute(given.limit(1)).scalar_one_or_none()
    ours = _number_of(connection, region, number)
    return None if ours is None else f"case/{ours}"


def _number_of(connection: Connection, region: str, number: str) -> str | None:
    """Our number of a case that the platform holds, by our number, a child's, or the platform's."""
    if case_number.check(number):
        ours = number[: case_number.LENGTH]
        return _found(connection, cases.c.region == ours[: case_number.HALL], cases.c.number == ours)
    official = cases.c.official_number == number
    here = _found(connection, cases.c.region == region, official)
    return here or _found(connection, cases.c.region.in_(select(regions.c.region)), official)


def _found(connection: Connection, *which: ColumnElement[bool]) -> str | None:
    numbers = connection.execute(select(cases.c.number).where(*which).order_by(cases.c.number).limit(1))
    return numbers.scalar_one_or_none()
